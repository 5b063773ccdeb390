// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import FleetModel
import Synchronization

/// Remembers signatures for as long as their clock makes them good, and refuses them a second time.
///
/// Only requests that were verified come here: without a key nobody fills it.
final class ReplayGuard: Sendable {
    /// 64 bits of a signature each, some 3,400 requests a second sustained.
    static let signaturesMax = 1 << 20

    enum Verdict { case new, replayed, full }

    private struct State {
        /// By the minute of their date.
        var signatures: [Int64: Set<UInt64>] = [:]
        var count = 0
    }

    private let state = Mutex(State())
    private let signaturesMax: Int

    init(signaturesMax: Int = signaturesMax) { self.signaturesMax = signaturesMax }

    func check(_ request: SignedRequest, now: Timestamp) -> Verdict {
        // A signature is uniform: any 64 bits of it tell it from a million others.
        let signature = UInt64(request.authorization.signature.prefix(16), radix: 16) ?? 0
        let minute = request.time.timestamp.seconds / 60
        let oldest = (now.seconds - SignedRequest.skewMaxSeconds) / 60
        return state.withLock { state in
            for old in state.signatures.keys where old < oldest {
                state.count -= state.signatures.removeValue(forKey: old)?.count ?? 0
            }
            if state.signatures[minute]?.contains(signature) == true { return .replayed }
            guard state.count < signaturesMax else { return .full }
            state.signatures[minute, default: []].insert(signature)
            state.count += 1
            return .new
        }
    }
}
