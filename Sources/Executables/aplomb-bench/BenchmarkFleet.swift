// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning
import SystemsManagerAPI

/// A fleet that is as git says, in ten roles, each with a tenth of the associations.
struct BenchmarkFleet {
    var nodes: Int
    var associations: Int
    var status = DesiredFleet.Status.Nodes.failing

    private func role(_ number: Int) -> String { "role-\(number % 10)" }
    private let source = SourceRange(wholeFile: "fleet.yaml")
    private let repository = "https://example.org/fleet.git"

    func input(editing document: Int? = nil, failing: Int = 0, round: Int = 0) -> PlanningInput {
        let before = desired(editing: nil)
        var names = NodeSet(), members: [String: NodeSet] = [:]
        for place in 0..<nodes {
            if place < failing { names.insert(place) }
            members[role(place), default: NodeSet()].insert(place)
        }
        let fleet = PlanningInput(
            desired: before,
            observed: ObservedState(
                observedAt: Timestamp(seconds: 0),
                nodes: before.nodes.enumerated().map { place, node in
                    ObservedNode(id: NodeID("mi-\(String(place, radix: 16))"), name: node.name)
                }
            ),
            commit: "0",
            repository: repository,
            now: Timestamp(seconds: 0)
        )
        let observed = applied(
            Planner.plan(fleet),
            to: fleet,
            members: members,
            failing: names,
            round: round
        )
        return PlanningInput(
            desired: desired(editing: document),
            observed: observed,
            commit: "1",
            repository: repository,
            now: Timestamp(seconds: 600)
        )
    }

    private func desired(editing edited: Int?) -> DesiredState {
        DesiredState(
            fleet: DesiredFleet(
                name: "bench",
                prune: true,
                status: DesiredFleet.Status(nodes: status),
                source: source
            ),
            nodes: (0..<nodes).map {
                let name = "node-\(String(1_000_000 + $0).dropFirst())"
                let tags = ["Role": role($0), "Env": "prod", "Site": "s\($0 % 7)", "Owner": "ops"]
                return DesiredNode(name: name, tags: tags, source: source)
            },
            groups: (0..<10).map {
                DesiredGroup(
                    name: role($0),
                    query: TagQuery(tags: ["Role": [role($0)], "Env": ["prod"]]),
                    source: source
                )
            },
            documents: (0..<associations).map {
                DesiredDocument(
                    name: "document-\($0)",
                    documentType: "Command",
                    format: .yaml,
                    content: "schemaVersion: '2.2'\n# \($0 == edited ? "edited" : "as it was")\n",
                    source: source
                )
            },
            associations: (0..<associations).map {
                DesiredAssociation(
                    name: "association-\($0)",
                    document: "document-\($0)",
                    parameters: ["message": ["hello"]],
                    targets: [.group(role($0))],
                    scheduleExpression: "rate(30 minutes)",
                    maxConcurrency: .percent(10),
                    source: source
                )
            }
        )
    }

    /// The state after a first plan, which creates everything and runs it everywhere.
    private func applied(
        _ plan: Plan,
        to input: PlanningInput,
        members: [String: NodeSet],
        failing: NodeSet,
        round: Int
    ) -> ObservedState {
        var nodes = input.observed.nodes
        var groups: [ObservedGroup] = [], documents: [ObservedDocument] = []
        var associations: [ObservedAssociation] = []
        let places = Dictionary(
            nodes.enumerated().map { ($1.id.rawValue, $0) },
            uniquingKeysWith: { $1 }
        )
        for operation in plan.changes.flatMap(\.operations) {
            switch operation {
            case .addTags(let request):
                guard let place = places[request.resourceId] else { continue }
                nodes[place].tags = request.tags.asDictionary
            case .createGroup(let request):
                groups.append(
                    ObservedGroup(
                        name: request.name,
                        query: request.resourceQuery,
                        tags: request.tags ?? [:]
                    )
                )
            case .createDocument(let request):
                documents.append(
                    ObservedDocument(
                        name: request.name,
                        documentType: request.documentType ?? "",
                        latestVersion: 1,
                        defaultVersion: 1,
                        digest: ContentDigest(of: request.content),
                        tags: (request.tags ?? []).asDictionary
                    )
                )
            case .createAssociation(let request):
                let group = request.targets?.first?.values.first ?? ""
                let nodes = members[group] ?? NodeSet()
                associations.append(
                    association(
                        request,
                        good: nodes.subtracting(failing),
                        bad: failing.intersection(nodes),
                        round: round
                    )
                )
            default: break
            }
        }
        return ObservedState(
            observedAt: Timestamp(seconds: 300),
            nodes: nodes,
            groups: groups,
            documents: documents,
            associations: associations
        )
    }
}

private func association(
    _ request: CreateAssociation,
    good: NodeSet,
    bad: NodeSet,
    round: Int
) -> ObservedAssociation {
    func cohort(_ status: AssociationTargetStatus, _ nodes: NodeSet) -> [ObservedAssociation.Cohort]
    {
        nodes.isEmpty
            ? []
            : [
                ObservedAssociation.Cohort(
                    status: status,
                    associationVersion: 1,
                    executedAt: Timestamp(seconds: Int64(round)),
                    nodes: nodes
                )
            ]
    }
    let name = request.associationName ?? ""
    return ObservedAssociation(
        id: AssociationID(name),
        name: name,
        document: request.name,
        documentVersion: request.documentVersion ?? "$DEFAULT",
        parameters: request.parameters ?? [:],
        targets: request.targets ?? [],
        scheduleExpression: request.scheduleExpression,
        maxConcurrency: request.maxConcurrency,
        maxErrors: request.maxErrors,
        complianceSeverity: request.complianceSeverity ?? .unspecified,
        tags: (request.tags ?? []).asDictionary,
        cohorts: cohort(.success, good) + cohort(round.isMultiple(of: 2) ? .failed : .timedOut, bad)
    )
}
