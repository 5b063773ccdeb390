// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Asks an expression over the entries of a type, and answers for each node how many match.
///
/// Aplomb's addition: one answer for a whole fleet, in the language of groups and policies.
/// *Shape*: `AWS:Application.Name = "openssl" and Version < "3.0.15"`; without `instanceIds`, all nodes.
/// What is compared with `now` is compared with `evaluationTime`, which is the server's own unless given.
/// *Errors*: `InvalidFilter` for an expression that is none, `InvalidInstanceId`.
package struct QueryInventory: Operation {
    package typealias Response = QueryInventoryResponse

    package var expression: String
    package var instanceIds: [NodeID]?
    /// The most matching entries to show for a node; 3 unless told otherwise, at most 50.
    package var evidenceMax: Int?
    package var evaluationTime: Timestamp?

    package init(
        expression: String,
        instanceIds: [NodeID]? = nil,
        evidenceMax: Int? = nil,
        evaluationTime: Timestamp? = nil
    ) {
        self.expression = expression
        self.instanceIds = instanceIds
        self.evidenceMax = evidenceMax
        self.evaluationTime = evaluationTime
    }
}

/// The answer to `QueryInventory`.
package struct QueryInventoryResponse: Codable, Hashable, Sendable {
    package var typeName: String
    /// One for each node asked about, sorted by id.
    package var matches: [NodeInventoryMatch]

    package init(
        typeName: String,
        matches: [NodeInventoryMatch]
    ) {
        self.typeName = typeName
        self.matches = matches
    }
}

/// How many entries of one node match an expression.
package struct NodeInventoryMatch: Codable, Hashable, Sendable {
    package var instanceId: NodeID
    /// When the node last reported the type; `nil` when it never did.
    package var captureTime: Timestamp?
    package var matchCount: Int
    /// The first of the matching entries.
    package var evidence: [[String: String]]

    package init(
        instanceId: NodeID,
        captureTime: Timestamp? = nil,
        matchCount: Int,
        evidence: [[String: String]] = []
    ) {
        self.instanceId = instanceId
        self.captureTime = captureTime
        self.matchCount = matchCount
        self.evidence = evidence
    }
}

extension NodeInventoryMatch {
    /// Whether the node has a report of the type at all.
    package var hasReport: Bool { captureTime != nil }
}
