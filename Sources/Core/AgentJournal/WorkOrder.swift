// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What a controller wants one node to do: a document, once.
package struct WorkOrder: Hashable, Sendable, Codable {
    package var command: CommandID
    package var document: AgentDocument
    /// How long after its receipt it may still begin, in seconds.
    ///
    /// A remainder, not a time: no clock has to be right for it (P-09).
    package var startsWithin: Int
    /// How often it may run; more than once only where the document is idempotent.
    package var attemptsMax: Int

    package init(
        command: CommandID,
        document: AgentDocument,
        startsWithin: Int,
        attemptsMax: Int = 1
    ) {
        self.command = command
        self.document = document
        self.startsWithin = startsWithin
        self.attemptsMax = attemptsMax
    }
}

/// A moment on a node: seconds since a boot, and which boot.
package struct BootTime: Hashable, Sendable, Codable {
    package var bootID: String
    package var seconds: Int

    package init(bootID: String, seconds: Int) {
        self.bootID = bootID
        self.seconds = seconds
    }

    /// The seconds that have passed since another moment; `nil` across a boot, which nobody timed.
    package func seconds(since other: BootTime) -> Int? {
        bootID == other.bootID ? seconds - other.seconds : nil
    }
}

/// The process that runs one document and outlives the agent.
///
/// A process id is used again; with the time of its start it names one process of one boot.
package struct Supervisor: Hashable, Sendable, Codable {
    package var processID: Int32
    package var startTime: UInt64

    package init(processID: Int32, startTime: UInt64) {
        self.processID = processID
        self.startTime = startTime
    }
}

/// How work ended on its node.
package enum WorkOutcome: Hashable, Sendable, Codable {
    /// It ran, or was cancelled, or nobody saw its end (`Interrupted`).
    case ran(DocumentResult)
    /// It was not begun in time.
    case expired
    /// It could not be begun, and why.
    case notStarted(String)
}
