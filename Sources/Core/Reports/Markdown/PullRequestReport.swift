// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FleetModel
package import Planning

/// What merging a pull request would change, apart from what is pending without it.
///
/// Two plans are compared: of the head and of the base, made against one observation. A line of the
/// head that the base has too would happen anyway.
package struct PullRequestReport: Hashable, Sendable {
    /// What identifies the report among the comments of a forge.
    package struct Identity: Hashable, Sendable {
        /// What tells several reports on one pull request apart.
        package var key: String
        package var headCommit: String
        package var baseCommit: String?

        package init(key: String = "plan", headCommit: String, baseCommit: String? = nil) {
            self.key = key
            self.headCommit = headCommit
            self.baseCommit = baseCommit
        }
    }

    /// The lines of a plan, as many of them as merging would add.
    package struct Lines: Hashable, Sendable {
        package var changes: [PlannedChange] = []
        package var runs: [PlannedRun] = []
        package var waits: [PlannedWait] = []
        package var findings: [Finding] = []
        package var memberships: [PlannedMembership] = []

        package var isEmpty: Bool {
            changes.isEmpty && runs.isEmpty && waits.isEmpty && findings.isEmpty
                && memberships.isEmpty
        }
    }

    /// One fleet of the repository.
    package struct Fleet: Hashable, Sendable {
        package var name: String
        package var head: Plan
        /// What merging adds.
        package var merging: Lines
        /// What the next reconcile does even without merging.
        package var pending: Lines
        /// What the next reconcile would do and merging prevents.
        package var prevented: Lines
        /// The exceptions that merging makes or changes, by name.
        package var movedExceptions: [String: ExceptionMove]
        /// The names of the exceptions that merging takes away.
        package var endedExceptions: [String]

        /// Compares the plans of the head and of the base; all is merging's where no base exists.
        package init(head: Plan, base: Plan?) {
            name = head.fleet
            self.head = head
            (merging, pending) = Comparison(of: base).split(head)
            prevented = base.map { Comparison(of: head).split($0).new } ?? Lines()
            let before = Dictionary(
                (base?.exceptions ?? []).map { ($0.name, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            movedExceptions = [:]
            for exception in head.exceptions {
                if let old = before[exception.name] {
                    if !exception.saysTheSame(as: old) {
                        movedExceptions[exception.name] = .changed
                    }
                } else {
                    movedExceptions[exception.name] = .new
                }
            }
            let names = Set(head.exceptions.map(\.name))
            endedExceptions = before.keys.filter { !names.contains($0) }.sorted()
        }

        package enum ExceptionMove: String, Hashable, Sendable { case new, changed }

        /// Whether merging makes, changes or ends an exception.
        package var movesExceptions: Bool {
            !movedExceptions.isEmpty || !endedExceptions.isEmpty
        }

        /// The nodes on which merging makes something run.
        package var touchedNodes: Int { Set(merging.runs.flatMap(\.nodes)).count }
    }

    package var identity: Identity
    /// Sorted by name.
    package var fleets: [Fleet]
    /// What is wrong with the head: with an error in it, no plan exists.
    package var diagnostics: [Diagnostic]

    /// Makes the report of one fleet, which names it among the comments of the pull request.
    package static func make(
        head: Plan,
        base: Plan?,
        diagnostics: [Diagnostic] = []
    ) -> PullRequestReport {
        let identity = Identity(
            key: head.fleet,
            headCommit: head.commit,
            baseCommit: base?.commit
        )
        return make(fleets: [(head, base)], identity: identity, diagnostics: diagnostics)
    }

    /// Makes the report of several fleets of one repository.
    package static func make(
        fleets: [(head: Plan, base: Plan?)],
        identity: Identity,
        diagnostics: [Diagnostic] = []
    ) -> PullRequestReport {
        PullRequestReport(
            identity: identity,
            fleets: fleets.map { Fleet(head: $0.head, base: $0.base) }.sorted { $0.name < $1.name },
            diagnostics: diagnostics.inSourceOrder()
        )
    }

    /// Makes the report of a head that cannot be applied.
    package static func invalid(
        _ diagnostics: [Diagnostic],
        identity: Identity = Identity(headCommit: "")
    ) -> PullRequestReport {
        PullRequestReport(
            identity: identity,
            fleets: [],
            diagnostics: diagnostics.inSourceOrder()
        )
    }
}

extension PlannedException {
    /// Whether two say the same, wherever they stand and whatever they meet.
    fileprivate func saysTheSame(as other: PlannedException) -> Bool {
        (message, reason, owner, expires)
            == (other.message, other.reason, other.owner, other.expires)
    }
}

/// The lines of one plan, to tell which lines of another it has too.
private struct Comparison {
    /// What makes two changes the same: not where they stand or who wrote them.
    private struct ChangeKey: Hashable {
        var action: PlannedChange.Action
        var object: ObjectReference
        var fields: [PlannedChange.Field]
        var nodes: [String]
    }

    private struct RunKey: Hashable {
        var object: ObjectReference
        var nodes: [String]
        var document: String
        var version: String
        var rates: [String]
    }

    private let changes: Set<ChangeKey>
    private let runs: Set<RunKey>
    private let waits: Set<PlannedWait>
    private let findings: Set<Finding>
    private let memberships: Set<PlannedMembership>

    init(of plan: Plan?) {
        changes = Set((plan?.changes ?? []).map(Self.key))
        runs = Set((plan?.runs ?? []).map(Self.key))
        waits = Set(plan?.waits ?? [])
        findings = Set(plan?.findings ?? [])
        memberships = Set(plan?.memberships ?? [])
    }

    private static func key(_ change: PlannedChange) -> ChangeKey {
        ChangeKey(
            action: change.action,
            object: change.object,
            fields: change.fields,
            nodes: change.nodes
        )
    }

    private static func key(_ run: PlannedRun) -> RunKey {
        RunKey(
            object: run.object,
            nodes: run.nodes,
            document: run.document,
            version: run.documentVersion,
            rates: [run.maxConcurrency.description, run.maxErrors.description]
        )
    }

    /// Divides a plan into what this one does not have and what it has too.
    func split(
        _ plan: Plan
    ) -> (new: PullRequestReport.Lines, common: PullRequestReport.Lines) {
        var new = PullRequestReport.Lines(), common = PullRequestReport.Lines()
        var newObjects: Set<ObjectReference> = []
        for change in plan.changes {
            if changes.contains(Self.key(change)) {
                common.changes.append(change)
            } else {
                new.changes.append(change)
                newObjects.insert(change.object)
            }
        }
        for run in plan.runs {
            // The same nodes run something else when what they run is new.
            let isNew =
                !runs.contains(Self.key(run)) || newObjects.contains(run.object)
                || newObjects.contains(ObjectReference(.document, run.document))
            if isNew { new.runs.append(run) } else { common.runs.append(run) }
        }
        for wait in plan.waits {
            if waits.contains(wait) { common.waits.append(wait) } else { new.waits.append(wait) }
        }
        for finding in plan.findings {
            if findings.contains(finding) {
                common.findings.append(finding)
            } else {
                new.findings.append(finding)
            }
        }
        for membership in plan.memberships {
            if memberships.contains(membership) {
                common.memberships.append(membership)
            } else {
                new.memberships.append(membership)
            }
        }
        return (new, common)
    }
}
