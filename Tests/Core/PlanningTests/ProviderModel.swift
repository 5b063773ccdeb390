// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

@testable import Planning

/// A provider as a pure function: what is there after a plan was carried out.
enum ProviderModel {
    /// How targets fare, and where the run is cut short.
    struct Outcome {
        var failing: Set<String> = []
        var status = AssociationTargetStatus.failed
        /// Operations after which the process is killed; `nil` for a whole run.
        var operationsMax: Int?
        var runs = true
    }

    static func apply(
        _ plan: Plan,
        to input: PlanningInput,
        outcome: Outcome = Outcome()
    ) -> ObservedState {
        var state = input.observed
        let all = plan.changes.flatMap { change in change.operations.map { (change, $0) } }
        let deletions = all.filter { $0.0.action == .delete }.map(\.1)
        var left = outcome.operationsMax ?? .max
        for (change, operation) in all where change.action != .delete && left > 0 {
            left -= 1
            perform(operation, on: &state)
        }
        if left > 0, outcome.runs { run(plan, on: &state, now: input.now, outcome) }
        if left > 0, plan.limits.refused.isEmpty {
            for operation in deletions { perform(operation, on: &state) }
        }
        return ObservedState(
            observedAt: input.now,
            completeness: state.completeness,
            nodes: state.nodes,
            groups: state.groups,
            documents: state.documents,
            associations: state.associations
        )
    }

    private static func perform(_ operation: PlannedOperation, on state: inout ObservedState) {
        switch operation {
        case .createDocument, .updateDocument, .setDefaultVersion, .deleteDocument:
            performDocument(operation, on: &state)
        case .createGroup, .updateGroup, .updateGroupQuery, .tagGroup, .deleteGroup:
            performGroup(operation, on: &state)
        case .createAssociation, .updateAssociation, .deleteAssociation:
            performAssociation(operation, on: &state)
        case .addTags(let request):
            tags(request.resourceType, request.resourceId, &state) {
                $0.merge(request.tags.asDictionary) { $1 }
            }
        case .removeTags(let request):
            tags(request.resourceType, request.resourceId, &state) {
                for key in request.tagKeys { $0[key] = nil }
            }
        case .deregisterNode(let request):
            guard let place = state.nodes.firstIndex(where: { $0.id == request.instanceId }) else {
                return
            }
            state.nodes.remove(at: place)
            for index in state.associations.indices {
                for cohort in state.associations[index].cohorts.indices {
                    let members = state.associations[index].cohorts[cohort].nodes.members
                    state.associations[index].cohorts[cohort].nodes = NodeSet(
                        members.filter { $0 != place }.map { $0 > place ? $0 - 1 : $0 }
                    )
                }
                state.associations[index].cohorts.removeAll { $0.nodes.isEmpty }
            }
        }
    }

    private static func tags(
        _ type: TaggedResourceType,
        _ id: String,
        _ state: inout ObservedState,
        _ change: (inout [String: String]) -> Void
    ) {
        switch type {
        case .managedInstance:
            for index in state.nodes.indices where state.nodes[index].id.rawValue == id {
                change(&state.nodes[index].tags)
                state.nodes[index].isRegistered = true
            }
        case .document:
            for index in state.documents.indices where state.documents[index].name == id {
                change(&state.documents[index].tags)
            }
        case .association:
            for index in state.associations.indices
            where state.associations[index].id.rawValue == id {
                change(&state.associations[index].tags)
            }
        }
    }

    private static func performDocument(
        _ operation: PlannedOperation,
        on state: inout ObservedState
    ) {
        switch operation {
        case .createDocument(let request):
            state.documents.append(
                ObservedDocument(
                    name: request.name,
                    documentType: request.documentType ?? "",
                    latestVersion: 1,
                    defaultVersion: 1,
                    digest: ContentDigest(of: request.content),
                    content: request.content,
                    tags: (request.tags ?? []).asDictionary
                )
            )
        case .updateDocument(let request):
            for index in state.documents.indices where state.documents[index].name == request.name {
                state.documents[index].latestVersion += 1
                state.documents[index].latestDigest = ContentDigest(of: request.content)
            }
        case .setDefaultVersion(let request):
            for index in state.documents.indices where state.documents[index].name == request.name {
                let document = state.documents[index]
                precondition("\(document.latestVersion)" == request.documentVersion)
                state.documents[index].defaultVersion = document.latestVersion
                state.documents[index].digest = document.latestDigest ?? document.digest
                state.documents[index].latestDigest = nil
            }
        case .deleteDocument(let request): state.documents.removeAll { $0.name == request.name }
        default: break
        }
    }

