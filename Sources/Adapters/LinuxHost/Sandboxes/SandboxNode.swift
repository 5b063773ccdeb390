// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// Is a running copy-on-write clone of this machine.
///
/// It has its own mount, PID, UTS, IPC and (unless told otherwise) network namespaces. Its mounts
/// exist only in there, so nothing remains on the host when its PID 1 ends; and that ends with
/// this process, however that ends. What it wrote stays in the state directory.
package final class SandboxNode: Sendable {
    struct Running {
        let process: pid_t
        let pidfd: Descriptor
        let root: Descriptor
        /// The end of the pipe that keeps the sandbox alive.
        var control: Descriptor?
        /// Its own, and that of the sandbox below.
        let locks: [Descriptor]
        /// With systemd: the supervisor of PID 1, and what tells that it is gone.
        var boot: (run: ProcessRun, ended: Latch<Void>)?
    }

    package let configuration: SandboxConfiguration
    package var name: String { configuration.name }
    let directory: SandboxDirectory
    private let running: Mutex<Running?>

    init(_ configuration: SandboxConfiguration, _ directory: SandboxDirectory, _ running: Running) {
        self.configuration = configuration
        self.directory = directory
        self.running = Mutex(running)
    }

    deinit {
        // The kernel does the rest; `stop()` is for those who want to wait for it.
        running.withLock { state in
            if let state { _ = aplomb_pidfd_signal(state.pidfd.number, SIGKILL) }
            if let state, state.boot == nil {
                var status: Int32 = 0
                _ = aplomb_wait(state.process, &status, 0)
            }
            state = nil
        }
    }

    /// Starts the sandbox with this name, on top of what its earlier runs wrote.
    ///
    /// Errors: `notPermitted` and `notSupported` with what to do, `busy` when another process runs
    /// it, `timedOut` when systemd does not come up.
    package static func start(
        _ configuration: SandboxConfiguration,
        in stateDirectory: String,
        runner: ProcessRunner
    ) async throws(HostError) -> SandboxNode {
        switch configuration.initSystem {
        case .none:
            try await Threads.run { () throws(HostError) in
                try SandboxLaunch(configuration, in: stateDirectory).startInit()
            }
        case .systemd:
            try await SandboxLaunch.boot(configuration, in: stateDirectory, runner: runner)
        }
    }

    /// Whether its PID 1 lives.
    package var isAlive: Bool {
        running.withLock { state in
            guard let state else { return false }
            return aplomb_pidfd_signal(state.pidfd.number, 0) == 0
                && !Self.hasEnded(state.pidfd)
        }
    }

    /// Ends every process of the sandbox and waits until they and the mounts are gone.
    package func stop() async {
        guard
            let state = running.withLock({ state in
                let old = state
                state = nil
                return old
            })
        else { return }
        _ = aplomb_pidfd_signal(state.pidfd.number, SIGKILL)
        if let boot = state.boot {
            await boot.ended.value()
            return
        }
        let process = state.process
        _ = try? await Threads.run { () throws(HostError) in
            var status: Int32 = 0
            _ = aplomb_wait(process, &status, 0)
        }
    }

    /// Lists what the sandbox changed, compared with the host as it is now.
    package func changes() async throws(HostError) -> [SandboxChange] {
        let directory = directory
        return try await Threads.run { () throws(HostError) in try SandboxChanges.list(directory) }
    }

    /// Lists what a sandbox changed that need not run.
    package static func changes(
        name: String,
        in stateDirectory: String
    ) async throws(HostError) -> [SandboxChange] {
        try await Threads.run { () throws(HostError) in
            try SandboxChanges.list(try SandboxDirectory(name: name, in: stateDirectory))
        }
    }

    /// Whether there is anything that a sandbox of this name wrote.
    package static func exists(name: String, in stateDirectory: String) -> Bool {
        access("\(stateDirectory)/sandboxes/\(name)/layers/root/upper", F_OK) == 0
    }

    /// Reads the content of a changed file, before or after; nothing when it is larger.
    package static func content(
        of change: SandboxChange,
        _ moment: SandboxChange.Moment,
        bytesMax: Int
    ) async -> [UInt8]? {
        let path = moment == .before ? change.placeBefore : change.placeAfter
        guard let path else { return nil }
        return try? await Threads.run { () throws(HostError) in
            // Whatever stands there now: no link is followed, no pipe waited for.
            let file = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
            return try file.readAll(path, limit: bytesMax)
        }
    }

    /// Forgets everything that a sandbox wrote.
    ///
    /// It must not be running (`busy`).
    package static func reset(
        name: String,
        in stateDirectory: String
    ) async throws(HostError) {
        try await Threads.run { () throws(HostError) in
            let directory = try SandboxDirectory(name: name, in: stateDirectory)
            guard directory.exists else { return }
            let lock = try directory.lock(waiting: 5_000)
            // The lock goes last, and with it the name.
            for name in names(in: directory.path) where name != "lock" {
                try removeTree(directory.path + "/" + name)
            }
            try removeTree(directory.path)
            withExtendedLifetime(lock) {}
        }
    }

    /// Tidies up after controllers that were killed: scratch directories and cgroups.
    ///
    /// What sandboxes wrote stays, and so does everything of those that are running.
    package static func sweep(
        _ stateDirectory: String,
        runner: ProcessRunner
    ) async throws(HostError) {
        let cgroups = runner.cgroups
        try await Threads.run { () throws(HostError) in
            cgroups.sweep()
            for name in SandboxDirectory.names(in: stateDirectory) {
                guard let directory = try? SandboxDirectory(name: name, in: stateDirectory),
                    let lock = try? directory.lock(waiting: 0)
                else { continue }
                for layer in names(in: directory.path + "/layers") {
                    try removeTree(directory.path + "/layers/" + layer + "/work")
                }
                withExtendedLifetime(lock) {}
            }
        }
    }

    var gone: HostError {
        HostError(.gone, "the sandbox \(name) is not running", remedy: "start it again")
    }

    /// Lets a job's process enter the sandbox.
    func enter(_ memory: JobMemory) throws(HostError) {
        guard let pidfd = running.withLock({ $0?.pidfd }), !Self.hasEnded(pidfd) else {
            throw gone
        }
        memory.descriptors.append(pidfd)
        memory.job.pointee.node = pidfd.number
        memory.job.pointee.enter = Namespace.inner(configuration) | Namespace.process
        memory.job.pointee.dropped_capabilities = Capability.dropped(configuration)
    }

    /// The root directory, as seen from inside.
    func root() throws(HostError) -> Descriptor {
        guard let root = running.withLock({ $0?.root }) else {
            throw gone
        }
        return root
    }

    /// Moves the calling thread into its network, UTS and IPC namespaces, for good.
    ///
    /// Only for a thread that ends with the work: files below `/proc/sys` and lists of interfaces
    /// are those of the reader's namespaces, not of the mount they are read through.
    func enterKernelViews() throws(HostError) {
        guard let pidfd = running.withLock({ $0?.pidfd }), !Self.hasEnded(pidfd) else {
            throw gone
        }
        let result = aplomb_enter_kernel_views(pidfd.number)
        guard result == 0 else {
            throw HostError(errno: -result, "cannot enter the namespaces of \(name)")
        }
    }

    /// Its PID 1, seen from the host.
    var process: pid_t? { running.withLock { $0?.process } }

    static func hasEnded(_ pidfd: Descriptor) -> Bool {
        var event = pollfd(fd: pidfd.number, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 0) > 0
    }
}

