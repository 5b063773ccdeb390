// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What happens to an agent.
package enum AgentEvent: Hashable, Sendable {
    /// A stream is up; the controller has every result up to this one.
    case connected(resumeFrom: Int)
    case disconnected
    case order(WorkOrder)
    case cancel(CommandID)
    case acknowledged(through: Int)
    /// Results up to this one, and their commands, will not be heard of again on any stream.
    case finalThrough(Int)
    /// A supervisor waits to be let go.
    case supervisorReady(CommandID, Supervisor)
    /// None could be made, and why; nothing ran.
    case supervisorFailed(CommandID, String)
    /// The supervisor saw the document to its end.
    case supervisorEnded(CommandID, DocumentResult)
    /// It is gone, and nobody saw the end; the steps that had ended.
    case supervisorLost(CommandID, [StepResult])
    /// Time has passed: work that was to begin by now may have expired.
    case tick
}

/// What an agent does, one after the other: each thing only when the one before is done.
package enum AgentEffect: Hashable, Sendable {
    /// Puts a record on disk, so that it survives a pulled plug.
    case append(JournalRecord)
    /// Notes a record without waiting for the disk: losing it does no harm.
    case note(JournalRecord)
    /// Makes a supervisor that waits; `supervisorReady` or `supervisorFailed` follows.
    case prepare(WorkOrder, attempt: Int)
    /// Lets the supervisor run its document.
    case release(CommandID)
    /// Ends the supervisor of a document and all that it started; its end is told as always.
    case stop(CommandID)
    /// Watches a supervisor that a former agent let go.
    case watch(CommandID, Supervisor)
    /// Removes what a supervisor left behind.
    case discard(CommandID)
    case send(AgentMessage)
}

/// What an agent tells its controller.
package enum AgentMessage: Hashable, Sendable, Codable {
    /// It is on disk here, and will be run or reported.
    case accepted(CommandID)
    /// Refused before anything was noted: it is as if it had never come.
    case rejected(CommandID, Refusal)
    case result(sequence: Int, CommandID, attempt: Int, WorkOutcome)
}

/// Why an agent takes no work.
package enum Refusal: String, Hashable, Sendable, Codable {
    /// Too many results wait for the controller; none of them is dropped for new work.
    case backlogFull = "BacklogFull"
    /// The journal cannot be written.
    case diskFull = "DiskFull"
    /// The journal is damaged: a person has to look.
    case journalCorrupt = "JournalCorrupt"
}
