// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

/// How the fleet differs from git at this moment, by cause, with what is remembered of each.
package struct DriftReport: Hashable, Sendable, Encodable {
    /// One difference that nobody asked for in git.
    package struct Entry: Hashable, Sendable, Encodable {
        package var id: String
        package var object: ObjectReference
        package var field: String
        package var inGit: String
        package var live: String
        package var cause: Cause
        package var intent: Intent
        package var severity: ComplianceSeverity
        package var handling: DriftObservation.Handling
        package var groups: [NodeGroup]
        package var nodes: [String]
    }

    /// Nodes that moved alike: at one time, as often, with the same commands in between.
    package struct NodeGroup: Hashable, Sendable, Encodable {
        /// By name, sorted; none where it is about the object.
        package var nodes: [String]
        package var firstSeen: Timestamp
        package var lastSeen: Timestamp
        /// In how many looks it was seen.
        package var seen: Int
        /// How often it has begun, this time included.
        package var occurrences: Int
        package var flapping: Bool
        package var touches: [NodeTouch]
    }

    /// One line of the plan that follows a decision: of git, of a membership, of a schedule.
    package struct Followed: Hashable, Sendable, Encodable {
        package var object: ObjectReference
        package var nodes: [String]
        package var cause: Cause
        package var intent: Intent
        package var reason: String
    }

    /// A difference that has ended.
    package struct Past: Hashable, Sendable, Encodable {
        package var id: String
        package var object: ObjectReference
        package var field: String
        package var cause: Cause
        package var nodes: [String]
        package var firstSeen: Timestamp
        package var endedAt: Timestamp
        package var way: DriftLedger.End.Way
        package var occurrences: Int
    }

    package var fleet: String
    package var commit: String
    package var observedAt: Timestamp
    package var mode: DesiredFleet.DriftMode
    /// What could not be read; then no difference is no proof.
    package var unread: [String]
    package var corrective: [Entry]
    package var intentional: [Followed]
    /// The last to end comes first.
    package var ended: [Past]

    /// Makes the report of a plan.
    ///
    /// *Shape*: `ledger` is what was remembered once the plan's look was taken in.
    package init(
        _ plan: Plan,
        _ ledger: DriftLedger,
        _ mode: DesiredFleet.DriftMode,
        unread: [String] = []
    ) {
        fleet = plan.fleet
        commit = plan.commit
        observedAt = plan.observedAt
        self.mode = mode
        self.unread = unread
        corrective = DriftObservation.all(in: plan).map { Entry($0, ledger.open($0.id)) }
        intentional = Followed.all(in: plan)
        ended = Past.all(in: ledger)
    }

    /// Since when the oldest difference is there.
    package var oldest: Timestamp? { corrective.flatMap(\.groups).map(\.firstSeen).min() }
}

extension DriftReport.Entry {
    init(_ observation: DriftObservation, _ marks: [String: DriftLedger.Mark]) {
        self.init(
            id: observation.id,
            object: observation.object,
            field: observation.field,
            inGit: observation.inGit,
            live: observation.live,
            cause: observation.cause,
            intent: observation.cause.intent,
            severity: observation.severity,
            handling: observation.handling,
            groups: DriftReport.NodeGroup.all(marks),
            nodes: observation.nodes
        )
    }

    /// Whether any of it comes and goes.
    package var isFlapping: Bool { groups.contains(where: \.flapping) }
}

extension DriftReport.NodeGroup {
    static func all(_ marks: [String: DriftLedger.Mark]) -> [Self] {
        var groups: [DriftLedger.Mark: [String]] = [:]
        for (name, mark) in marks { groups[mark, default: []].append(name) }
        return groups.map { mark, names in
            Self(
                nodes: names.filter { !$0.isEmpty }.sorted(),
                firstSeen: mark.since,
                lastSeen: mark.lastSeen,
                seen: mark.seen,
                occurrences: mark.count,
                flapping: mark.isFlapping,
                touches: mark.touches
            )
        }.sorted { ($0.firstSeen, $0.nodes.first ?? "") < ($1.firstSeen, $1.nodes.first ?? "") }
    }
}

extension DriftReport.Followed {
    static func all(in plan: Plan) -> [Self] {
        var lines: [Self] = []
        for change in plan.changes where change.cause.intent == .intentional {
            lines.append(Self(change.object, change.nodes, change.cause, change.reason))
        }
        for run in plan.runs where run.cause.intent == .intentional {
            lines.append(Self(run.object, run.nodes, run.cause, run.reason))
        }
        for membership in plan.memberships {
            if !membership.entered.isEmpty {
                lines.append(Self(membership.group, membership.entered, .membership, "entered"))
            }
            if !membership.left.isEmpty {
                lines.append(Self(membership.group, membership.left, .membership, "left"))
            }
        }
        // A change and its runs are often one line for people.
        var seen: Set<Self> = []
        return lines.filter { seen.insert($0).inserted }
    }

    private init(
        _ object: ObjectReference,
        _ nodes: [String],
        _ cause: Cause,
        _ reason: String
    ) {
        self.init(
            object: object,
            nodes: nodes,
            cause: cause,
            intent: cause.intent,
            reason: reason
        )
    }
}

extension DriftReport.Past {
    static func all(in ledger: DriftLedger) -> [Self] {
        ledger.items.flatMap { id, item in
            let ended = item.marks.filter { $0.value.end != nil }
            let alike = Dictionary(grouping: ended) { Key($0.value) }
            return alike.compactMap { key, marks -> Self? in
                guard let end = key.end else { return nil }
                return Self(
                    id: id,
                    object: item.object,
                    field: item.field,
                    cause: item.cause,
                    nodes: marks.map(\.key).filter { !$0.isEmpty }.sorted(),
                    firstSeen: key.since,
                    endedAt: end.at,
                    way: end.way,
                    occurrences: key.count
                )
            }
        }.sorted { ($1.endedAt, $0.id, $0.firstSeen) < ($0.endedAt, $1.id, $1.firstSeen) }
    }

    private struct Key: Hashable {
        var since: Timestamp
        var end: DriftLedger.End?
        var count: Int

        init(_ mark: DriftLedger.Mark) {
            since = mark.since
            end = mark.end
            count = mark.count
        }
    }
}
