// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import TestSupport

@testable import Planning

/// A small fleet in git and at its provider, for tests to move either.
struct FleetFixture {
    var fleet = DesiredFleet(name: "prod", prune: true, source: at(1))
    var nodes: [DesiredNode] = []
    var groups: [DesiredGroup] = []
    var documents: [DesiredDocument] = []
    var associations: [DesiredAssociation] = []
    var policies: [DesiredPolicy] = []
    var exceptions: [DesiredException] = []
    var provider = ObservedState(observedAt: Timestamp(seconds: 1_000_000))
    var now = Timestamp(seconds: 1_000_000)
    var commit = "c1"
    var failedTargets = PlanningInput.FailedTargets.hold

    static let repository = "https://example.org/fleet.git"

    /// `nodes` machines in the roles `web` and `db` by turns, a group per role, a document `motd`,
    /// and an association of it with the group `web`.
    init(nodes count: Int = 4) {
        for number in 0..<count {
            let name = "n\(String(1000 + number).dropFirst())"
            let tags = ["Role": number % 2 == 0 ? "web" : "db"]
            nodes.append(DesiredNode(name: name, tags: tags, source: at(10 + number)))
        }
        provider.nodes = nodes.map { ObservedNode(id: NodeID("mi-\($0.name)"), name: $0.name) }
        groups = ["web", "db"].map {
            DesiredGroup(name: $0, query: TagQuery(tags: ["Role": [$0]]), source: at(3))
        }
        documents = [Self.document("motd", "1")]
        associations = [Self.association("motd", on: "web")]
    }

    static func document(_ name: String, _ content: String) -> DesiredDocument {
        DesiredDocument(
            name: name,
            documentType: "Command",
            format: .yaml,
            content: content,
            source: at(5)
        )
    }

    static func association(
        _ name: String,
        document: String = "motd",
        on group: String,
        dependsOn: [String] = []
    ) -> DesiredAssociation {
        DesiredAssociation(
            name: name,
            document: document,
            parameters: ["message": ["hello"]],
            targets: [.group(group)],
            dependsOn: dependsOn,
            source: at(7),
            fieldSources: ["spec.parameters.message": at(8), "spec.targets[0].group": at(9)]
        )
    }

    var input: PlanningInput {
        PlanningInput(
            desired: DesiredState(
                fleet: fleet,
                nodes: nodes,
                groups: groups,
                documents: documents,
                associations: associations,
                policies: policies,
                exceptions: exceptions
            ),
            observed: provider,
            commit: commit,
            repository: Self.repository,
            now: now,
            failedTargets: failedTargets
        )
    }

    var plan: Plan { Planner.plan(input) }

    /// Plans and carries out, as a provider would; returns what was planned.
    @discardableResult
    mutating func reconcile(_ outcome: ProviderModel.Outcome = .init()) -> Plan {
        let input = input
        let plan = Planner.plan(input)
        provider = ProviderModel.apply(plan, to: input, outcome: outcome)
        return plan
    }

    /// A fleet that is as git says.
    static func converged(nodes: Int = 4, _ change: (inout Self) -> Void = { _ in }) -> Self {
        var fixture = FleetFixture(nodes: nodes)
        change(&fixture)
        fixture.reconcile()
        return fixture
    }

    /// Sets the status of one node's target, in a cohort of its own.
    mutating func setStatus(
        _ status: AssociationTargetStatus,
        of node: String,
        in association: String = "motd",
        interruptions: Int = 0
    ) {
        guard let place = provider.nodes.firstIndex(where: { $0.name == node }),
            let index = provider.associations.firstIndex(where: { $0.name == association })
        else { return }
        for cohort in provider.associations[index].cohorts.indices {
            provider.associations[index].cohorts[cohort].nodes.remove(place)
        }
        provider.associations[index].cohorts.removeAll { $0.nodes.isEmpty }
        provider.associations[index].cohorts.append(
            ObservedAssociation.Cohort(
                status: status,
                associationVersion: provider.associations[index].version,
                executedAt: provider.observedAt,
                interruptions: interruptions,
                nodes: NodeSet([place])
            )
        )
    }
}

func at(_ line: Int) -> SourceRange {
    SourceRange(file: "fleet.yaml", start: SourcePosition(line: line, column: 1))
}
