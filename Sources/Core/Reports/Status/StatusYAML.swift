// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Drifts
import FleetModel
import Planning
import PositionedYAML

/// The YAML files of the status branch.
enum StatusYAML {
    static func fleet(_ status: FleetStatus) -> String {
        var entries = head("FleetStatus", [("name", .string(status.fleet))])
        var revisions: [(String, YAMLValue)] = [("attempted", .string(status.attemptedRevision))]
        if let applied = status.appliedRevision { revisions.append(("applied", .string(applied))) }
        entries += [
            ("revisions", .map(revisions)),
            (
                "plan",
                .map([
                    ("state", .string(status.plan.rawValue)),
                    ("digest", .string(status.planDigest.rawValue)),
                    ("changes", .integer(status.pending.changes)),
                    ("runs", .integer(status.pending.runs)),
                    ("waits", .integer(status.pending.waits)),
                ])
            ),
            (
                "drift",
                .map([
                    ("state", .string(status.drift.rawValue)),
                    ("open", .integer(status.objectDrift.count)),
                    ("machines", .integer(status.nodeDrift.count)),
                ])
            ),
            ("rollout", .map([("state", .string(status.rollout.rawValue))])),
            ("compliance", compliance(status.compliance)),
            ("conditions", .list(status.conditions.map(condition))),
            ("objects", .integer(status.objects.count)),
            ("nodes", .integer(status.nodes.total)),
        ]
        if let run = status.lastRun {
            entries.append(
                (
                    "lastRun",
                    .map([
                        ("outcome", .string(run.outcome.rawValue)),
                        ("run", .string(run.runID)),
                        ("commit", .string(run.commit)),
                        ("finishedAt", .string(run.finishedAt.description)),
                        ("messages", .list(run.messages.map(YAMLValue.string))),
                    ])
                )
            )
        }
        entries.append(("history", .list(status.history.map(history))))
        return YAMLValue.map(entries).document
    }

    static func object(_ object: ObjectStatus, fleet: String) -> String {
        var entries = head(
            "ObjectStatus",
            [
                ("fleet", .string(fleet)), ("kind", .string(object.object.kind.rawValue)),
                ("name", .string(object.object.name)),
            ]
        )
        if let ownership = object.ownership {
            entries.append(("ownership", .string(ownership.rawValue)))
        }
        if let file = object.file {
            entries.append(
                ("source", .map([("file", .string(file)), ("line", .integer(object.line ?? 1))]))
            )
        }
        func add(_ key: String, _ value: String?) {
            if let value { entries.append((key, .string(value))) }
        }
        add("providerId", object.providerID)
        add("liveVersion", object.liveVersion)
        add("observedDigest", object.observedDigest?.rawValue)
        add("liveDigest", object.liveDigest?.rawValue)
        add("document", object.document)
        add("scheduleExpression", object.scheduleExpression)
        if let parameters = object.parameters, !parameters.isEmpty {
            let sorted = parameters.sorted { $0.key < $1.key }
            entries.append(("parameters", .map(sorted.map { ($0, .string($1.rawValue)) })))
        }
        entries.append(("conditions", .list(object.conditions.map(condition))))
        if let counts = object.compliance { entries.append(("nodes", compliance(counts))) }
        if !object.failures.isEmpty {
            entries.append(("failures", .list(object.failures.map(failures))))
        }
        return YAMLValue.map(entries).document
    }

    /// How many names a list of failing nodes shows before the rest is counted.
    private static let namesMax = 500

    private static func failures(_ group: ObjectStatus.FailureGroup) -> YAMLValue {
        var entries: [(String, YAMLValue)] = [
            ("status", .string(group.status.rawValue)),
            ("since", .string(group.since.description)),
            ("count", .integer(group.nodes.count)),
            ("nodes", .list(group.nodes.prefix(namesMax).map { .string($0.capped(at: 200)) })),
        ]
        if group.nodes.count > namesMax {
            entries.append(("notListed", .integer(group.nodes.count - namesMax)))
        }
        return .map(entries)
    }

    static func nodeSummary(_ status: FleetStatus) -> String {
        let nodes = status.nodes
        var entries = head("NodeSummary", [("fleet", .string(status.fleet))])
        let platforms = nodes.platforms.sorted { $0.key < $1.key }
        entries += [
            ("total", .integer(nodes.total)),
            (
                "ping",
                .map([
                    ("online", .integer(nodes.online)),
                    ("connectionLost", .integer(nodes.connectionLost)),
                    ("inactive", .integer(nodes.inactive)),
                    ("unregistered", .integer(nodes.unregistered)),
                ])
            ),
            ("failing", .integer(nodes.failing)),
            ("platforms", .map(platforms.map { ($0, .integer($1)) })),
        ]
        let failing = status.failingNodes
        entries.append(
            ("failingNodes", .list(failing.prefix(namesMax).map { .string($0.capped(at: 200)) }))
        )
        if failing.count > namesMax {
            entries.append(("notListed", .integer(failing.count - namesMax)))
        }
        return YAMLValue.map(entries).document
    }

    /// Tells this way of writing a node's file from any other: the digest of one that has all parts.
    static let nodeFormat: ContentDigest = {
        let time = Timestamp(seconds: 0)
        let node = NodeStatus(
            id: "mi-1",
            name: "\"a\": b",
            ping: .inactive,
            lastSeenAt: time,
            platform: "c",
            agentVersion: "1",
            failures: [.init(association: "d", status: .failed, detail: "", since: time)],
            compliant: ["e"],
            waiting: ["f"]
        )
        return ContentDigest(of: Self.node(node, fleet: "g"))
    }()

