// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// A plan while its steps fill it in.
struct PlanDraft {
    let input: PlanningInput
    let table: NodeTable
    let exceptions: ExceptionTable
    var changes: [PlannedChange] = []
    var runs: [(line: PlannedRun, nodes: NodeSet)] = []
    var waits: [PlannedWait] = []
    var findings: [Finding] = []
    /// What is not as git says and may be so, by the name of the exception.
    var ignored: [String: [Finding]] = [:]
    /// What should be rehearsed before the plan is made: no line of it.
    var rehearsals: [PlannedRehearsal] = []
    var declaredDocuments: Set<String> = []
    /// The version that associations are to name, for each document that git declares.
    var documentVersions: [String: String] = [:]
    /// Documents that git declares and that cannot be made so, and why: nothing of ours runs them.
    var blockedDocuments: [String: String] = [:]
    /// Whether the provider has nothing of ours yet.
    let isNewProvider: Bool
    /// Why each document changes, which is why its associations run again, and the changed line.
    var documentCauses: [String: (cause: Cause, source: PlanSource)] = [:]

    init(_ input: PlanningInput) {
        self.input = input
        table = NodeTable(input)
        isNewProvider = input.providerIsEmpty
        exceptions = ExceptionTable(input, table)
    }

    func source(_ range: SourceRange) -> PlanSource {
        // A block of YAML ends where the next token starts, which is a line too far.
        let last = range.end.column == 1 ? range.end.line - 1 : range.end.line
        return PlanSource(file: range.file, line: range.start.line, lastLine: last)
    }

    func ownershipTags(_ range: SourceRange, digest: ContentDigest) -> [String: String] {
        input.ownership.tags(
            path: range.file,
            commit: input.commit.isEmpty ? "uncommitted" : input.commit,
            digest: digest
        )
    }

    /// Notes on an object that what it is has been applied.
    ///
    /// It tells a later change behind git's back from one in git, and is missing when a run was cut
    /// short before its last operation, or when git caught up with what someone did by hand.
    mutating func record(
        _ object: ObjectReference,
        source range: SourceRange,
        _ operations: [PlannedOperation]
    ) {
        changes.append(
            PlannedChange(
                .update,
                object,
                cause: .git,
                reason: "is as git says; notes that on it",
                source: source(range),
                operations: operations
            )
        )
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
                observed: owner.map { "owned by \($0)" }
                    ?? "made by someone else, without an owner; 'aplomb adopt --take' makes it ours"
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
            var change = PlannedChange(
                .delete,
                object,
                cause: .git,
                reason: "no longer in git (was in \(path))",
                nodes: nodes,
                operations: operations
            )
            change.formerFile = tags[Ownership.TagKey.path]
            changes.append(change)
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
