// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// Follows one process tree from its start to its result.
final class ProcessRun: Sendable {
    private typealias Outcome = Result<ProcessResult, HostError>

    private struct State {
        let memory: JobMemory
        let started: ContinuousClock.Instant
        var output: OutputCapture
        var error: OutputCapture
        var mainProcess: pid_t?
        var failure: aplomb_message?
        var ended: aplomb_message?
        var control: Descriptor?
        var isOver = false
    }

    let token: UInt64
    private let supervisor: pid_t
    private let status: Descriptor
    private let output: Descriptor
    private let error: Descriptor
    private let cgroup: Cgroup?
    private let keepsLeftovers: Bool
    private let onOutput: (@Sendable (ProcessRequest.Stream, [UInt8]) -> Void)?
    private let onStart: (@Sendable (pid_t) -> Void)?
    private let onEnd: @Sendable (Result<ProcessResult, HostError>) -> Void
    private let describeFailure: @Sendable (aplomb_message) -> HostError
    private let state: Mutex<State>

    /// Describes a run that is about to start.
    struct Plan {
        var memory: JobMemory
        var request: ProcessRequest
        var cgroup: Cgroup?
        var onStart: (@Sendable (pid_t) -> Void)?
        var describeFailure: @Sendable (aplomb_message) -> HostError
        var onEnd: @Sendable (Result<ProcessResult, HostError>) -> Void
    }

    /// Starts the supervisor and with it the process.
    init(_ plan: consuming sending Plan, token: UInt64) throws(HostError) {
        self.token = token
        let memory = plan.memory
        let null = try Descriptor.open("/dev/null", O_RDONLY)
        let status = try Descriptor.pipe()
        let control = try Descriptor.pipe()
        let output = try Descriptor.pipe()
        let error = try Descriptor.pipe()
        for end in [status.read, output.read, error.read, control.write] { end.setNonBlocking() }
        let job = memory.job
        job.pointee.input = null.number
        job.pointee.output = output.write.number
        job.pointee.error = error.write.number
        job.pointee.status = status.write.number
        job.pointee.control = control.read.number
        let started = ContinuousClock.now
        supervisor = try withExtendedLifetime(
            (null, status, control, output, error)
        ) { () throws(HostError) -> pid_t in
            try memory.supervise()
        }
        self.status = status.read
        self.output = output.read
        self.error = error.read
        cgroup = plan.cgroup
        keepsLeftovers = plan.request.leftovers == .keep
        onOutput = plan.request.onOutput
        onStart = plan.onStart
        onEnd = plan.onEnd
        describeFailure = plan.describeFailure
        state = Mutex(
            State(
                memory: memory,
                started: started,
                output: OutputCapture(plan.request.outputLimit),
                error: OutputCapture(plan.request.errorLimit),
                control: control.write
            )
        )
    }

    func descriptor(_ source: ProcessReactor.Source) -> Int32 {
        switch source {
        case .status: status.number
        case .output: output.number
        case .error: error.number
        }
    }

    /// Ends the tree: politely with the request's grace, or at once.
    func cancel(atOnce: Bool = false) {
        let control = state.withLock { $0.control }
        guard let control else { return }
        var command = UInt8(ascii: atOnce ? "k" : "c")
        _ = write(control.number, &command, 1)
    }

    /// Kills the tree when this run could not be served at all.
    func abandon() {
        state.withLock { $0.control = nil }
        var status: Int32 = 0
        _ = aplomb_wait(supervisor, &status, 0)
        state.withLock { $0.isOver = true }
    }

    /// Reads a pipe; called by the reactor alone.
    func isReady(
        _ source: ProcessReactor.Source,
        buffer: UnsafeMutableRawBufferPointer,
        reactor: ProcessReactor
    ) {
        if state.withLock({ $0.isOver }) { return }
        guard source == .status else {
            if read(source, buffer, atMost: buffer.count) == 0 {
                reactor.unwatch(descriptor(source))
            }
            return
        }
        var message = aplomb_message()
        let count = Glibc.read(status.number, &message, MemoryLayout<aplomb_message>.size)
        if count < 0 { return }
        guard count == 0 else {
            take(message)
            return
        }
        // The supervisor is leaving: its exit is a matter of microseconds.
        var wait: Int32 = 0
        _ = aplomb_wait(supervisor, &wait, 0)
        for source in [ProcessReactor.Source.output, .error] { drain(source, buffer) }
        state.withLock { $0.isOver = true }
        reactor.remove(self)
        finish()
    }

