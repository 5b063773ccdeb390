// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FoundationEssentials
import GRDB

/// What a new state does to the count of consecutive interruptions.
package enum InterruptionCount: Sendable {
    /// The targets did not run to an end: what was counted stays.
    case keep
    /// The targets ran to an end, whichever.
    case reset
    /// The end of the run was not seen.
    case increment

    fileprivate func applied(to count: Int) -> Int {
        switch self {
        case .keep: count
        case .reset: 0
        case .increment: count + 1
        }
    }
}

extension TargetCohortRecord {
    init(row: Row) throws {
        guard let nodes = NodeRuns.decode([UInt8](row["nodes"] as Data)),
            let status = AssociationTargetStatus(rawValue: row.text("status"))
        else {
            throw StoreError(
                .badRecord,
                "target cohort \(row.integer("number")) of the store is unreadable"
            )
        }
        self.init(
            number: row.integer("number"),
            association: row.integer("association"),
            associationVersion: row.integer("associationVersion"),
            executionID: ExecutionID(row.text("executionId")),
            status: status,
            statusDetails: row.text("statusDetails"),
            executedAt: row.timestamp("executedAt"),
            interruptions: row.integer("interruptions"),
            nodes: nodes
        )
    }
}

extension StoreReader {
    /// Lists how the targets of all associations fared, by association.
    package func targetCohorts() throws -> [TargetCohortRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM target_cohort ORDER BY association, number"
        ).map(TargetCohortRecord.init)
    }

    /// Lists how the targets of one association fared.
    package func targetCohorts(ofAssociation number: Int) throws -> [TargetCohortRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM target_cohort WHERE association = ? ORDER BY number",
            arguments: [number]
        ).map(TargetCohortRecord.init)
    }

    fileprivate func targetCohorts(
        ofAssociation number: Int,
        execution: ExecutionID
    ) throws -> [TargetCohortRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM target_cohort WHERE association = ? AND executionId = ?",
            arguments: [number, execution.rawValue]
        ).map(TargetCohortRecord.init)
    }
}

extension StoreWriter {
    /// Puts nodes of an association into the Pending state of a new execution.
    ///
    /// Consecutive interruptions are carried over from the same association version.
    package func beginTargets(_ nodes: NodeSet, of execution: ExecutionRecord) throws {
        var fresh = nodes
        for cohort in try reader.targetCohorts(ofAssociation: execution.association) {
            let moved = cohort.nodes.intersection(nodes)
            guard !moved.isEmpty else { continue }
            try replaceNodes(of: cohort, by: cohort.nodes.subtracting(moved))
            guard cohort.associationVersion == execution.associationVersion,
                cohort.interruptions > 0
            else { continue }
            fresh = fresh.subtracting(moved)
            try add(moved, pending: execution, interruptions: cohort.interruptions)
        }
        try add(fresh, pending: execution, interruptions: 0)
    }

    /// Moves nodes of an execution into another state.
    ///
    /// Nodes that a later execution took over stay with that one.
    package func moveTargets(
        _ nodes: NodeSet,
        of execution: ExecutionRecord,
        to status: AssociationTargetStatus,
        details: String,
        interruptions: InterruptionCount
    ) throws {
        for cohort in try reader.targetCohorts(
            ofAssociation: execution.association,
            execution: execution.id
        ) {
            let moved = cohort.nodes.intersection(nodes)
            guard !moved.isEmpty else { continue }
            try replaceNodes(of: cohort, by: cohort.nodes.subtracting(moved))
            var target = cohort
            target.status = status
            target.statusDetails = details
            target.interruptions = interruptions.applied(to: cohort.interruptions)
            target.nodes = moved
            try add(target)
        }
    }

    /// Forgets the states of nodes in an execution: they count as never having run.
    package func removeTargets(_ nodes: NodeSet, of execution: ExecutionRecord) throws {
        for cohort in try reader.targetCohorts(
            ofAssociation: execution.association,
            execution: execution.id
        )
        where !cohort.nodes.intersection(nodes).isEmpty {
            try replaceNodes(of: cohort, by: cohort.nodes.subtracting(nodes))
        }
    }

    /// Forgets the states of a node in all associations.
    func removeTargetStates(ofNode number: Int) throws {
        for cohort in try reader.targetCohorts() where cohort.nodes.contains(number) {
            try replaceNodes(of: cohort, by: cohort.nodes.subtracting(NodeSet([number])))
        }
    }

    private func add(
        _ nodes: NodeSet,
        pending execution: ExecutionRecord,
        interruptions: Int
    ) throws {
        try add(
            TargetCohortRecord(
                association: execution.association,
                associationVersion: execution.associationVersion,
                executionID: execution.id,
                status: .pending,
                statusDetails: AssociationTargetStatus.pending.rawValue,
                executedAt: execution.createdAt,
                interruptions: interruptions,
                nodes: nodes
            )
        )
    }

    /// Adds nodes to the cohort of the same key, which is made where there is none.
    private func add(_ cohort: TargetCohortRecord) throws {
        guard !cohort.nodes.isEmpty else { return }
        let existing = try Row.fetchOne(
            database,
            sql: """
                SELECT * FROM target_cohort WHERE association = ? AND executionId = ?
                    AND status = ? AND statusDetails = ? AND interruptions = ?
                    AND associationVersion = ?
                """,
            arguments: [
                cohort.association, cohort.executionID.rawValue, cohort.status.rawValue,
                cohort.statusDetails, cohort.interruptions, cohort.associationVersion,
            ]
        ).map(TargetCohortRecord.init)
        if let existing {
            try replaceNodes(of: existing, by: existing.nodes.union(cohort.nodes))
            return
        }
        try database.execute(
            sql: """
                INSERT INTO target_cohort (association, associationVersion, executionId, status,
                    statusDetails, executedAt, interruptions, nodes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                cohort.association, cohort.associationVersion, cohort.executionID.rawValue,
                cohort.status.rawValue, cohort.statusDetails, cohort.executedAt.milliseconds,
                cohort.interruptions, Data(NodeRuns.encode(cohort.nodes)),
            ]
        )
    }

    /// Lets what was found at a former version hold for the latest one, which does the same.
    package func carryTargets(of association: AssociationRecord, from version: Int) throws {
        try database.execute(
            sql: """
                UPDATE target_cohort SET associationVersion = ?
                WHERE association = ? AND associationVersion = ?
                """,
            arguments: [association.version, association.number, version]
        )
    }

    private func replaceNodes(of cohort: TargetCohortRecord, by nodes: NodeSet) throws {
        if nodes.isEmpty {
            try database.execute(
                sql: "DELETE FROM target_cohort WHERE number = ?",
                arguments: [cohort.number]
            )
        } else {
            try database.execute(
                sql: "UPDATE target_cohort SET nodes = ? WHERE number = ?",
                arguments: [Data(NodeRuns.encode(nodes)), cohort.number]
            )
        }
    }
}
