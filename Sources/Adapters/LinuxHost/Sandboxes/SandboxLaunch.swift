// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Prepares and starts a sandbox.
struct SandboxLaunch: Sendable {
    private let configuration: SandboxConfiguration
    private let directory: SandboxDirectory
    private let lock: Descriptor
    /// Keeps the sandbox below from running meanwhile.
    private let baseLock: Descriptor?
    private let plan: SandboxPlan

    /// Longer than any mount takes; a network file system that hangs ends in an error.
    private static let setupMilliseconds: Int32 = 20_000
    /// An earlier controller may have been killed a moment ago, and its sandbox be dying still.
    private static let lockMilliseconds = 5_000

    /// Takes the lock and prepares the directories.
    ///
    /// Blocks.
    init(_ configuration: SandboxConfiguration, in stateDirectory: String) throws(HostError) {
        try SandboxSupport.requireRoot()
        self.configuration = configuration
        directory = try SandboxDirectory(name: configuration.name, in: stateDirectory)
        lock = try directory.lock(waiting: Self.lockMilliseconds)
        var input = Self.input(configuration, directory)
        if case .sandbox(let name, let stateDirectory) = configuration.base {
            let base = try SandboxDirectory(name: name, in: stateDirectory)
            guard base.exists else {
                throw HostError(.notFound, "the sandbox \(name) has never run")
            }
            baseLock = try base.lock(waiting: Self.lockMilliseconds)
            for layer in base.layers() { input.bases[layer.path] = layer.upper }
        } else {
            baseLock = nil
        }
        plan = SandboxPlan(input)
        try directory.prepare(plan.layers, configuration.identity)
    }

    private static func input(
        _ configuration: SandboxConfiguration,
        _ directory: SandboxDirectory
    ) -> SandboxPlan.Input {
        // A socket that is mounted somewhere leads out of the sandbox; others do not, because the
        // kernel finds a listener by the inode, and an overlay has its own.
        let mounts = MountTable.parse(contents("/proc/self/mountinfo") ?? "").filter { mount in
            var status = stat()
            return lstat(mount.path, &status) != 0 || status.st_mode & S_IFMT != S_IFSOCK
        }
        var input = SandboxPlan.Input(
            configuration: configuration,
            nodeDirectory: directory.path,
            stateDirectory: directory.state,
            mounts: mounts
        )
        input.fileMounts = Set(
            mounts.map(\.path).filter { path in
                var status = stat()
                return lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
            }
        )
        input.protectedProcPaths = ["sys", "sysrq-trigger", "irq", "bus", "acpi", "fs", "asound"]
            .filter { access("/proc/" + $0, F_OK) == 0 }
        if configuration.network == .host, let path = realpath("/etc/resolv.conf", nil) {
            defer { free(path) }
            let target = String(cString: path)
            // Only a file in /run is missing inside; others come with the lower layer.
            if SandboxPlan.isInside(target, "/run"), let text = contents(target) {
                input.resolvConf = (target, text)
            }
        }
        return input
    }

    // MARK: - Without booting

    /// Starts our own small PID 1.
    ///
    /// Blocks until the sandbox is ready.
    func startInit() throws(HostError) -> SandboxNode {
        let memory = JobMemory()
        let control = try Descriptor.pipe()
        let (status, statusEnd) = try Descriptor.pipe()
        let job = memory.job
        memory.steps(plan.steps)
        job.pointee.name = memory.text("aplomb-node")
        job.pointee.control = control.read.number
        job.pointee.status = statusEnd.number
        job.pointee.lock = lock.number
        job.pointee.create = Namespace.inner(configuration) | Namespace.process
        var number: Int32 = -1
        let process = aplomb_start_init(job, &number)
        guard process > 0 else { throw cloneError(-process) }
        let pidfd = Descriptor(number)
        withExtendedLifetime((memory, control.read)) {}

        let message = Self.firstMessage(status, closing: consume statusEnd)
        guard let message, UInt32(message.kind) == APLOMB_STARTED.rawValue else {
            _ = aplomb_pidfd_signal(pidfd.number, SIGKILL)
            var exit: Int32 = 0
            _ = aplomb_wait(process, &exit, 0)
            throw message.map(failure)
                ?? HostError(.timedOut, "the sandbox \(configuration.name) did not become ready")
        }
        return try node(process, pidfd, control: control.write, boot: nil)
    }

    /// Waits for the first message; nothing when it does not come.
    private static func firstMessage(
        _ pipe: Descriptor,
        closing other: consuming Descriptor
    ) -> aplomb_message? {
        let number = pipe.number
        withExtendedLifetime(other) {}
        var event = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard retrying({ poll(&event, 1, setupMilliseconds) }) > 0 else { return nil }
        var message = aplomb_message()
        let size = MemoryLayout<aplomb_message>.size
        return retrying { read(number, &message, size) } == size ? message : nil
    }

    private func node(
        _ process: pid_t,
        _ pidfd: Descriptor,
        control: Descriptor?,
        boot: (run: ProcessRun, ended: Latch<Void>)?
    ) throws(HostError) -> SandboxNode {
        let root = try Descriptor.open("/proc/\(process)/root", openPath | O_DIRECTORY)
        return SandboxNode(
            configuration,
            directory,
            SandboxNode.Running(
                process: process,
                pidfd: pidfd,
                root: root,
                control: control,
                locks: [lock] + (baseLock.map { [$0] } ?? []),
                boot: boot
            )
        )
    }

