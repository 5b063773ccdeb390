// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Lays out what a sandbox keeps in the state directory, and guards it with a lock.
///
/// Shape: `<state>/sandboxes/<name>/` with `lock`, `boot-id`, `machine-id` (or
/// `inherited`), and per layer `layers/<layer>/` with `path`, `upper`, `work` (and `merged`, for the
/// first one; and `base`, `below` and `below-work`, over another sandbox).
struct SandboxDirectory: Sendable {
    let name: String
    let state: String
    let path: String

    /// Finds the directory, without making it.
    init(name: String, in stateDirectory: String) throws(HostError) {
        try SandboxConfiguration.validate(name: name)
        try makeDirectories(stateDirectory, mode: 0o700)
        guard let resolved = realpath(stateDirectory, nil) else {
            throw HostError(errno: errno, "cannot find the state directory \(stateDirectory)")
        }
        defer { free(resolved) }
        self.name = name
        state = String(cString: resolved)
        path = state + "/sandboxes/" + name
    }

    static func names(in stateDirectory: String) -> [String] {
        LinuxHost.names(in: stateDirectory + "/sandboxes")
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Takes the lock.
    ///
    /// Init processes hold it too, so having it means that nothing lives there.
    func lock(waiting milliseconds: Int) throws(HostError) -> Descriptor {
        try makeDirectories(path, mode: 0o700)
        let lock = try Descriptor.open(path + "/lock", O_RDWR | O_CREAT | O_NOFOLLOW)
        var waited = 0
        while flock(lock.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw HostError(errno: errno, "cannot lock \(path)") }
            guard waited < milliseconds else {
                throw HostError(
                    .busy,
                    "the sandbox \(name) is in use by another process",
                    remedy: "wait for it to end, or use another state directory"
                )
            }
            usleep(2_000)
            waited += 2
        }
        return lock
    }

    /// Makes the directories of the layers; what earlier runs wrote stays.
    func prepare(
        _ layers: [SandboxPlan.Layer],
        _ identity: SandboxConfiguration.Identity
    ) throws(HostError) {
        try makeDirectories(path + "/layers/root/merged", mode: 0o700)
        for layer in layers {
            let directory = path + "/layers/" + layer.directory
            try makeDirectories(directory, mode: 0o700)
            try overwrite(directory + "/path", with: layer.path)
            // The kernel leaves things here that would keep a later mount from working.
            try removeTree(directory + "/work")
            try makeDirectories(directory + "/work", mode: 0o700)
            let upper = directory + "/upper"
            if let base = layer.base {
                try overwrite(directory + "/base", with: base)
                for name in ["below", "below-work"] {
                    try makeDirectories(directory + "/" + name, mode: 0o700)
                }
            }
            if mkdir(upper, 0o755) == 0 {
                try Self.copyAttributes(of: layer.base ?? layer.path, to: upper)
            }
        }
        try overwrite(path + "/boot-id", with: Self.uuid() + "\n", mode: 0o444)
        switch identity {
        case .own: try seed()
        case .inherited: try overwrite(path + "/inherited", with: "")
        }
    }

    /// Gives the sandbox its own name and identity, once.
    ///
    /// `SandboxChanges` does not count these.
    private func seed() throws(HostError) {
        guard access(path + "/seeded", F_OK) != 0 else { return }
        let etc = path + "/layers/root/upper/etc"
        var status = stat()
        if lstat("/etc", &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            if mkdir(etc, 0o755) == 0 { try Self.copyAttributes(of: "/etc", to: etc) }
            for (file, text) in try seeds() {
                try overwrite(etc + "/" + file, with: text, mode: 0o644)
                chmod(etc + "/" + file, 0o644)
            }
        }
        try overwrite(path + "/seeded", with: "")
    }

    /// Files of `/etc` that every sandbox has of its own.
    func seeds() throws(HostError) -> [(file: String, text: String)] {
        if access(path + "/inherited", F_OK) == 0 { return [] }
        let machineID: String
        if let known = contents(path + "/machine-id") {
            machineID = known
        } else {
            machineID = Self.uuid().filter { $0 != "-" } + "\n"
            try overwrite(path + "/machine-id", with: machineID)
        }
        return [("hostname", name + "\n"), ("machine-id", machineID)]
    }

    private static func copyAttributes(of source: String, to target: String) throws(HostError) {
        var status = stat()
        guard stat(source, &status) == 0, chown(target, status.st_uid, status.st_gid) == 0,
            chmod(target, status.st_mode & 0o7777) == 0
        else { throw HostError(errno: errno, "cannot give \(target) the rights of \(source)") }
    }

    private static func uuid() -> String {
        let text = contents("/proc/sys/kernel/random/uuid") ?? ""
        return String(text.filter { $0 != "\n" })
    }

    /// The layers that exist, by the path that each covers.
    func layers() -> [(path: String, upper: String, base: String?)] {
        LinuxHost.names(in: path + "/layers").compactMap { name in
            let directory = path + "/layers/" + name
            guard let path = contents(directory + "/path") else { return nil }
            return (path, directory + "/upper", contents(directory + "/base"))
        }
    }
}
