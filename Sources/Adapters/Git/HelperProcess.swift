// SPDX-License-Identifier: Apache-2.0
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// Runs one `aplomb-git` child to its end, or to the end of the caller's patience.
///
/// The child is the leader of a session of its own and is killed with everything in it. Its
/// standard input is a socket that ends with us, so it cannot outlive this process.
struct HelperProcess: Sendable {
    /// The path of the `aplomb-git` program.
    let program: String
    let access: RemoteAccess
    /// The child's `HOME`, where libgit2 1.5 looks for known_hosts and nowhere else.
    let home: String

    /// Does one request.
    ///
    /// *Errors*: what the child answers; `.timedOut`, `.cancelled`, `.helperFailed`,
    /// `.helperKilled`, `.helperMissing`.
    func run(
        _ request: HelperRequest,
        keepingOpen lock: Int32
    ) async throws(GitError) -> HelperAnswer {
        let victim = Victim()
        let result: Result<HelperAnswer, GitError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                DispatchQueue(label: "git-helper").async {
                    continuation.resume(returning: self.runBlocking(request, lock, victim))
                }
            }
        } onCancel: {
            victim.kill(.cancelled)
        }
        return try result.get()
    }

    /// The running child, if any, which a cancellation may kill.
    private final class Victim: Sendable {
        enum Reason { case cancelled, timedOut }
        private let state = Mutex<(process: pid_t?, reason: Reason?)>((nil, nil))

        var reason: Reason? { state.withLock { $0.reason } }

        /// Takes the child; false when it shall not run any more.
        func take(_ process: pid_t) -> Bool {
            state.withLock { state in
                state.process = process
                return state.reason == nil
            }
        }

        /// Kills the child's group, if it has not been reaped.
        func kill(_ reason: Reason?) {
            state.withLock { state in
                if state.reason == nil { state.reason = reason }
                if let process = state.process { _ = Glibc.kill(-process, SIGKILL) }
            }
        }

        /// Waits for the child; its id means nothing afterwards.
        func reap() -> Int32 {
            guard let process = state.withLock({ $0.process }) else { return 0 }
            var information = unsafe siginfo_t()
            // The zombie keeps its id until it is taken under the lock.
            while unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0,
                errno == EINTR
            {}
            return state.withLock { state in
                var status: Int32 = 0
                while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
                state.process = nil
                return status
            }
        }
    }

    private func runBlocking(
        _ request: HelperRequest,
        _ lock: Int32,
        _ victim: Victim
    ) -> Result<HelperAnswer, GitError> {
        do throws(GitError) {
            let pipes = try Pipes()
            let process = try spawn(pipes, lock)
            pipes.closeChildEnds()
            if !victim.take(process) { victim.kill(nil) }
            let answer = converse(request, pipes, victim)
            victim.kill(nil)
            let status = victim.reap()
            return answer ?? .failure(ended(status, victim.reason, request.url))
        } catch {
            return .failure(error)
        }
    }

    /// Sends the request and reads until the answer, the end or the deadline; nil without answer.
    private func converse(
        _ request: HelperRequest,
        _ pipes: Pipes,
        _ victim: Victim
    ) -> Result<HelperAnswer, GitError>? {
        guard var message = try? JSONEncoder().encode(request) else {
            return .failure(GitError(.helperFailed, "the request cannot be written"))
        }
        message.append(UInt8(ascii: "\n"))
        guard pipes.send(Array(message)) else { return nil }
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: access.deadline)
        var quiet = clock.now.advanced(by: access.stallLimit)
        var buffer: [UInt8] = []
        while true {
            let left = clock.now.duration(to: min(end, quiet))
            guard left > .zero else {
                victim.kill(.timedOut)
                return nil
            }
            guard let chunk = pipes.receive(within: left) else { continue }
            guard !chunk.isEmpty, buffer.count < 16 << 20 else { return nil }
            buffer += chunk
            while let newline = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(buffer[..<newline])
                buffer.removeSubrange(...newline)
                switch try? JSONDecoder().decode(HelperAnswer.self, from: line) {
                case .progress: quiet = clock.now.advanced(by: access.stallLimit)
                case .failed(let error): return .failure(error)
                case let answer?: return .success(answer)
                case nil: return nil
                }
            }
        }
    }

    /// Words the end of a child that gave no answer.
    private func ended(_ status: Int32, _ reason: Victim.Reason?, _ url: String) -> GitError {
        switch reason {
        case .cancelled: return GitError(.cancelled, "the git operation was cancelled")
        case .timedOut:
            return GitError(
                .timedOut,
                "'\(url)' did not answer within \(Self.seconds(access.deadline)), or sent nothing"
                    + " for \(Self.seconds(access.stallLimit))",
                hint: "check the network and the server, or raise the deadline"
            )
        case nil: break
        }
        switch status & 0x7f {
        case 0:
            return GitError(
                .helperFailed,
                "the git helper ended with status \(status >> 8 & 0xff) and no answer"
            )
        // Whoever sent these: the mirror is not to blame.
        case SIGKILL, SIGTERM, SIGINT, SIGHUP:
            return GitError(
                .helperKilled,
                "the git helper was killed",
                hint: "try again; if it happens again, look for the out-of-memory killer's log"
            )
        case let signal:
            return GitError(.helperFailed, "the git helper was ended by signal \(signal)")
        }
    }

    private static func seconds(_ time: Duration) -> String {
        time >= .seconds(1)
            ? "\(time.components.seconds) s" : "\(Int(time / .milliseconds(1))) ms"
    }

    // MARK: Starting the child

    /// A socket to the child and one back, which no other child inherits.
    private final class Pipes {
        private var ours: Int32
        private var theirs: Int32
        private var reading: Int32
        private var writing: Int32

        init() throws(GitError) {
            var sockets: [Int32] = [-1, -1]
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            guard unsafe socketpair(AF_UNIX, kind, 0, &sockets) == 0 else {
                throw Files.failure("cannot make a socket for the git helper")
            }
            ours = sockets[0]
            theirs = sockets[1]
            var answers: [Int32] = [-1, -1]
            guard unsafe socketpair(AF_UNIX, kind, 0, &answers) == 0 else {
                let failure = Files.failure("cannot make a socket for the git helper")
                close(sockets[0])
                close(sockets[1])
                throw failure
            }
            reading = answers[0]
            writing = answers[1]
        }

        deinit {
            closeChildEnds()
            close(ours)
            close(reading)
        }

        var childInput: Int32 { theirs }
        var childOutput: Int32 { writing }

        func closeChildEnds() {
            if theirs >= 0 { close(theirs) }
            if writing >= 0 { close(writing) }
            theirs = -1
            writing = -1
        }

        /// Sends all bytes; false when the child is gone.
        func send(_ bytes: [UInt8]) -> Bool {
            var sent = 0
            while sent < bytes.count {
                let count = unsafe bytes.withUnsafeBytes { buffer in
                    unsafe Glibc.send(
                        ours,
                        buffer.baseAddress?.advanced(by: sent),
                        buffer.count - sent,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }

        /// Reads what is there; empty at the end, nil when nothing came in time.
        func receive(within time: Duration) -> [UInt8]? {
            let parts = time.components
            let milliseconds =
                min(parts.seconds, 3600) * 1000 + parts.attoseconds / 1_000_000_000_000_000
            var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, Int32(milliseconds) + 1) > 0 else { return nil }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe read(reading, buffer.baseAddress, buffer.count)
            }
            if count < 0 { return errno == EINTR ? nil : [] }
            return Array(chunk[..<count])
        }
    }

    private func spawn(_ pipes: Pipes, _ lock: Int32) throws(GitError) -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes.childInput, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipes.childOutput, 1)
        // The child holds the mirror's lock too, so that nobody else starts while it still lives.
        unsafe posix_spawn_file_actions_adddup2(&actions, lock, Self.lockDescriptor)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Self.setSession | Int32(POSIX_SPAWN_SETSIGMASK)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        var environment = ["HOME=" + home, "LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin"]
        if let socket = access.agentSocket { environment.append("SSH_AUTH_SOCK=" + socket) }
        var process: pid_t = 0
        let code = unsafe withArguments([program]) { arguments in
            unsafe withArguments(environment) { variables in
                unsafe posix_spawn(&process, program, &actions, &attributes, arguments, variables)
            }
        }
        guard code == 0 else {
            let failure = Files.failure("cannot start the git helper '\(program)'", code)
            throw GitError(
                .helperMissing,
                failure.message,
                hint: "reinstall: aplomb-git belongs beside aplomb",
                underlying: failure.underlying
            )
        }
        return process
    }

    private static let lockDescriptor: Int32 = 3
    /// `POSIX_SPAWN_SETSID` of spawn.h, which Swift does not see.
    private static let setSession: Int32 = 0x80
}

/// Lends strings to a C function as a list that ends with nil.
private func withArguments(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
) -> Int32 {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe copies.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return EINVAL }
        return unsafe body(base)
    }
}