    private func take(_ message: aplomb_message) {
        state.withLock {
            switch UInt32(message.kind) {
            case APLOMB_STARTED.rawValue: $0.mainProcess = message.first
            case APLOMB_FAILED.rawValue: $0.failure = $0.failure ?? message
            default: $0.ended = message
            }
        }
        if UInt32(message.kind) == APLOMB_STARTED.rawValue { onStart?(message.first) }
    }

    /// Reads once.
    ///
    /// Returns 0 at the end of the stream, -1 when there is nothing now.
    @discardableResult
    private func read(
        _ source: ProcessReactor.Source,
        _ buffer: UnsafeMutableRawBufferPointer,
        atMost: Int
    ) -> Int {
        let count = Glibc.read(descriptor(source), buffer.baseAddress, min(atMost, buffer.count))
        guard count > 0 else { return count }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        let piece = onOutput == nil ? [] : Array(bytes)
        state.withLock {
            if source == .output {
                $0.output.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } else {
                $0.error.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
        onOutput?(source == .output ? .standardOutput : .standardError, piece)
        return count
    }

    /// Takes what is in the pipe now.
    ///
    /// Somebody who still holds it cannot delay this (F-13).
    private func drain(_ source: ProcessReactor.Source, _ buffer: UnsafeMutableRawBufferPointer) {
        var available: Int32 = 0
        guard ioctl(descriptor(source), UInt(FIONREAD), &available) == 0 else { return }
        var left = Int(available)
        while left > 0 {
            let count = read(source, buffer, atMost: left)
            if count <= 0 { return }
            left -= count
        }
    }

    private func finish() {
        let (result, needsKill, main) = state.withLock { state -> (Outcome, Bool, pid_t?) in
            state.control = nil
            let duration = ContinuousClock.now - state.started
            guard let ended = state.ended else {
                return (outcome(of: state, nil, duration), state.failure == nil, state.mainProcess)
            }
            return (outcome(of: state, ended, duration), false, nil)
        }
        if needsKill || hasRemains {
            // Killed by someone: what it watched must not live on (FT-22). This may block.
            let cgroup = cgroup
            let end = onEnd
            let kill: @Sendable () -> Void = {
                if let main { _ = Glibc.kill(-main, SIGKILL) }
                cgroup?.killAndRemove()
                end(result)
            }
            if (try? Threads.start(kill)) == nil { kill() }
        } else {
            onEnd(result)
        }
    }

    /// Whether the supervisor could not remove the cgroup: a systemd made others below it.
    private var hasRemains: Bool {
        guard let cgroup, !keepsLeftovers else { return false }
        return cgroup.paths.contains { access($0, F_OK) == 0 }
    }

    private func outcome(
        of state: borrowing State,
        _ ended: aplomb_message?,
        _ duration: Duration
    ) -> Outcome {
        if let failure = state.failure { return .failure(describeFailure(failure)) }
        let flags = UInt32(bitPattern: ended?.second ?? 0)
        return .success(
            ProcessResult(
                termination: ended.map { Self.termination($0.first) } ?? .interrupted,
                timedOut: flags & APLOMB_TIMED_OUT.rawValue != 0,
                cancelled: flags & APLOMB_CANCELLED.rawValue != 0,
                output: state.output.result,
                error: state.error.result,
                duration: duration,
                leftoversKilled: Int(ended?.third ?? 0),
                treeRemains: flags & APLOMB_TREE_REMAINS.rawValue != 0
            )
        )
    }

    private static func termination(_ status: Int32) -> ProcessResult.Termination {
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
    }
}
