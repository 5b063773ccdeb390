// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// The place in the cgroup trees below which every process tree gets a cgroup of its own.
///
/// It lies below the cgroup of this process, so that a service manager that ends this service
/// takes everything along.
package enum CgroupBase: Sendable, Equatable {
    /// A directory `aplomb` in cgroup v2.
    case version2(String)
    /// Directories `aplomb` in the v1 hierarchies, the freezer's first.
    case version1([String])
    /// None can be used, for the reason given: trees end by process group and subreaper.
    case none(String)

    /// Says which kind of cgroup may be used.
    package enum Preference: Sendable { case automatic, version1Only, processGroupOnly }

    /// Finds and makes the place.
    package static func find(_ preference: Preference = .automatic) -> CgroupBase {
        if preference == .processGroupOnly { return .none("not wanted") }
        let mounts = MountTable.parse(contents("/proc/self/mountinfo") ?? "")
        let own = contents("/proc/self/cgroup") ?? ""
        var reason = "no cgroup hierarchy with a freezer is mounted"
        if preference == .automatic, let path = version2Path(mounts: mounts, own: own) {
            guard let failure = make(path + "/aplomb") else {
                return .version2(path + "/aplomb")
            }
            reason = failure
        }
        // Without the freezer a fork bomb outruns every list of processes.
        guard let freezer = version1Path("freezer", mounts: mounts, own: own) else {
            return .none(reason)
        }
        if let failure = make(freezer + "/aplomb") { return .none(failure) }
        return .version1([freezer + "/aplomb"])
    }

    static func version2Path(mounts: [Mount], own: String) -> String? {
        guard let mount = mounts.last(where: { $0.type == "cgroup2" }) else { return nil }
        for line in own.split(separator: "\n") where line.hasPrefix("0::") {
            return join(mount, String(line.dropFirst(3)))
        }
        return nil
    }

    static func version1Path(_ controller: String, mounts: [Mount], own: String) -> String? {
        let found = mounts.last { $0.type == "cgroup" && $0.options.contains(controller) }
        guard let mount = found else { return nil }
        for line in own.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[1].split(separator: ",").contains(Substring(controller))
            else { continue }
            return join(mount, String(fields[2]))
        }
        return nil
    }

    /// The directory of a cgroup below a mount, which may show only a part of the tree.
    private static func join(_ mount: Mount, _ cgroup: String) -> String? {
        guard !cgroup.hasPrefix("/..") else { return mount.path }
        if mount.root == "/" { return cgroup == "/" ? mount.path : mount.path + cgroup }
        guard cgroup == mount.root || cgroup.hasPrefix(mount.root + "/") else { return mount.path }
        return mount.path + cgroup.dropFirst(mount.root.count)
    }

    private static func make(_ path: String) -> String? {
        if mkdir(path, 0o755) == 0 || errno == EEXIST {
            if access(path, W_OK) == 0 { return nil }
        }
        return "\(path): \(HostError.text(of: errno))"
    }

    /// Makes a cgroup for a process tree, or nothing where there are none.
    func makeCgroup(_ name: String) throws(HostError) -> Cgroup? {
        switch self {
        case .none: return nil
        case .version2(let base): return try Cgroup(version2: base + "/" + name)
        case .version1(let bases): return try Cgroup(version1: bases.map { $0 + "/" + name })
        }
    }

    /// Ends what dead controllers left behind.
    ///
    /// Returns how many cgroups were removed.
    @discardableResult
    package func sweep() -> Int {
        let bases: [String] =
            switch self {
            case .none: []
            case .version2(let base): [base]
            case .version1(let bases): bases
            }
        var swept = 0
        for name in Set(bases.flatMap(names(in:))) {
            let keeps = name.hasPrefix(CgroupName.kept)
            guard let owner = CgroupName.owner(of: name) else { continue }
            if owner.isAlive { continue }
            if keeps {
                // Left running on purpose: only its empty directory is removed.
                for base in bases where rmdir(base + "/" + name) == 0 { swept += 1 }
                continue
            }
            guard let cgroup = try? makeCgroup(name) else { continue }
            cgroup.killAndRemove()
            swept += 1
        }
        return swept
    }
}

/// Names cgroups so that anyone can see whether their owner still lives.
enum CgroupName {
    static let kept = "kept-"
    private static let counter = Atomic<Int>(0)
    private static let own = ProcessIdentity.current

    static func next(keepsLeftovers: Bool) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(keepsLeftovers ? kept : "run-")\(own.pid)-\(own.startTicks)-\(number)"
    }

    static func owner(of name: String) -> ProcessIdentity? {
        let fields = name.split(separator: "-")
        guard fields.count == 4, let pid = Int32(fields[1]), let ticks = UInt64(fields[2]) else {
            return nil
        }
        return ProcessIdentity(pid: pid, startTicks: ticks)
    }
}

/// Identifies a process of this boot beyond reuse of its number.
struct ProcessIdentity: Equatable, Sendable {
    var pid: Int32
    /// Field 22 of `/proc/<pid>/stat`.
    var startTicks: UInt64

    static var current: ProcessIdentity {
        ProcessIdentity(pid: getpid(), startTicks: startTicks(of: getpid()) ?? 0)
    }

    var isAlive: Bool { Self.startTicks(of: pid) == startTicks }

    static func startTicks(of pid: Int32) -> UInt64? {
        // The name in parentheses may hold anything, so count from its end.
        guard let text = contents("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[end...].split(separator: " ")
        return fields.count > 20 ? UInt64(fields[20]) : nil
    }
}