    // MARK: - With systemd

    private static let systemd = ["/usr/lib/systemd/systemd", "/lib/systemd/systemd"]

    /// Boots systemd as PID 1 and waits until it has reached its default target.
    static func boot(
        _ configuration: SandboxConfiguration,
        in stateDirectory: String,
        runner: ProcessRunner
    ) async throws(HostError) -> SandboxNode {
        let start = ContinuousClock.now
        try SandboxSupport.requireSystemd(systemd, runner)
        let launch = try await Threads.run { () throws(HostError) in
            try SandboxLaunch(configuration, in: stateDirectory)
        }
        let state = Latch<Result<pid_t, HostError>>()
        let ended = Latch<Void>()
        var request = ProcessRequest([systemd[0], "--system", "--show-status=no"])
        request.environment = ["container": "aplomb", "PATH": request.environment["PATH"] ?? ""]
        let memory = JobMemory()
        try ProcessRunner.describe(request, in: memory)
        memory.job.pointee.paths = memory.list(systemd)
        memory.steps(launch.plan.steps)
        memory.descriptors.append(launch.lock)
        memory.job.pointee.lock = launch.lock.number
        memory.job.pointee.create =
            (Namespace.inner(configuration) | Namespace.process) & ~Namespace.cgroup
        memory.job.pointee.dropped_capabilities = Capability.dropped(configuration)
        let run = try runner.start(
            memory,
            request,
            describeFailure: { launch.failure($0) },
            onStart: { state.settle(.success($0)) },
            onEnd: { result in
                switch result {
                case .failure(let error): state.settle(.failure(error))
                case .success(let result):
                    let text = result.error.text() + result.output.text()
                    state.settle(.failure(HostError(.gone, "systemd ended at once: \(text)")))
                }
                ended.settle(())
            }
        )
        let process = try await state.value().get()
        let number = aplomb_pidfd_open(process)
        guard number >= 0 else { throw HostError(errno: -number, "systemd ended at once") }
        let node = try launch.node(process, Descriptor(number), control: nil, boot: (run, ended))
        do throws(HostError) {
            try await waitForBoot(node, until: start + configuration.bootTimeout, runner)
        } catch {
            await node.stop()
            throw error
        }
        return node
    }

    private static func waitForBoot(
        _ node: SandboxNode,
        until deadline: ContinuousClock.Instant,
        _ runner: ProcessRunner
    ) async throws(HostError) {
        let slow = HostError(
            .timedOut,
            "systemd did not come up in the sandbox \(node.name)",
            remedy: "raise the boot timeout, or use the sandbox without an init system"
        )
        let root = try node.root()
        try await Threads.run { () throws(HostError) in
            // systemctl talks to this socket when there is no message bus.
            while faccessat(root.number, "run/systemd/private", F_OK, 0) != 0 {
                guard node.isAlive else {
                    throw HostError(.gone, "systemd ended in the sandbox \(node.name)")
                }
                guard ContinuousClock.now < deadline else { throw slow }
                usleep(5_000)
            }
        }
        var request = ProcessRequest(["systemctl", "is-system-running", "--wait"])
        request.timeout = deadline - ContinuousClock.now
        request.grace = .zero
        let result = try await runner.run(request, on: .sandbox(node))
        let state = result.output.text().split(whereSeparator: \.isWhitespace).first ?? ""
        guard state == "running" || state == "degraded" else {
            if result.timedOut { throw slow }
            throw HostError(
                .failed,
                "systemd in the sandbox \(node.name) is \"\(state)\": \(result.error.text())"
            )
        }
    }

    // MARK: - Errors

    private func cloneError(_ number: Int32) -> HostError {
        HostError(
            errno: number,
            "cannot make the namespaces of the sandbox \(configuration.name)",
            remedy: number == EPERM
                ? "run as root with CAP_SYS_ADMIN; in a container, start that with --privileged"
                : number == ENOSPC ? "raise user.max_*_namespaces (sysctl)" : nil
        )
    }

    private func failure(_ message: aplomb_message) -> HostError {
        let number = message.second
        let index = Int(message.first)
        guard plan.steps.indices.contains(index) else {
            if message.first == APLOMB_STAGE_CLONE.rawValue { return cloneError(number) }
            return HostError(errno: number, "cannot start the sandbox \(configuration.name)")
        }
        let step = plan.steps[index]
        return HostError(
            errno: number,
            "cannot \(step.summary) for the sandbox \(configuration.name)",
            remedy: remedy(step, number)
        )
    }

    private func remedy(_ step: SandboxStep, _ number: Int32) -> String? {
        if step.type == "overlay" {
            if number == ENODEV { return "load the kernel module overlay (modprobe overlay)" }
            if number == EINVAL {
                return """
                    the state directory \(directory.state) must lie on a file system that can be \
                    an upper layer (ext4, xfs, btrfs, tmpfs; not overlay, NFS or a container's \
                    own file system): give another one with --state-dir
                    """
            }
        }
        if number == EPERM || number == EACCES {
            return "run as root with CAP_SYS_ADMIN; in a container, start that with --privileged"
        }
        if step.operation == .pivot && number == EINVAL {
            return "the root file system is an initramfs, which cannot be cloned"
        }
        return nil
    }
}
