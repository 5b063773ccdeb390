// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Dispatch
import Glibc

/// A process in a session of its own that lives on when this one ends.
package final class DetachedProcess: Sendable {
    package let processID: Int32
    /// With the process id it names one process of this boot.
    package let startTicks: UInt64
    private let gate: Gate?

    private init(_ processID: Int32, _ startTicks: UInt64, gate: Descriptor?) {
        self.processID = processID
        self.startTicks = startTicks
        self.gate = gate.map(Gate.init)
    }

    /// Starts a program that waits: it reads one byte from its standard input before it does
    /// anything, and ends when there is none.
    ///
    /// What it writes goes to a log file; nothing else of this process is passed on.
    package static func start(
        _ arguments: [String],
        environment: [String],
        log: String
    ) throws(HostError) -> DetachedProcess {
        let pipe = try Descriptor.pipe()
        let output = try Descriptor.open(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe.read.number, 0)
        posix_spawn_file_actions_adddup2(&actions, output.number, 1)
        posix_spawn_file_actions_adddup2(&actions, output.number, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int32(APLOMB_SPAWN_SETSID) | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var process: pid_t = 0
        let result = withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                guard let program = arguments[0] else { return EINVAL }
                return posix_spawn(&process, program, &actions, &attributes, arguments, environment)
            }
        }
        guard result == 0 else {
            throw HostError(errno: result, "cannot start \(arguments.first ?? "nothing")")
        }
        guard let ticks = ProcessIdentity.startTicks(of: process) else {
            throw HostError(.gone, "\(arguments[0]) ended as it began")
        }
        return DetachedProcess(process, ticks, gate: pipe.write)
    }

    /// Finds a process that someone before us started; `nil` when it is gone.
    package static func find(processID: Int32, startTicks: UInt64) -> DetachedProcess? {
        guard ProcessIdentity(pid: processID, startTicks: startTicks).isAlive,
            !isZombie(processID)
        else { return nil }
        return DetachedProcess(processID, startTicks, gate: nil)
    }

    /// Lets the process begin.
    package func release() { gate?.open() }

    /// Asks the process to end; it may clean up.
    package func terminate() { signal(SIGTERM) }

    package func kill() { signal(SIGKILL) }

    private func signal(_ number: Int32) {
        guard ProcessIdentity(pid: processID, startTicks: startTicks).isAlive else { return }
        _ = Glibc.kill(processID, number)
    }

    /// Waits until the process has ended, and takes a child's place in the process table back.
    package func waitUntilEnd() async {
        let number = aplomb_pidfd_open(processID)
        if number >= 0 {
            let pidfd = Descriptor(number)
            if ProcessIdentity(pid: processID, startTicks: startTicks).isAlive {
                await withCheckedContinuation { continuation in
                    let source = DispatchSource.makeReadSource(fileDescriptor: pidfd.number)
                    source.setEventHandler { source.cancel() }
                    source.setCancelHandler {
                        withExtendedLifetime(pidfd) {}
                        continuation.resume()
                    }
                    source.activate()
                }
            }
        }
        var status: Int32 = 0
        _ = waitpid(processID, &status, WNOHANG)
    }

    private static func isZombie(_ process: Int32) -> Bool {
        guard let text = contents("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
            return true
        }
        return text[end...].split(separator: " ").dropFirst().first == "Z"
    }
}

/// The end of a pipe on which a process waits; closed without a byte, it ends.
private final class Gate: Sendable {
    private let descriptor: Descriptor

    init(_ descriptor: Descriptor) { self.descriptor = descriptor }

    func open() {
        var byte: UInt8 = 1
        _ = retrying { write(descriptor.number, &byte, 1) }
    }
}

/// Passes texts as a null-terminated list of C strings.
private func withCStrings<Result>(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    return pointers.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("a list is never empty") }
        return body(base)
    }
}
