// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into a call; the second one ends the process at once.
struct StopSignals {
    private final class First: Sendable {
        let number = Mutex<Int32?>(nil)
    }

    private let first = First()
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { [first] number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                let isFirst = first.number.withLock { known in
                    defer { known = known ?? number }
                    return known == nil
                }
                guard isFirst else { _exit(128 + number) }
                stop()
            }
            source.resume()
            return source
        }
    }

    /// The signal that came, if one did.
    var received: Int32? { first.number.withLock { $0 } }
}
