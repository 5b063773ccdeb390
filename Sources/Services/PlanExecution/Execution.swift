// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning

/// How far the execution of a plan is.
struct Execution {
    /// The ids of associations, which the provider mints while the plan is executed.
    var associations: [String: AssociationID]
    var changes: [RunRecord.Change] = []
    var runs: [RunRecord.Run] = []
    private(set) var messages: [String] = []
    /// Associations that failed or were skipped: what depends on them is skipped.
    var unsound: Set<String> = []

    init(associations: [String: AssociationID]) { self.associations = associations }

    /// Whether nothing has failed that everything else needs.
    var isSound: Bool { messages.isEmpty }

    mutating func fail(_ message: String) { messages.append(message) }

    /// The dependency for whose sake a run must not happen.
    func blocker(of run: PlannedRun?) -> String? {
        run?.dependsOn.first { unsound.contains($0) }
    }

    func reasonToSkip(_ lines: [PlannedRun]) -> String? {
        if !isSound { return "an earlier change failed" }
        if Task.isCancelled { return "the run was stopped" }
        return blocker(of: lines.first).map { "Association/\($0) failed" }
    }
}
