// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// A plan while its steps fill it in.
struct PlanDraft {
    let input: PlanningInput
    let table: NodeTable
    var changes: [PlannedChange] = []
    var runs: [PlannedRun] = []
    var waits: [PlannedWait] = []
    var findings: [Finding] = []
    /// The version that associations are to name, for each document that git declares.
    var documentVersions: [String: String] = [:]
    /// Documents that git declares and that somebody else owns: nothing may run them for us.
    var blockedDocuments: Set<String> = []
    /// Why each document changes, which is why its associations run again.
    var documentCauses: [String: Cause] = [:]

    init(_ input: PlanningInput) {
        self.input = input
        table = NodeTable(desired: input.desired, observed: input.observed)
    }

    func source(_ range: SourceRange) -> PlanSource {
        PlanSource(file: range.file, line: range.start.line)
    }

    func ownershipTags(_ range: SourceRange, digest: ContentDigest) -> [String: String] {
        input.ownership.tags(
            path: range.file,
            commit: input.commit.isEmpty ? "uncommitted" : input.commit,
            digest: digest
        )
    }

    /// Whether an object is ours to change, by its tags.
    func owns(_ tags: [String: String]) -> Bool { Ownership(tags: tags) == input.ownership }

    /// Decides what to do with an object whose live form differs from the desired one.
    ///
    /// *Shape*: `applied` is the digest of what we applied last, from the object's tags.
    func disposition(
        desired: ContentDigest,
        live: ContentDigest,
        tags: [String: String]
    ) -> Disposition {
        guard desired != live else { return .leave }
        guard let applied = tags[Ownership.TagKey.digest] else { return .change(.unknown) }
        if desired.rawValue != applied { return .change(.git) }
        return input.desired.fleet.driftMode == .correct ? .change(.external) : .report
    }

    enum Disposition {
        case leave
        case change(Cause)
        /// Someone changed it behind git's back, and the fleet only reports drift.
        case report
    }

    /// Says that an object of that name exists and is not ours.
    mutating func reportForeign(_ object: ObjectReference, tags: [String: String]) {
        let owner = Ownership(tags: tags).map { "fleet '\($0.fleet)' of \($0.repository)" }
        findings.append(
            Finding(
                object,
                severity: .high,
                cause: .external,
                expected: "owned by fleet '\(input.desired.fleet.name)'",
                observed: owner.map { "owned by \($0)" } ?? "made by someone else, without an owner"
            )
        )
    }

    /// Deletes an owned object that git no longer declares, or says why not.
    mutating func prune(
        _ object: ObjectReference,
        nodes: [String] = [],
        tags: [String: String],
        _ operations: [PlannedOperation]
    ) {
        let path = tags[Ownership.TagKey.path] ?? "git"
        if input.mayPrune {
            changes.append(
                PlannedChange(
                    .delete,
                    object,
                    cause: .git,
                    reason: "no longer in git (was in \(path))",
                    nodes: nodes,
                    operations: operations
                )
            )
        } else {
            let why = input.desired.fleet.prune ? "observation is incomplete" : "prune is off"
            findings.append(
                Finding(
                    object,
                    nodes: nodes,
                    severity: .low,
                    cause: .git,
                    expected: "no longer in git (was in \(path))",
                    observed: "still exists; \(why)"
                )
            )
        }
    }
}
