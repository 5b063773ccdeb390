// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning
import SystemsManagerAPI

/// A small fleet in which one thing at a time goes another way.
struct Story {
    static let now = Timestamp(seconds: 1_795_486_260)
    static let commit = "9f3c1e2a77bb0f0c0d0e0f1011121314151617ff"
    static let repository = "acme/fleet"

    var desired: DesiredState
    var observed: ObservedState
    /// Who was in which group at the last reconcile.
    var previousMembers: GroupMembers?
    var commit = Story.commit

    /// Three nodes online, nothing applied yet.
    init(
        nodes: Int = 3,
        limits: DesiredFleet.Limits = .init(),
        status: DesiredFleet.Status = .init()
    ) {
        desired = DesiredState(
            fleet: DesiredFleet(
                name: "prod",
                path: "environments/prod",
                prune: true,
                limits: limits,
                status: status,
                source: at("environments/prod/fleet.yaml", 1)
            ),
            groups: [
                DesiredGroup(
                    name: "web",
                    query: TagQuery(tags: ["Role": ["web"]]),
                    source: at("environments/prod/groups.yaml", 1)
                )
            ],
            documents: [
                DesiredDocument(
                    name: "motd",
                    documentType: "Command",
                    format: .yaml,
                    content: motd("hello"),
                    source: at("documents/motd.yaml", 1)
                )
            ],
            associations: [
                DesiredAssociation(
                    name: "base-packages",
                    document: "AWS-RunShellScript",
                    parameters: ["commands": ["apt-get install -y chrony"]],
                    targets: [.group("web")],
                    maxConcurrency: .count(1),
                    source: at("environments/prod/base.yaml", 3)
                ),
                DesiredAssociation(
                    name: "web-motd",
                    document: "motd",
                    parameters: ["message": ["hello"]],
                    targets: [.group("web")],
                    scheduleExpression: "rate(30 minutes)",
                    maxConcurrency: .percent(50),
                    maxErrors: .count(0),
                    complianceSeverity: .medium,
                    dependsOn: ["base-packages"],
                    source: at("environments/prod/motd.yaml", 2)
                ),
            ]
        )
        observed = ObservedState(
            observedAt: Self.now,
            nodes: (0..<nodes).map { index in
                ObservedNode(
                    id: NodeID(
                        rawValue: "mi-" + String(repeating: "0", count: 12) + "\(10000 + index)"
                    ),
                    name: "web-\(index + 1)",
                    lastPingAt: Self.now,
                    platformName: "Debian GNU/Linux",
                    platformVersion: "12",
                    agentVersion: "0.1.0",
                    tags: ["Role": "web"]
                )
            }
        )
    }

    func plan(retry: Bool = false) -> Plan {
        Planner.plan(
            PlanningInput(
                desired: desired,
                observed: observed,
                commit: commit,
                repository: Self.repository,
                now: observed.observedAt,
                failedTargets: retry ? .retry : .hold,
                previousMembers: previousMembers
            )
        )
    }

    /// The plan with the authors that the controller fills in from git.
    func planWithAuthors(_ name: String = "Kim Park", subject: String = "Say hello") -> Plan {
        var plan = plan()
        let author = PlanSource.Author(
            name: name,
            commit: commit,
            subject: subject,
            date: Self.now
        )
        for index in plan.changes.indices { plan.changes[index].source?.author = author }
        for index in plan.runs.indices { plan.runs[index].source.author = author }
        for index in plan.exceptions.indices { plan.exceptions[index].source.author = author }
        return plan
    }

    /// The same fleet once everything has been applied, as the provider would report it.
    ///
    /// What was applied is read off the plan's own requests.
    func applied(_ statuses: [AssociationTargetStatus] = []) -> Story {
        var story = self
        let everyone = NodeSet(observed.nodes.indices)
        for change in plan().changes { story.take(change, everyone, statuses) }
        return story
    }

