// SPDX-License-Identifier: Apache-2.0

/// A document resolved for one node: what an agent is given to do.
///
/// The controller parses and resolves; the agent receives typed steps and needs no parser.
package struct AgentDocument: Hashable, Sendable, Codable {
    package var name: String
    package var version: String
    package var steps: [AgentStep]

    package init(name: String, version: String, steps: [AgentStep]) {
        self.name = name
        self.version = version
        self.steps = steps
    }
}

/// One step of a document, with its parameters filled in.
package struct AgentStep: Hashable, Sendable, Codable {
    package enum Action: Hashable, Sendable, Codable {
        case runShellScript(ShellScript)
        case softwareInventory(SoftwareInventory)
        /// Not meant for this node: reported as Skipped. The text says why.
        case skip(String)
        /// Cannot run here: reported as Failed. The text says why.
        case refuse(String)
    }

    /// What a failed or succeeded step does to the rest.
    ///
    /// *Source*: `onFailure` and `onSuccess`
    /// within a step's inputs, schema 2.2.
    package enum Continuation: String, Sendable, Codable { case next, exit, successAndExit }

    package var name: String
    package var action: Action
    package var onFailure: Continuation
    package var onSuccess: Continuation
    /// The step runs even after an exit condition; honoured on the last step only.
    package var finallyStep: Bool

    package init(
        name: String,
        action: Action,
        onFailure: Continuation = .next,
        onSuccess: Continuation = .next,
        finallyStep: Bool = false
    ) {
        self.name = name
        self.action = action
        self.onFailure = onFailure
        self.onSuccess = onSuccess
        self.finallyStep = finallyStep
    }
}

/// The input of `aws:runShellScript`, resolved.
package struct ShellScript: Hashable, Sendable, Codable {
    /// The lines joined, with a final newline; a shebang line selects the interpreter, else `sh`.
    package var script: String
    /// Added to the environment of the script: parameters travel here, never in argv.
    package var environment: [String: String]
    package var workingDirectory: String?
    package var timeoutSeconds: Int

    package init(
        script: String,
        environment: [String: String] = [:],
        workingDirectory: String? = nil,
        timeoutSeconds: Int = 3600
    ) {
        self.script = script
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeoutSeconds = timeoutSeconds
    }
}

/// How one step ended.
///
/// *Source*: `CommandPlugin`.
package struct StepResult: Hashable, Sendable, Codable {
    package enum Status: String, Sendable, Codable {
        case success = "Success"
        case failed = "Failed"
        case timedOut = "TimedOut"
        case cancelled = "Cancelled"
        case skipped = "Skipped"
        case interrupted = "Interrupted"
    }

    package var name: String
    package var status: Status
    /// The exit code; -1 for a step that never ran or whose end nobody saw.
    package var responseCode: Int
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    package var standardOutput: String
    package var standardError: String
    /// Exact, however little of the output was kept.
    package var standardOutputBytes: Int64
    package var standardErrorBytes: Int64
    /// What `aws:softwareInventory` collected; it goes to PutInventory and not into the record.
    package var inventory: [InventoryReport]

    package init(
        name: String,
        status: Status,
        responseCode: Int = -1,
        startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        standardOutput: String = "",
        standardError: String = "",
        standardOutputBytes: Int64 = 0,
        standardErrorBytes: Int64 = 0,
        inventory: [InventoryReport] = []
    ) {
        self.name = name
        self.status = status
        self.responseCode = responseCode
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.standardOutput = standardOutput
        self.standardError = standardError
        self.standardOutputBytes = standardOutputBytes
        self.standardErrorBytes = standardErrorBytes
        self.inventory = inventory
    }
}

/// How a document ended on one node.
package struct DocumentResult: Hashable, Sendable, Codable {
    package var status: StepResult.Status
    package var steps: [StepResult]

    package init(status: StepResult.Status, steps: [StepResult]) {
        self.status = status
        self.steps = steps
    }
}

/// One inventory type as a node reports it.
///
/// *Source*: `InventoryItem`.
package struct InventoryReport: Hashable, Sendable, Codable {
    package var typeName: String
    package var schemaVersion: String
    package var capturedAt: Timestamp
    /// Base64 of the MD5 of the content, as the agent of AWS computes it.
    package var contentHash: String
    /// Sorted; `nil` when the hash is the one that was reported last.
    package var content: [[String: String]]?

    package init(
        typeName: String,
        schemaVersion: String,
        capturedAt: Timestamp,
        contentHash: String,
        content: [[String: String]]?
    ) {
        self.typeName = typeName
        self.schemaVersion = schemaVersion
        self.capturedAt = capturedAt
        self.contentHash = contentHash
        self.content = content
    }
}

/// A node as the engine reaches it: the same calls in process and, later, over a network.
package protocol NodeLink: Sendable {
    /// Runs a document to its end and reports it. Cancelling the task stops the document.
    func run(_ document: AgentDocument, for command: CommandID) async -> DocumentResult

    /// Collects what any command may have changed, and more types where they are asked for; types
    /// whose hash equals the known one come without content.
    func collectInventory(
        types: Set<String>,
        knownHashes: [String: String]
    ) async throws -> [InventoryReport]
}
