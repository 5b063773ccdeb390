// SPDX-License-Identifier: Apache-2.0
import GRDB

/// Makes the tables of what is done: executions, target states, commands and their results.
enum Schema2Work {
    static func migrate(_ database: Database) throws {
        try database.execute(sql: commands)
        try database.execute(sql: executions)
    }

    private static let commands = """
        CREATE TABLE command (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            document TEXT NOT NULL,
            documentVersion TEXT NOT NULL,
            comment TEXT NOT NULL,
            parameters TEXT NOT NULL,
            instanceIds TEXT NOT NULL,
            targets TEXT NOT NULL,
            requestedAt INTEGER NOT NULL,
            expiresAt INTEGER NOT NULL,
            finishedAt INTEGER,
            status TEXT NOT NULL,
            statusDetails TEXT NOT NULL,
            maxConcurrency TEXT NOT NULL,
            maxErrors TEXT NOT NULL,
            timeoutSeconds INTEGER NOT NULL,
            targetCount INTEGER NOT NULL,
            completedCount INTEGER NOT NULL,
            errorCount INTEGER NOT NULL,
            deliveryTimedOutCount INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX command_open ON command(number) WHERE finishedAt IS NULL;
        CREATE INDEX command_finished ON command(finishedAt) WHERE finishedAt IS NOT NULL;
        -- A row per target from the start: no target is ever only in memory.
        CREATE TABLE invocation (
            command INTEGER NOT NULL REFERENCES command(number) ON DELETE CASCADE,
            node INTEGER NOT NULL REFERENCES node(number),
            status TEXT NOT NULL,
            statusDetails TEXT NOT NULL,
            message TEXT NOT NULL,
            startedAt INTEGER,
            finishedAt INTEGER,
            PRIMARY KEY (command, node)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX invocation_by_node ON invocation(node, command);
        CREATE TABLE step_result (
            command INTEGER NOT NULL,
            node INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            name TEXT NOT NULL,
            status TEXT NOT NULL,
            responseCode INTEGER NOT NULL,
            startedAt INTEGER,
            finishedAt INTEGER,
            standardOutput TEXT NOT NULL,
            standardError TEXT NOT NULL,
            standardOutputBytes INTEGER NOT NULL,
            standardErrorBytes INTEGER NOT NULL,
            PRIMARY KEY (command, node, ordinal),
            FOREIGN KEY (command, node) REFERENCES invocation(command, node) ON DELETE CASCADE
        ) STRICT;
        """

    // Targets that fared alike in one execution are one row, the nodes as runs of their numbers:
    // ten thousand nodes under a hundred associations are a hundred rows, not a million.
    private static let executions = """
        CREATE TABLE execution (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            association INTEGER NOT NULL REFERENCES association(number) ON DELETE CASCADE,
            associationVersion INTEGER NOT NULL,
            command INTEGER REFERENCES command(number) ON DELETE SET NULL,
            createdAt INTEGER NOT NULL,
            status TEXT NOT NULL,
            statusDetails TEXT NOT NULL,
            resourceCounts TEXT NOT NULL
        ) STRICT;
        CREATE INDEX execution_by_association ON execution(association, number);
        CREATE INDEX execution_by_command ON execution(command);
        CREATE TABLE target_cohort (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            association INTEGER NOT NULL REFERENCES association(number) ON DELETE CASCADE,
            associationVersion INTEGER NOT NULL,
            executionId TEXT NOT NULL,
            status TEXT NOT NULL,
            statusDetails TEXT NOT NULL,
            executedAt INTEGER NOT NULL,
            interruptions INTEGER NOT NULL,
            nodes BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX target_cohort_key ON target_cohort(
            association, executionId, status, statusDetails, interruptions, associationVersion);
        """
}
