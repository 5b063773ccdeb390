// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import GRDB

extension InvocationRecord {
    init(row: Row) {
        self.init(
            command: row.integer("command"),
            node: row.integer("node"),
            status: row.text("status"),
            statusDetails: row.text("statusDetails"),
            message: row.text("message"),
            startedAt: row.optionalTimestamp("startedAt"),
            finishedAt: row.optionalTimestamp("finishedAt")
        )
    }
}

extension StoreReader {
    /// Lists invocations, the newest command first and by node within it.
    ///
    /// *Shape*: those after the place `after`, `limit` at most.
    package func invocations(
        command: Int? = nil,
        node: Int? = nil,
        after: (command: Int, node: Int)? = nil,
        limit: Int = .max
    ) throws -> [InvocationRecord] {
        var conditions = ["1"]
        var arguments: StatementArguments = []
        if let command {
            conditions.append("command = ?")
            arguments += [command]
        }
        if let node {
            conditions.append("node = ?")
            arguments += [node]
        }
        if let after {
            conditions.append("(command < ? OR (command = ? AND node > ?))")
            arguments += [after.command, after.command, after.node]
        }
        arguments += [limit]
        return try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM invocation WHERE \(conditions.joined(separator: " AND "))
                ORDER BY command DESC, node LIMIT ?
                """,
            arguments: arguments
        ).map(InvocationRecord.init)
    }

    /// Finds one invocation.
    package func invocation(command: Int, node: Int) throws -> InvocationRecord? {
        try Row.fetchOne(
            database,
            sql: "SELECT * FROM invocation WHERE command = ? AND node = ?",
            arguments: [command, node]
        ).map(InvocationRecord.init)
    }

    /// Counts the invocations of a command by their status details.
    package func invocationCounts(command: Int) throws -> [String: Int] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT statusDetails, count(*) FROM invocation WHERE command = ? GROUP BY 1
                """,
            arguments: [command]
        )
        return Dictionary(uniqueKeysWithValues: rows.map { ($0[0] as String, $0[1] as Int) })
    }

    /// Reads how the steps of an invocation ended, in their order.
    package func stepResults(command: Int, node: Int) throws -> [StepResult] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM step_result WHERE command = ? AND node = ? ORDER BY ordinal",
            arguments: [command, node]
        ).map { row in
            StepResult(
                name: row.text("name"),
                status: StepResult.Status(rawValue: row.text("status")) ?? .interrupted,
                responseCode: row.integer("responseCode"),
                startedAt: row.optionalTimestamp("startedAt"),
                finishedAt: row.optionalTimestamp("finishedAt"),
                standardOutput: row.text("standardOutput"),
                standardError: row.text("standardError"),
                standardOutputBytes: row.number("standardOutputBytes"),
                standardErrorBytes: row.number("standardErrorBytes")
            )
        }
    }
}

extension StoreWriter {
    /// Adds an invocation.
    package func insert(_ invocation: InvocationRecord) throws {
        try database.cachedStatement(
            sql: """
                INSERT INTO invocation (command, node, status, statusDetails, message, startedAt,
                    finishedAt)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            invocation.command, invocation.node, invocation.status, invocation.statusDetails,
            invocation.message, invocation.startedAt?.milliseconds,
            invocation.finishedAt?.milliseconds,
        ])
    }

    /// Rewrites an invocation that has not ended, and says whether there was one.
    ///
    /// Invariant: an invocation that ended never changes again, whoever reports it how often.
    package func update(_ invocation: InvocationRecord, ifStatusIn allowed: [String]) throws -> Bool
    {
        let marks = Array(repeating: "?", count: allowed.count).joined(separator: ", ")
        try database.execute(
            sql: """
                UPDATE invocation SET status = ?, statusDetails = ?, message = ?, startedAt = ?,
                    finishedAt = ?
                WHERE command = ? AND node = ? AND finishedAt IS NULL AND status IN (\(marks))
                """,
            arguments: [
                invocation.status, invocation.statusDetails, invocation.message,
                invocation.startedAt?.milliseconds, invocation.finishedAt?.milliseconds,
                invocation.command, invocation.node,
            ] + StatementArguments(allowed)
        )
        return database.changesCount == 1
    }

    /// Stores how the steps of an invocation ended.
    package func insert(_ steps: [StepResult], command: Int, node: Int) throws {
        for (ordinal, step) in steps.enumerated() {
            try database.execute(
                sql: """
                    INSERT INTO step_result (command, node, ordinal, name, status, responseCode,
                        startedAt, finishedAt, standardOutput, standardError,
                        standardOutputBytes, standardErrorBytes)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    command, node, ordinal, step.name, step.status.rawValue, step.responseCode,
                    step.startedAt?.milliseconds, step.finishedAt?.milliseconds,
                    step.standardOutput, step.standardError, step.standardOutputBytes,
                    step.standardErrorBytes,
                ]
            )
        }
    }
}