    static func node(_ node: NodeStatus, fleet: String) -> String {
        var entries = head(
            "NodeStatus",
            [
                ("fleet", .string(fleet)), ("id", .string(node.id.rawValue)),
                ("name", .string(node.name.capped(at: 200))),
            ]
        )
        entries.append(("ping", .string(node.ping.rawValue)))
        if let seen = node.lastSeenAt {
            entries.append(("lastSeenAt", .string(seen.description)))
        }
        entries.append(("platform", .string(node.platform)))
        if !node.agentVersion.isEmpty {
            entries.append(("agentVersion", .string(node.agentVersion)))
        }
        let failures = node.failures.map { failure in
            YAMLValue.map([
                ("association", .string(failure.association)),
                ("status", .string(failure.status.rawValue)),
                ("detail", .string(failure.detail)),
                ("since", .string(failure.since.description)),
            ])
        }
        entries.append(("failures", .list(failures)))
        if !node.waiting.isEmpty {
            entries.append(("waiting", .list(node.waiting.map(YAMLValue.string))))
        }
        if !node.compliant.isEmpty {
            entries.append(("compliant", .list(node.compliant.map(YAMLValue.string))))
        }
        return YAMLValue.map(entries).document
    }

    static func drift(_ item: DriftItem, fleet: String) -> String {
        var entries = head("Drift", [("fleet", .string(fleet)), ("id", .string(item.id))])
        entries.append(("object", .string(item.object.description)))
        if !item.field.isEmpty { entries.append(("field", .string(item.field))) }
        entries += [
            ("inGit", .string(item.inGit)),
            ("live", .string(item.live)),
            ("cause", .string(item.cause.rawValue)),
            ("severity", .string(item.severity.rawValue)),
            ("nodes", .integer(item.nodeCount)),
            ("since", .string(item.since.description)),
            ("occurrences", .integer(item.occurrences)),
        ]
        if item.flapping { entries.append(("flapping", .string("three times within a day"))) }
        if !item.touches.isEmpty { entries.append(("commands", .list(item.touches.map(touch)))) }
        return YAMLValue.map(entries).document
    }

    static func exception(_ exception: ExceptionStatus, fleet: String) -> String {
        var entries = head(
            "ExceptionStatus",
            [("fleet", .string(fleet)), ("name", .string(exception.name))]
        )
        entries += [
            (
                "source",
                .map([("file", .string(exception.file)), ("line", .integer(exception.line))])
            ),
            ("state", .string(exception.state.rawValue)),
            ("effect", .string(exception.message)),
            ("reason", .string(exception.reason)),
            ("owner", .string(exception.owner)),
            ("expires", .string(exception.expires.description)),
        ]
        if exception.nodeCount > 0 {
            entries.append(("nodeCount", .integer(exception.nodeCount)))
            entries.append(("nodes", .list(exception.nodes.map(YAMLValue.string))))
        }
        if !exception.ignored.isEmpty {
            entries.append(("ignored", .list(exception.ignored.map(ignored))))
        }
        return YAMLValue.map(entries).document
    }

    private static func ignored(_ item: ExceptionStatus.Ignored) -> YAMLValue {
        var entries: [(String, YAMLValue)] = [("object", .string(item.object.description))]
        if !item.field.isEmpty { entries.append(("field", .string(item.field))) }
        entries += [
            ("inGit", .string(item.inGit)), ("live", .string(item.live)),
            ("nodes", .integer(item.nodeCount)),
        ]
        return .map(entries)
    }

    private static func touch(_ touch: NodeTouch) -> YAMLValue {
        .map([
            ("command", .string(touch.commandID.rawValue)),
            ("document", .string(touch.document)),
            ("comment", .string(touch.comment.capped(at: 200))),
            ("at", .string(touch.at.description)),
        ])
    }

    private static func head(
        _ kind: String,
        _ metadata: [(String, YAMLValue)]
    ) -> [(String, YAMLValue)] {
        [
            ("apiVersion", .string("aplomb/v1")), ("kind", .string(kind)),
            ("metadata", .map(metadata)),
        ]
    }

    private static func condition(_ condition: Condition) -> YAMLValue {
        .map([
            ("type", .string(condition.type.rawValue)),
            ("status", .string(condition.status.rawValue)),
            ("reason", .string(condition.reason.rawValue)),
            ("message", .string(condition.message)),
            ("lastTransitionTime", .string(condition.lastTransitionTime.description)),
        ])
    }

    private static func compliance(_ counts: FleetStatus.Compliance) -> YAMLValue {
        .map([
            ("targeted", .integer(counts.targeted)), ("compliant", .integer(counts.compliant)),
            ("failed", .integer(counts.failed)), ("heldBack", .integer(counts.heldBack)),
            ("running", .integer(counts.running)), ("noReport", .integer(counts.noReport)),
            ("unexpected", .integer(counts.unexpected)),
        ])
    }

    private static func history(_ entry: FleetStatus.HistoryEntry) -> YAMLValue {
        var entries: [(String, YAMLValue)] = [
            ("at", .string(entry.at.description)), ("commit", .string(entry.commit)),
            ("ready", .string(entry.ready.rawValue)), ("reason", .string(entry.reason)),
        ]
        if let outcome = entry.outcome { entries.append(("outcome", .string(outcome.rawValue))) }
        entries.append(("summary", .string(entry.summary)))
        return .map(entries)
    }
}

extension FleetStatus {
    /// The nodes on which something failed, by name, each once.
    var failingNodes: [String] {
        Set(objects.lazy.flatMap(\.failures).flatMap(\.nodes)).sorted()
    }
}
