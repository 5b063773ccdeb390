// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

/// Something began or ceased to be otherwise than git says: one line of the drift history.
package struct DriftEvent: Hashable, Sendable, Codable {
    package enum Change: String, Sendable, Codable {
        case began = "Began"
        case ended = "Ended"
    }

    package var at: Timestamp
    package var event: Change
    package var id: String
    package var object: ObjectReference
    package var field: String
    package var inGit: String
    package var live: String
    package var cause: Cause
    package var severity: ComplianceSeverity
    /// By name, sorted; not all of very many.
    package var nodes: [String]
    package var nodeCount: Int
    package var since: Timestamp
    /// How often it has begun, this time included.
    package var occurrence: Int
    package var flapping: Bool
    package var way: DriftLedger.End.Way?
    package var touches: [NodeTouch]

    static let nodesMax = 50
}