    private static func performGroup(
        _ operation: PlannedOperation,
        on state: inout ObservedState
    ) {
        func change(_ name: String, _ body: (inout ObservedGroup) -> Void) {
            for index in state.groups.indices where state.groups[index].name == name {
                body(&state.groups[index])
            }
        }
        switch operation {
        case .createGroup(let request):
            state.groups.append(
                ObservedGroup(
                    name: request.name,
                    description: request.description,
                    query: request.resourceQuery,
                    tags: request.tags ?? [:]
                )
            )
        case .updateGroup(let request):
            // What is left out stays, as on AWS.
            change(request.groupName) { $0.description = request.description ?? $0.description }
        case .updateGroupQuery(let request):
            change(request.groupName) { $0.query = request.resourceQuery }
        case .tagGroup(let request):
            change(request.groupName) { $0.tags.merge(request.tags) { $1 } }
        case .deleteGroup(let request): state.groups.removeAll { $0.name == request.groupName }
        default: break
        }
    }

    private static func performAssociation(
        _ operation: PlannedOperation,
        on state: inout ObservedState
    ) {
        switch operation {
        case .createAssociation(let request):
            let name = request.associationName ?? ""
            state.associations.append(
                ObservedAssociation(
                    id: AssociationID("as-\(name)"),
                    name: name,
                    document: request.name,
                    documentVersion: request.documentVersion ?? "$DEFAULT",
                    parameters: request.parameters ?? [:],
                    // In another order than asked for: it means nothing.
                    targets: (request.targets ?? []).reversed(),
                    scheduleExpression: request.scheduleExpression,
                    maxConcurrency: request.maxConcurrency,
                    maxErrors: request.maxErrors,
                    complianceSeverity: request.complianceSeverity ?? .unspecified,
                    tags: (request.tags ?? []).asDictionary
                )
            )
        case .updateAssociation(let request):
            for index in state.associations.indices
            where state.associations[index].id == request.associationId {
                update(&state.associations[index], request)
            }
        case .deleteAssociation(let request):
            state.associations.removeAll { $0.id == request.associationId }
        default: break
        }
    }

    /// A new version; target states stay valid unless nodes would do something else.
    static func update(_ association: inout ObservedAssociation, _ request: UpdateAssociation) {
        let before = AssociationSpec(association)
        association.version += 1
        association.document = request.name ?? association.document
        association.documentVersion = request.documentVersion ?? "$DEFAULT"
        association.parameters = request.parameters ?? [:]
        association.targets = request.targets ?? []
        association.scheduleExpression = request.scheduleExpression
        association.maxConcurrency = request.maxConcurrency
        association.maxErrors = request.maxErrors
        association.complianceSeverity = request.complianceSeverity ?? .unspecified
        guard !AssociationSpec(association).runsDifferently(from: before) else { return }
        for index in association.cohorts.indices
        where association.cohorts[index].associationVersion == association.version - 1 {
            association.cohorts[index].associationVersion = association.version
        }
    }

    private static func run(
        _ plan: Plan,
        on state: inout ObservedState,
        now: Timestamp,
        _ outcome: Outcome
    ) {
        var unsound: Set<String> = []
        let places = Dictionary(
            uniqueKeysWithValues: state.nodes.enumerated().map { ($1.name, $0) }
        )
        for wave in Set(plan.runs.map(\.wave)).sorted() {
            let runs = Dictionary(grouping: plan.runs.filter { $0.wave == wave }, by: \.object.name)
            for (name, lines) in runs.sorted(by: { $0.key < $1.key }) {
                guard let index = state.associations.firstIndex(where: { $0.name == name }) else {
                    continue
                }
                if lines.contains(where: { !unsound.isDisjoint(with: $0.dependsOn) }) {
                    unsound.insert(name)
                    continue
                }
                let nodes = lines.flatMap(\.nodes)
                if !outcome.failing.isDisjoint(with: nodes) { unsound.insert(name) }
                let bad = NodeSet(nodes.filter(outcome.failing.contains).compactMap { places[$0] })
                let good = NodeSet(nodes.compactMap { places[$0] }).subtracting(bad)
                record(good, .success, on: &state.associations[index], now)
                record(bad, outcome.status, on: &state.associations[index], now)
            }
        }
    }

    private static func record(
        _ nodes: NodeSet,
        _ status: AssociationTargetStatus,
        on association: inout ObservedAssociation,
        _ now: Timestamp
    ) {
        guard !nodes.isEmpty else { return }
        for index in association.cohorts.indices {
            association.cohorts[index].nodes = association.cohorts[index].nodes.subtracting(nodes)
        }
        association.cohorts.removeAll { $0.nodes.isEmpty }
        association.cohorts.append(
            ObservedAssociation.Cohort(
                status: status,
                associationVersion: association.version,
                executedAt: now,
                interruptions: status == .interrupted ? 1 : 0,
                nodes: nodes
            )
        )
    }
}
