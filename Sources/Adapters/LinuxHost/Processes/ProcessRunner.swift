// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// Names a machine on which something is done: this one, or a sandbox on it.
package enum Machine: Sendable {
    case local
    case sandbox(SandboxNode)
}

/// Runs processes, each as a tree with a supervisor, a session and (where possible) a cgroup.
///
/// Whatever happens to this process, the trees end: every supervisor watches a pipe that only this
/// process holds. Two hundred at once are fine: they cost one thread in all.
package final class ProcessRunner: Sendable {
    /// Where the cgroups are made.
    package let cgroups: CgroupBase
    private let reactor: ProcessReactor

    /// Finds the cgroups and starts the serving thread.
    package init(cgroups: CgroupBase.Preference = .automatic) throws(HostError) {
        self.cgroups = CgroupBase.find(cgroups)
        reactor = try ProcessReactor()
    }

    deinit { reactor.stop() }

    /// Runs a process to its end.
    ///
    /// Shape: a process that ran has a result, however it ended; cancelling the task ends its tree
    /// and still returns the result.
    /// Errors: `notFound` and `notPermitted` when it could not be started, `gone` when the sandbox
    /// has ended, `exhausted` when the system has no room.
    package func run(
        _ request: ProcessRequest,
        on host: Machine = .local
    ) async throws(HostError) -> ProcessResult {
        let box = RunBox()
        let result: Result<ProcessResult, HostError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(HostError) {
                    let memory = JobMemory()
                    try Self.describe(request, in: memory)
                    let program = request.arguments[0]
                    let directory = request.workingDirectory
                    if case .sandbox(let node) = host { try node.enter(memory) }
                    let run = try start(
                        memory,
                        request,
                        describeFailure: { message in
                            // Its end shows in many ways, depending on the moment.
                            if case .sandbox(let node) = host, !node.isAlive {
                                return node.gone
                            }
                            return Self.failure(message, program, directory)
                        },
                        onEnd: { continuation.resume(returning: $0) }
                    )
                    box.set(run)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            box.cancel()
        }
        return try result.get()
    }

    /// Starts a described job and serves it.
    ///
    /// The end is reported exactly once unless this throws.
    func start(
        _ memory: sending JobMemory,
        _ request: ProcessRequest,
        describeFailure: @escaping @Sendable (aplomb_message) -> HostError,
        onStart: (@Sendable (pid_t) -> Void)? = nil,
        onEnd: @escaping @Sendable (Result<ProcessResult, HostError>) -> Void
    ) throws(HostError) -> ProcessRun {
        let name = CgroupName.next(keepsLeftovers: request.leftovers == .keep)
        let cgroup = try cgroups.makeCgroup(name)
        if let cgroup { memory.place(in: cgroup) }
        let run: ProcessRun
        do throws(HostError) {
            run = try ProcessRun(
                ProcessRun.Plan(
                    memory: memory,
                    request: request,
                    cgroup: cgroup,
                    onStart: onStart,
                    describeFailure: describeFailure,
                    onEnd: onEnd
                ),
                token: reactor.nextToken()
            )
        } catch {
            cgroup?.killAndRemove()
            throw error
        }
        do throws(HostError) {
            try reactor.add(run)
        } catch {
            run.abandon()
            reactor.remove(run)
            throw error
        }
        return run
    }

    /// Writes a request down for the C code.
    static func describe(
        _ request: ProcessRequest,
        in memory: JobMemory
    ) throws(HostError) {
        guard let program = request.arguments.first, !program.isEmpty else {
            throw HostError(.invalid, "no program to run")
        }
        for (what, text) in request.arguments.map({ ("an argument", $0) })
            + request.environment.map({ ("the environment variable \($0.key)", $0.key + $0.value) })
            + [("the working directory", request.workingDirectory)]
        where text.utf8.contains(0) {
            throw HostError(.invalid, "\(what) holds a NUL byte")
        }
        for name in request.environment.keys where name.isEmpty || name.utf8.contains(0x3D) {
            throw HostError(.invalid, "\"\(name)\" cannot be the name of an environment variable")
        }
        let job = memory.job
        job.pointee.arguments = memory.list(request.arguments)
        // Sorted, so that what a process sees does not depend on dictionary order.
        job.pointee.environment = memory.list(
            request.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        )
        job.pointee.paths = memory.list(
            candidates(program, path: request.environment["PATH"])
        )
        job.pointee.directory = memory.text(request.workingDirectory)
        job.pointee.name = memory.text("aplomb-run")
        job.pointee.timeout_milliseconds = request.timeout.map { max(1, $0.milliseconds) } ?? 0
        job.pointee.grace_milliseconds = request.grace.milliseconds
        job.pointee.keep_leftovers = request.leftovers == .keep ? 1 : 0
        if let identity = request.identity {
            job.pointee.user = identity.user
            job.pointee.group = identity.group
        }
        if let script = request.script {
            let number = aplomb_memfd("script")
            guard number >= 0 else {
                throw HostError(errno: -number, "cannot make a memory file for the script")
            }
            let file = Descriptor(number)
            try file.writeAll(script, "the script")
            _ = fcntl(number, Int32(APLOMB_F_ADD_SEALS), Int32(APLOMB_SEALS))
            memory.descriptors.append(file)
            job.pointee.script = number
        }
    }

    private static func candidates(_ program: String, path: String?) -> [String] {
        if program.utf8.contains(UInt8(ascii: "/")) { return [program] }
        let path = path ?? ProcessRequest.baseEnvironment["PATH"] ?? ""
        return path.split(separator: ":").filter { $0.hasPrefix("/") }.map { "\($0)/\(program)" }
    }

    private static func failure(
        _ message: aplomb_message,
        _ program: String,
        _ directory: String
    ) -> HostError {
        let number = message.second
        switch aplomb_stage(rawValue: message.first) {
        case APLOMB_STAGE_EXEC:
            return HostError(errno: number, "cannot run \(program)")
        case APLOMB_STAGE_DIRECTORY:
            return HostError(errno: number, "cannot change to the directory \(directory)")
        case APLOMB_STAGE_NAMESPACES:
            return HostError(
                errno: number,
                "cannot enter the sandbox",
                remedy: number == ESRCH ? "start it again" : nil
            )
        case APLOMB_STAGE_CGROUP:
            return HostError(errno: number, "cannot enter the cgroup")
        case APLOMB_STAGE_IDENTITY:
            return HostError(errno: number, "cannot change to the other user")
        case APLOMB_STAGE_DESCRIPTORS:
            return HostError(errno: number, "cannot pass on the descriptors")
        default:
            return HostError(errno: number, "cannot start \(program)")
        }
    }
}

/// Holds a run that may be cancelled before it has started.
private final class RunBox: Sendable {
    private let state = Mutex<(run: ProcessRun?, isCancelled: Bool)>((nil, false))

    func set(_ run: ProcessRun) {
        let isCancelled = state.withLock {
            $0.run = run
            return $0.isCancelled
        }
        if isCancelled { run.cancel() }
    }

    func cancel() {
        let run = state.withLock {
            $0.isCancelled = true
            return $0.run
        }
        run?.cancel()
    }
}

extension Duration {
    /// Whole milliseconds, not negative.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? Int64.max / 4 : max(0, product + attoseconds / 1_000_000_000_000_000)
    }
}
