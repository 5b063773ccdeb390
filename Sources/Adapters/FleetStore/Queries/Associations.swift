// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

extension AssociationRecord {
    init(row: Row) throws {
        self.init(
            number: row.integer("number"),
            id: AssociationID(row.text("id")),
            version: row.integer("version"),
            name: row["name"],
            document: row.text("document"),
            documentVersion: row.text("documentVersion"),
            parameters: try row.json("parameters", as: [String: [String]].self),
            targets: try row.json("targets", as: [TargetExpression].self),
            scheduleExpression: row["scheduleExpression"],
            maxConcurrency: (row["maxConcurrency"] as String?).flatMap(RateBound.init),
            maxErrors: (row["maxErrors"] as String?).flatMap(RateBound.init),
            complianceSeverity: ComplianceSeverity(rawValue: row.text("complianceSeverity"))
                ?? .unspecified,
            createdAt: row.timestamp("createdAt"),
            updatedAt: row.timestamp("updatedAt"),
            lastExecutionAt: row.optionalTimestamp("lastExecutionAt"),
            lastSuccessAt: row.optionalTimestamp("lastSuccessAt")
        )
    }
}

extension StoreReader {
    private static let selectAssociation = """
        SELECT a.*, v.name, v.document, v.documentVersion, v.parameters, v.targets,
            v.scheduleExpression, v.maxConcurrency, v.maxErrors, v.complianceSeverity
        FROM association a
        JOIN association_version v ON v.association = a.number AND v.version = a.version
        """

    /// Lists associations with their latest versions, in the order in which they were made.
    package func associations() throws -> [AssociationRecord] {
        try Row.fetchAll(database, sql: Self.selectAssociation + " ORDER BY a.number")
            .map(AssociationRecord.init)
    }

    /// Finds an association by its id.
    package func association(_ id: AssociationID) throws -> AssociationRecord? {
        try Row.fetchOne(
            database,
            sql: Self.selectAssociation + " WHERE a.id = ?",
            arguments: [id.rawValue]
        ).map(AssociationRecord.init)
    }
}

extension StoreWriter {
    /// Adds an association with its first version and returns its number.
    package func insert(_ association: AssociationRecord) throws -> Int {
        try database.execute(
            sql: "INSERT INTO association (id, version, createdAt, updatedAt) VALUES (?, ?, ?, ?)",
            arguments: [
                association.id.rawValue, association.version, association.createdAt.milliseconds,
                association.updatedAt.milliseconds,
            ]
        )
        let number = Int(database.lastInsertedRowID)
        try insertVersion(of: association, number: number)
        return number
    }

    /// Adds a version to an association and makes it the latest.
    package func update(_ association: AssociationRecord) throws {
        try database.execute(
            sql: "UPDATE association SET version = ?, updatedAt = ? WHERE number = ?",
            arguments: [
                association.version, association.updatedAt.milliseconds, association.number,
            ]
        )
        try insertVersion(of: association, number: association.number)
    }

    /// Notes that an association began to run.
    package func noteExecution(ofAssociation number: Int, at time: Timestamp) throws {
        try database.execute(
            sql: "UPDATE association SET lastExecutionAt = ? WHERE number = ?",
            arguments: [time.milliseconds, number]
        )
    }

    /// Notes that an association ran with success on all its targets.
    package func noteSuccess(ofAssociation number: Int, at time: Timestamp) throws {
        try database.execute(
            sql: "UPDATE association SET lastSuccessAt = ? WHERE number = ?",
            arguments: [time.milliseconds, number]
        )
    }

    /// Deletes an association with its versions, tags, executions and target states.
    package func deleteAssociation(_ number: Int) throws {
        try database.execute(
            sql: "DELETE FROM association WHERE number = ?",
            arguments: [number]
        )
    }

    private func insertVersion(of association: AssociationRecord, number: Int) throws {
        try database.execute(
            sql: """
                INSERT INTO association_version (association, version, name, document,
                    documentVersion, parameters, targets, scheduleExpression, maxConcurrency,
                    maxErrors, complianceSeverity, createdAt)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                number, association.version, association.name, association.document,
                association.documentVersion, try jsonText(association.parameters),
                try jsonText(association.targets), association.scheduleExpression,
                association.maxConcurrency?.description, association.maxErrors?.description,
                association.complianceSeverity.rawValue, association.updatedAt.milliseconds,
            ]
        )
    }
}