/// Names the kinds of namespaces, as clone(2) does.
enum Namespace {
    static let mount: UInt64 = 0x0002_0000
    static let cgroup: UInt64 = 0x0200_0000
    static let hostname: UInt64 = 0x0400_0000
    static let ipc: UInt64 = 0x0800_0000
    static let process: UInt64 = 0x2000_0000
    static let network: UInt64 = 0x4000_0000

    /// All but the PID namespace, which works differently.
    static func inner(_ configuration: SandboxConfiguration) -> UInt64 {
        var flags = mount | hostname | ipc
        if configuration.network == .isolated { flags |= network }
        if configuration.initSystem == .systemd { flags |= cgroup }
        return flags
    }
}

/// Lists the capabilities that reach through namespaces to the kernel they share.
///
/// This keeps ordinary scripts from touching the host (clock, kernel modules, devices). It is no
/// prison for hostile code, which needs a virtual machine.
enum Capability {
    private static let always: [UInt64] = [
        16,  // SYS_MODULE
        17,  // SYS_RAWIO
        20,  // SYS_PACCT
        25,  // SYS_TIME
        27,  // MKNOD
        30,  // AUDIT_CONTROL
        32, 33,  // MAC_OVERRIDE, MAC_ADMIN
        34,  // SYSLOG
        35, 36,  // WAKE_ALARM, BLOCK_SUSPEND
        39,  // BPF
    ]
    private static let networkAdministration: UInt64 = 12

    static func dropped(_ configuration: SandboxConfiguration) -> UInt64 {
        var set = always.reduce(0 as UInt64) { $0 | 1 << $1 }
        if configuration.network == .host { set |= 1 << networkAdministration }
        return set
    }
}
