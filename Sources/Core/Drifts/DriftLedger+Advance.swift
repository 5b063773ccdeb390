// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

extension DriftLedger {
    /// How long what has ended stays known.
    private static let retention: Int64 = 30 * 24 * 3600
    /// More events than this wait for no branch.
    private static let unpublishedMax = 1000

    /// Nodes of a plan that are not as git says and were so at the last look.
    package func newNodes(in plan: Plan) -> Set<String> {
        var names: Set<String> = []
        for observation in DriftObservation.all(in: plan) where observation.isAboutNodes {
            let open = open(observation.id)
            names.formUnion(observation.nodes.filter { open[$0] == nil })
        }
        return names
    }

    /// Takes in what a look found, before anything is done about it.
    ///
    /// What is gone without us has ended; an incomplete look ends nothing.
    /// *Shape*: `touches` are the commands that ran on nodes since the last look, by name;
    /// `afterCutRun` says that a reconcile was cut short since then, and what is gone was its doing.
    package mutating func look(
        _ plan: Plan,
        at now: Timestamp,
        isComplete: Bool,
        touches: [String: [NodeTouch]] = [:],
        afterCutRun: Bool = false
    ) {
        var moved = Set(plan.changes.lazy.filter { $0.cause == .git }.map(\.object))
        moved.formUnion(plan.runs.lazy.filter { $0.cause == .git }.map(\.object))
        take(plan, at: now, isComplete: isComplete, touches, countsLook: true) { item in
            moved.contains(item.object) ? .git : afterCutRun ? .corrected : .byItself
        }
        if isComplete { lookedAt = now }
        forget(before: now.advanced(bySeconds: -Self.retention))
    }

    /// Takes in what is left once a plan was carried out: what is gone was made true again.
    package mutating func settle(_ remaining: Plan, at now: Timestamp, isComplete: Bool) {
        take(remaining, at: now, isComplete: isComplete, [:], countsLook: false) { _ in .corrected }
        if isComplete { lookedAt = max(lookedAt ?? now, now) }
    }

    private mutating func take(
        _ plan: Plan,
        at now: Timestamp,
        isComplete: Bool,
        _ touches: [String: [NodeTouch]],
        countsLook: Bool,
        _ way: (Item) -> End.Way
    ) {
        let observations = DriftObservation.all(in: plan)
        var events: [DriftEvent] = []
        for observation in observations {
            let begun = note(observation, at: now, touches, countsLook: countsLook)
            events += self.events(.began, observation.id, begun, at: now)
        }
        if isComplete {
            let present = Dictionary(
                observations.map { ($0.id, Set($0.markNames)) },
                uniquingKeysWith: { first, _ in first }
            )
            for (id, item) in items {
                let gone = item.marks.filter { $0.value.end == nil }.keys
                    .filter { present[id]?.contains($0) != true }
                guard !gone.isEmpty else { continue }
                let end = End(at: now, way: way(item))
                for name in gone { items[id]?.marks[name]?.end = end }
                events += self.events(.ended, id, gone.sorted(), at: now)
            }
        }
        unpublished = (unpublished + events.sorted { $0.order < $1.order })
            .suffix(Self.unpublishedMax)
    }

    /// Marks what was observed; answers the names for which it began.
    private mutating func note(
        _ observation: DriftObservation,
        at now: Timestamp,
        _ touches: [String: [NodeTouch]],
        countsLook: Bool
    ) -> [String] {
        var item =
            items[observation.id]
            ?? Item(
                object: observation.object,
                field: observation.field,
                inGit: "",
                live: "",
                cause: observation.cause,
                severity: observation.severity,
                marks: [:]
            )
        item.inGit = observation.inGit
        item.live = observation.live
        item.cause = observation.cause
        item.severity = observation.severity
        var begun: [String] = []
        for name in observation.markNames {
            if var mark = item.marks[name], mark.end == nil {
                if countsLook {
                    mark.seen += 1
                    mark.lastSeen = now
                    item.marks[name] = mark
                }
                continue
            }
            let start = start(of: observation, at: now)
            var mark =
                item.marks[name]
                ?? Mark(starts: [], count: 0, seen: 0, lastSeen: now, end: nil, touches: [])
            mark.starts = (mark.starts + [start]).suffix(Mark.startsMax)
            mark.count += 1
            mark.seen = 1
            mark.lastSeen = now
            mark.end = nil
            mark.touches = (touches[name] ?? []).suffix(Mark.touchesMax)
            item.marks[name] = mark
            begun.append(name)
        }
        items[observation.id] = item
        return begun
    }

    /// When something began that was not there at the last look: as the provider says, within reason.
    private func start(of observation: DriftObservation, at now: Timestamp) -> Timestamp {
        guard let since = observation.since, since <= now else { return now }
        guard let lookedAt, since < lookedAt else { return since }
        return now
    }

    private func events(
        _ change: DriftEvent.Change,
        _ id: String,
        _ names: [String],
        at now: Timestamp
    ) -> [DriftEvent] {
        guard let item = items[id], !names.isEmpty else { return [] }
        let marks = names.compactMap { item.marks[$0] }
        let nodes = names.filter { !$0.isEmpty }
        return [
            DriftEvent(
                at: now,
                event: change,
                id: id,
                object: item.object,
                field: item.field,
                inGit: item.inGit,
                live: item.live,
                cause: item.cause,
                severity: item.severity,
                nodes: Array(nodes.prefix(DriftEvent.nodesMax)),
                nodeCount: nodes.count,
                since: marks.map(\.since).min() ?? now,
                occurrence: marks.map(\.count).max() ?? 1,
                flapping: marks.contains(where: \.isFlapping),
                way: change == .ended ? marks.first?.end?.way : nil,
                touches: change == .began ? marks.commands : []
            )
        ]
    }

    private mutating func forget(before time: Timestamp) {
        for (id, item) in items {
            let kept = item.marks.filter { $0.value.end.map { $0.at >= time } ?? true }
            guard kept.count < item.marks.count else { continue }
            if kept.isEmpty { items[id] = nil } else { items[id]?.marks = kept }
        }
    }
}

extension DriftObservation {
    /// The names under which it is remembered: each node for itself, or the object as a whole.
    var markNames: [String] { isAboutNodes ? nodes : [""] }
}

extension DriftEvent {
    fileprivate var order: (String, String, String) {
        (object.description, field, event.rawValue)
    }
}

extension Collection<DriftLedger.Mark> {
    /// The commands that the marks name, each once, the oldest first, at most five.
    package var commands: [NodeTouch] {
        let all = Set(flatMap(\.touches)).sorted { ($0.at, $0.commandID) < ($1.at, $1.commandID) }
        return all.suffix(DriftLedger.Mark.touchesMax)
    }
}
