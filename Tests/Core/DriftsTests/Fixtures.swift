// SPDX-License-Identifier: Apache-2.0
import FleetModel

@testable import Drifts
@testable import Planning

extension DriftLedger {
    /// The mark of a node in the only item.
    func mark(_ node: String) -> Mark? { items.values.first?.marks[node] }

    var ways: [End.Way] { items.values.flatMap(\.marks.values).compactMap(\.end?.way) }
}

extension Plan {
    /// A plan that consists of some lines.
    static func with(
        _ finding: Finding? = nil,
        changes: [PlannedChange] = [],
        runs: [PlannedRun] = [],
        waits: [PlannedWait] = []
    ) -> Plan {
        Plan(
            fleet: "prod",
            digest: ContentDigest(of: "plan"),
            commit: "c1",
            observedAt: Timestamp(seconds: 1_000_000),
            changes: changes,
            runs: runs,
            waits: waits,
            findings: [finding].compactMap(\.self),
            limits: LimitsVerdict(),
            summary: Plan.Summary()
        )
    }
}

private let sshClosed = ObjectReference(.policy, "ssh-closed")
private let motd = ObjectReference(.association, "motd")

extension Finding {
    static func policy(_ nodes: [String], since: Timestamp? = nil) -> Finding {
        Finding(
            sshClosed,
            nodes: nodes,
            severity: .high,
            cause: .node,
            expected: "none of Custom:ListeningSocket",
            observed: "Port=22",
            since: since
        )
    }

    static let edited = edited([.init(path: "spec.maxErrors", from: "7", to: "0")])

    static func edited(_ fields: [PlannedChange.Field]) -> Finding {
        Finding(
            motd,
            nodes: ["web-1"],
            severity: .low,
            cause: .external,
            expected: "",
            observed: "",
            fields: fields
        )
    }
}

extension PlannedChange {
    static func edit(_ cause: Cause) -> PlannedChange {
        PlannedChange(
            .update,
            motd,
            cause: cause,
            reason: "changed",
            fields: [Field(path: "spec.maxErrors", from: "7", to: "0")],
            operations: []
        )
    }
}

extension PlannedRun {
    static func remedy(_ nodes: [String]) -> PlannedRun {
        PlannedRun(
            object: motd,
            nodes: nodes,
            nodeIDs: nodes.map { NodeID($0) },
            cause: .node,
            reason: "Policy/ssh-closed does not hold",
            wave: 1,
            dependsOn: [],
            document: "close-ssh",
            documentVersion: "1",
            maxConcurrency: .count(1),
            maxErrors: .count(0),
            worstCaseBrokenNodes: 1,
            source: PlanSource(file: "a.yaml", line: 1),
            policy: "ssh-closed",
            mends: [.policy(nodes)]
        )
    }
}

extension PlannedWait {
    static func untold(_ nodes: [String]) -> PlannedWait {
        PlannedWait(
            sshClosed,
            nodes: nodes,
            for: .dependency,
            message: "no newer report has come",
            mends: [.policy(nodes)]
        )
    }
}
