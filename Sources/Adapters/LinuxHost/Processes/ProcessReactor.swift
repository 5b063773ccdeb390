// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// Serves the pipes of all running processes on one thread.
final class ProcessReactor: Sendable {
    /// Names a pipe of a run.
    enum Source: UInt64, CaseIterable { case status, output, error }

    private let epoll: Descriptor
    private let wake: Descriptor
    private let runs = Mutex<[UInt64: ProcessRun]>([:])
    private let counter = Atomic<UInt64>(1)

    private static let stopToken = UInt64.max
    private static let bufferBytes = 64 << 10

    init() throws(HostError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw HostError(errno: errno, "cannot make an epoll instance") }
        epoll = Descriptor(number)
        let event = eventfd(0, Int32(EFD_CLOEXEC))
        guard event >= 0 else { throw HostError(errno: errno, "cannot make an eventfd") }
        wake = Descriptor(event)
        try watch(wake.number, token: Self.stopToken)
        try Threads.start { [self] in serve() }
    }

    /// Ends the thread once no process is left.
    func stop() {
        var one: UInt64 = 1
        _ = write(wake.number, &one, 8)
    }

    func nextToken() -> UInt64 { counter.wrappingAdd(1, ordering: .relaxed).oldValue }

    /// Serves a run until it is over.
    func add(_ run: ProcessRun) throws(HostError) {
        runs.withLock { $0[run.token] = run }
        for source in Source.allCases {
            try watch(run.descriptor(source), token: run.token << 2 | source.rawValue)
        }
    }

    func remove(_ run: ProcessRun) {
        for source in Source.allCases { unwatch(run.descriptor(source)) }
        runs.withLock { _ = $0.removeValue(forKey: run.token) }
    }

    func unwatch(_ number: Int32) { _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, number, nil) }

    private func watch(_ number: Int32, token: UInt64) throws(HostError) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u64 = token
        guard epoll_ctl(epoll.number, EPOLL_CTL_ADD, number, &event) == 0 else {
            throw HostError(errno: errno, "cannot watch a pipe")
        }
    }

    private func serve() {
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.bufferBytes,
            alignment: 16
        )
        defer { buffer.deallocate() }
        var events = [epoll_event](repeating: epoll_event(), count: 128)
        var isStopping = false
        while true {
            if isStopping, runs.withLock({ $0.isEmpty }) { return }
            let count = epoll_wait(epoll.number, &events, Int32(events.count), -1)
            guard count > 0 else { continue }
            for event in events.prefix(Int(count)) {
                let data = event.data.u64
                if data == Self.stopToken {
                    isStopping = true
                    unwatch(wake.number)
                    continue
                }
                guard let source = Source(rawValue: data & 3),
                    let run = runs.withLock({ $0[data >> 2] })
                else { continue }
                run.isReady(source, buffer: buffer, reactor: self)
            }
        }
    }
}
