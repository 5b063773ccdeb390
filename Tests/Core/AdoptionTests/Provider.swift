// SPDX-License-Identifier: Apache-2.0
import Adoption
import Diagnostics
import FleetModel
import Manifests
import Planning
import TestSupport

/// A provider with things that nobody owns, and the way from there to manifests and a plan.
struct Provider {
    static let fleet =
        "apiVersion: aplomb/v1\nkind: Fleet\nmetadata: {name: prod}\nspec: {prune: true}\n"
    static let repository = "https://example.org/fleet.git"

    var state = ObservedState(observedAt: Timestamp(seconds: 1_000_000))
    var contents: [String: AdoptionDraft.Content] = [:]
    /// What git declares, by path.
    var files: [String: String] = ["prod/fleet.yaml": Provider.fleet]
    var layout = AdoptionLayout.folder("prod/adopted")

    init(nodes: Int = 3) {
        state.nodes = (1...nodes).map { number in
            ObservedNode(
                id: NodeID("mi-\(number)"),
                name: "n\(number)",
                tags: ["Role": number.isMultiple(of: 2) ? "db" : "web"]
            )
        }
    }

    mutating func add(document name: String, _ text: String? = nil, format: String = "YAML") {
        let text = text ?? Self.document
        state.documents.append(
            ObservedDocument(
                name: name,
                documentType: "Command",
                latestVersion: 1,
                defaultVersion: 1,
                digest: ContentDigest(of: text)
            )
        )
        contents[name] = AdoptionDraft.Content(text: text, format: format)
    }

    static let document = """
        schemaVersion: '2.2'
        parameters:
          message: {type: String, default: ""}
          names: {type: StringList, default: []}
        mainSteps:
          - action: aws:runShellScript
            name: work
            inputs: {runCommand: ["echo hello"]}

        """

    mutating func add(group name: String, _ query: TagQuery, description: String? = nil) {
        state.groups.append(ObservedGroup(name: name, description: description, query: query))
    }

    /// An association that has run well on every node.
    mutating func add(
        association name: String,
        document: String = "motd",
        _ targets: [TargetExpression] = [TargetExpression(key: "tag:Role", values: ["web"])],
        _ change: (inout ObservedAssociation) -> Void = { _ in }
    ) {
        var association = ObservedAssociation(
            id: AssociationID("0000-\(name)"),
            name: name,
            document: document,
            targets: targets,
            cohorts: [
                .init(
                    status: .success,
                    associationVersion: 1,
                    executedAt: state.observedAt,
                    nodes: NodeSet(Array(state.nodes.indices))
                )
            ]
        )
        change(&association)
        state.associations.append(association)
    }

    /// Sorted, as an observation is.
    var observed: ObservedState {
        ObservedState(
            observedAt: state.observedAt,
            nodes: state.nodes,
            groups: state.groups,
            documents: state.documents,
            associations: state.associations
        )
    }

    func load(_ more: [AdoptedFile] = []) -> LoadResult {
        let all =
            files.map { ($0.key, Array($0.value.utf8)) }
            + more.map { ($0.path, Array($0.text.utf8)) }
        return Loader.load(all.sorted { $0.0 < $1.0 })
    }

    func input(_ desired: DesiredState) -> PlanningInput {
        PlanningInput(
            desired: desired,
            observed: observed,
            commit: "c1",
            repository: Self.repository,
            now: state.observedAt.advanced(bySeconds: 1)
        )
    }

    /// What an adoption of everything comes to: the draft that holds, and the state that git declares.
    func adopt(
        dueRuns: AdoptionProof.DueRuns = .refuse
    ) throws -> (draft: AdoptionDraft, desired: DesiredState) {
        guard let before = load().desired else { throw Failure("the fleet does not load") }
        let survey = AdoptionSurvey(desired: before, observed: observed)
        var draft = AdoptionDraft(
            survey.unowned.filter { survey.declared[$0] == nil },
            of: survey,
            observed: observed,
            contents: contents,
            layout: layout
        )
        while true {
            let loaded = load(draft.files)
            if draft.refuse(after: loaded.diagnostics) { continue }
            guard let desired = loaded.desired else { throw Failure("\(loaded.diagnostics)") }
            let proof = AdoptionProof(draft.objects, input(desired), dueRuns: dueRuns)
            if proof.remaining.isEmpty { return (draft, desired) }
            for (object, reasons) in proof.remaining { draft.refuse(object, reasons) }
        }
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}
