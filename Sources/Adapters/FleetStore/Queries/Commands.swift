// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

extension CommandRecord {
    init(row: Row) throws {
        guard let maxConcurrency = RateBound(row.text("maxConcurrency")),
            let maxErrors = RateBound(row.text("maxErrors"))
        else {
            throw StoreError(.badRecord, "command \(row.text("id")) has an unreadable rate")
        }
        self.init(
            number: row.integer("number"),
            id: CommandID(row.text("id")),
            document: row.text("document"),
            documentVersion: row.text("documentVersion"),
            comment: row.text("comment"),
            parameters: try row.json("parameters", as: [String: [String]].self),
            instanceIDs: try row.json("instanceIds", as: [NodeID].self),
            targets: try row.json("targets", as: [TargetExpression].self),
            requestedAt: row.timestamp("requestedAt"),
            expiresAt: row.timestamp("expiresAt"),
            finishedAt: row.optionalTimestamp("finishedAt"),
            status: row.text("status"),
            statusDetails: row.text("statusDetails"),
            maxConcurrency: maxConcurrency,
            maxErrors: maxErrors,
            timeoutSeconds: row.integer("timeoutSeconds"),
            targetCount: row.integer("targetCount"),
            completedCount: row.integer("completedCount"),
            errorCount: row.integer("errorCount"),
            deliveryTimedOutCount: row.integer("deliveryTimedOutCount")
        )
    }
}

/// How a command's counters move.
package struct CommandCounts: Hashable, Sendable {
    package var completed: Int
    package var errors: Int
    package var deliveryTimedOut: Int

    package init(completed: Int = 0, errors: Int = 0, deliveryTimedOut: Int = 0) {
        self.completed = completed
        self.errors = errors
        self.deliveryTimedOut = deliveryTimedOut
    }
}

extension StoreReader {
    /// Lists commands, the newest first: those with a number below `before`, `limit` at most.
    package func commands(
        node: Int? = nil,
        before: Int?,
        limit: Int
    ) throws -> [CommandRecord] {
        let ofNode = "AND number IN (SELECT command FROM invocation WHERE node = ?)"
        var arguments: StatementArguments = [before ?? .max]
        if let node { arguments += [node] }
        arguments += [limit]
        return try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM command WHERE number < ? \(node == nil ? "" : ofNode)
                ORDER BY number DESC LIMIT ?
                """,
            arguments: arguments
        ).map(CommandRecord.init)
    }

    /// Finds a command by its id.
    package func command(_ id: CommandID) throws -> CommandRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM command WHERE id = ?",
            arguments: [id.rawValue]
        ).map(CommandRecord.init)
    }

    /// Finds a command by its number.
    package func command(number: Int) throws -> CommandRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM command WHERE number = ?",
            arguments: [number]
        ).map(CommandRecord.init)
    }

    /// Says whether there are commands that ended before a time.
    package func hasHistory(finishedBefore time: Timestamp) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: "SELECT EXISTS (SELECT 1 FROM command WHERE finishedAt < ?)",
            arguments: [time.milliseconds]
        ) ?? false
    }

    /// Lists commands that have not ended, the oldest first.
    package func openCommands() throws -> [CommandRecord] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM command WHERE finishedAt IS NULL ORDER BY number"
        ).map(CommandRecord.init)
    }
}

extension StoreWriter {
    /// Adds a command and returns its number.
    package func insert(_ command: CommandRecord) throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO command (id, document, documentVersion, comment, parameters,
                    instanceIds, targets, requestedAt, expiresAt, finishedAt, status,
                    statusDetails, maxConcurrency, maxErrors, timeoutSeconds, targetCount,
                    completedCount, errorCount, deliveryTimedOutCount)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                command.id.rawValue, command.document, command.documentVersion, command.comment,
                try jsonText(command.parameters), try jsonText(command.instanceIDs),
                try jsonText(command.targets), command.requestedAt.milliseconds,
                command.expiresAt.milliseconds, command.finishedAt?.milliseconds, command.status,
                command.statusDetails, command.maxConcurrency.description,
                command.maxErrors.description, command.timeoutSeconds, command.targetCount,
                command.completedCount, command.errorCount, command.deliveryTimedOutCount,
            ]
        )
        return Int(database.lastInsertedRowID)
    }

    /// Moves the counters of a command.
    package func count(_ counts: CommandCounts, forCommand number: Int) throws {
        try database.execute(
            sql: """
                UPDATE command SET completedCount = completedCount + ?,
                    errorCount = errorCount + ?,
                    deliveryTimedOutCount = deliveryTimedOutCount + ?
                WHERE number = ?
                """,
            arguments: [counts.completed, counts.errors, counts.deliveryTimedOut, number]
        )
    }

    /// Rewrites the status of a command that has not ended; `finishedAt` ends it.
    package func setStatus(
        _ status: String,
        details: String,
        ofCommand number: Int,
        finishedAt: Timestamp? = nil
    ) throws {
        try database.execute(
            sql: """
                UPDATE command SET status = ?, statusDetails = ?, finishedAt = ?
                WHERE number = ? AND finishedAt IS NULL
                """,
            arguments: [status, details, finishedAt?.milliseconds, number]
        )
    }

    /// Deletes commands that ended before a time, with all that they left, and executions of
    /// which nothing is left.
    ///
    /// *Source*: command history is kept for 30 days (SSM user guide).
    package func deleteHistory(finishedBefore time: Timestamp) throws {
        try database.execute(
            sql: """
                DELETE FROM execution WHERE command IN
                    (SELECT number FROM command WHERE finishedAt < ?);
                DELETE FROM command WHERE finishedAt < ?;
                """,
            arguments: [time.milliseconds, time.milliseconds]
        )
    }
}
