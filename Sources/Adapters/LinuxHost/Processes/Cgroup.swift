// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Holds a cgroup that was made for one process tree, with its control files open.
struct Cgroup: Sendable {
    let paths: [String]
    let isVersion1: Bool
    let directory: Descriptor
    let procs: [Descriptor]
    let kill: Descriptor?
    let freeze: Descriptor?

    var descriptors: [Descriptor] {
        procs + [directory] + [kill, freeze].compactMap(\.self)
    }

    init(version2 path: String) throws(HostError) {
        try Self.make(path)
        paths = [path]
        isVersion1 = false
        directory = try Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        procs = [try Descriptor.open(path + "/cgroup.procs", O_WRONLY)]
        // Since Linux 5.14; before that, freeze and kill one by one.
        kill = try? Descriptor.open(path + "/cgroup.kill", O_WRONLY)
        freeze = try? Descriptor.open(path + "/cgroup.freeze", O_WRONLY)
    }

    init(version1 paths: [String]) throws(HostError) {
        var procs: [Descriptor] = []
        for path in paths {
            try Self.make(path)
            procs.append(try Descriptor.open(path + "/cgroup.procs", O_WRONLY))
        }
        self.paths = paths
        self.procs = procs
        isVersion1 = true
        directory = try Descriptor.open(paths[0], O_RDONLY | O_DIRECTORY)
        kill = nil
        freeze = try? Descriptor.open(paths[0] + "/freezer.state", O_WRONLY)
    }

    private static func make(_ path: String) throws(HostError) {
        guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/") {
            // Somebody tidied the empty base away.
            _ = mkdir(String(path[..<slash]), 0o755)
            if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        }
        throw HostError(errno: errno, "cannot make the cgroup \(path)")
    }

    /// Kills all processes in it and below it, and removes it.
    ///
    /// Blocks until that is done.
    @discardableResult
    func killAndRemove() -> Int {
        // cgroup.kill reaches what is below; without it, only systemd's own PID 1 makes groups
        // below, and they end with its namespace.
        if let kill { try? kill.writeAll([UInt8(ascii: "1")], "cgroup.kill") }
        let memory = JobMemory()
        memory.place(in: self)
        memory.job.pointee.cgroup_paths = (nil, nil, nil, nil)
        let killed = Int(aplomb_kill_cgroups(memory.job))
        for path in paths { Self.removeTree(path) }
        return killed
    }

    /// Removes the directories of a tree of cgroups, the deepest first, waiting a moment for
    /// processes that were just killed.
    private static func removeTree(_ path: String) {
        for name in names(in: path) where access(path + "/" + name + "/cgroup.procs", F_OK) == 0 {
            removeTree(path + "/" + name)
        }
        for _ in 0..<200 {
            if rmdir(path) == 0 || errno != EBUSY { return }
            usleep(5_000)
        }
    }
}