    private mutating func take(
        _ change: PlannedChange,
        _ everyone: NodeSet,
        _ statuses: [AssociationTargetStatus]
    ) {
        for operation in change.operations {
            switch operation {
            case .createGroup(let request):
                observed.groups.append(
                    ObservedGroup(
                        name: request.name,
                        query: request.resourceQuery,
                        tags: request.tags ?? [:]
                    )
                )
            case .createDocument(let request):
                observed.documents.append(
                    ObservedDocument(
                        name: request.name,
                        documentType: "Command",
                        latestVersion: 1,
                        defaultVersion: 1,
                        digest: ContentDigest(of: request.content),
                        content: request.content,
                        tags: Dictionary(
                            (request.tags ?? []).map { ($0.key, $0.value) },
                            uniquingKeysWith: { $1 }
                        )
                    )
                )
            case .createAssociation(let request):
                let name = request.associationName ?? ""
                let cohorts =
                    statuses.isEmpty
                    ? [cohort(.success, everyone)]
                    : statuses.enumerated().map { cohort($1, NodeSet([$0])) }
                observed.associations.append(
                    ObservedAssociation(
                        id: AssociationID(
                            rawValue:
                                "11111111-2222-3333-4444-55555555555\(observed.associations.count)"
                        ),
                        name: name,
                        document: request.name,
                        documentVersion: request.documentVersion ?? "$DEFAULT",
                        parameters: request.parameters ?? [:],
                        targets: request.targets ?? [],
                        scheduleExpression: request.scheduleExpression,
                        maxConcurrency: request.maxConcurrency,
                        maxErrors: request.maxErrors,
                        complianceSeverity: request.complianceSeverity ?? .unspecified,
                        tags: Dictionary(
                            (request.tags ?? []).map { ($0.key, $0.value) },
                            uniquingKeysWith: { $1 }
                        ),
                        cohorts: cohorts
                    )
                )
            default: break
            }
        }
    }

    func cohort(_ status: AssociationTargetStatus, _ nodes: NodeSet) -> ObservedAssociation.Cohort {
        ObservedAssociation.Cohort(
            status: status,
            associationVersion: 1,
            executedAt: Story.now,
            nodes: nodes
        )
    }

    /// An exception that lapses some time after now.
    static func exception(
        _ name: String,
        _ seconds: Int64,
        _ effect: DesiredException.Effect
    ) -> DesiredException {
        DesiredException(
            name: name,
            reason: "Storage migration, ticket OPS-1234",
            owner: "kim@example.com",
            expires: now.advanced(bySeconds: seconds),
            effect: effect,
            source: at("environments/prod/exceptions.yaml", 2)
        )
    }

    /// The fleet with one exception of each kind, drift that one of them ignores, and one that has
    /// lapsed.
    func excepted() -> Story {
        var story = self
        story.observed.associations[1].scheduleExpression = "rate(7 days)"
        story.observed.associations[1].parameters = ["message": ["hunter2"]]
        let ignored = DesiredException.Object(
            kind: .association,
            name: "web-motd",
            fields: ["spec.scheduleExpression", "spec.parameters"]
        )
        story.desired.exceptions = [
            Self.exception("allow-all", 30 * 86_400, .allow(.init(changedNodes: .percent(100)))),
            Self.exception("drift", 2 * 86_400, .ignore(.objects([ignored]))),
            Self.exception("old", -60, .suspend(.init(associations: ["web-motd"]))),
            Self.exception(
                "web-3-move",
                400 * 86_400,
                .suspend(.init(targets: [.nodes(["web-3"])]))
            ),
        ]
        return story
    }

    func record(
        _ outcome: RunRecord.Outcome = .succeeded,
        changes: [RunRecord.Change] = [],
        runs: [RunRecord.Run] = [],
        messages: [String] = []
    ) -> RunRecord {
        RunRecord(
            runID: "01JD8ZK3Q7",
            fleet: "prod",
            commit: commit,
            planDigest: ContentDigest(of: "plan"),
            startedAt: Story.now,
            finishedAt: Story.now.advanced(bySeconds: 102),
            outcome: outcome,
            messages: messages,
            changes: changes,
            runs: runs
        )
    }
}

func motd(_ word: String) -> String {
    """
    schemaVersion: "2.2"
    description: Says \(word).
    mainSteps:
      - action: aws:runShellScript
        name: say
        inputs: {runCommand: ["echo \(word) > /etc/motd"]}

    """
}

func at(_ file: String, _ line: Int, _ column: Int = 1, length: Int = 0) -> SourceRange {
    SourceRange(
        file: file,
        start: SourcePosition(line: line, column: column),
        end: SourcePosition(line: line, column: column + length)
    )
}
