// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// From a checked node to a typed value.
///
/// The checker has seen the node first, so that what is read here has the right shape; a reading
/// that finds nothing all the same leaves the default in place.
extension Manifest {
    mutating func decode(as kind: ManifestKind) {
        var checker = FieldChecker(kind: kind)
        let definition = KindDefinition.of(kind)
        checker.checkObject(node, definition.fields)
        diagnostics += checker.diagnostics
        let spec = node["spec"]
        switch kind {
        case .fleet: checkFleet()
        case .node, .resourceGroup, .association, .policy, .exception: break
        }
        guard !diagnostics.hasErrors, let name else { return }
        let selection = kind == .resourceGroup ? selection(spec, groupName: name) : .union([])
        let policy = kind == .policy ? policy(name: name, spec: spec) : nil
        let exception = kind == .exception ? exception(name: name, spec: spec) : nil
        guard !diagnostics.hasErrors else { return }
        value =
            switch kind {
            case .fleet: .fleet(fleet(name: name, spec: spec))
            case .node: .node(desiredNode(name: name, spec: spec))
            case .resourceGroup:
                .group(
                    DesiredGroup(
                        name: name,
                        description: spec?["description"]?.text,
                        selection: selection,
                        source: node.range,
                        fieldSources: node.fieldSources
                    )
                )
            case .association:
                .association(association(name: name, spec: spec))
            case .policy: policy.map { .policy($0) }
            case .exception: exception.map { .exception($0) }
            }
    }

    // MARK: Fleet

    private mutating func checkFleet() {
        let folder = RepositoryPath.folder(of: node.range.file)
        for item in node["spec"]?["resources"]?.sequence ?? [] {
            guard let text = item.text, RepositoryPath.resolve(text, in: folder) == nil else {
                continue
            }
            diagnostics.append(
                Diagnostic(
                    .badPath,
                    "the folder '\(text.excerpt)' is outside of the repository",
                    at: item.range,
                    hint: "a path is relative to the folder of the Fleet, here"
                        + " '\(folder.isEmpty ? "." : folder)'"
                )
            )
        }
    }

    private func fleet(name: String, spec: Node?) -> FleetSettings {
        var fleet = DesiredFleet(
            name: name,
            path: RepositoryPath.folder(of: node.range.file),
            provider: provider(spec?["provider"]),
            prune: spec?["prune"]?.text == "true",
            source: node.range
        )
        if let seconds = spec?["interval"]?.text.flatMap(Duration.seconds) {
            fleet.intervalSeconds = seconds
        }
        if let mode = spec?["drift"]?["mode"]?.text.flatMap(DesiredFleet.DriftMode.init) {
            fleet.driftMode = mode
        }
        fleet.limits = limits(spec?["limits"])
        if let branch = spec?["status"]?["branch"]?.text { fleet.status.branch = branch }
        if let nodes = spec?["status"]?["nodes"]?.text.flatMap(DesiredFleet.Status.Nodes.init) {
            fleet.status.nodes = nodes
        }
        fleet.ownership = OwnershipRules(
            observed: spec?["ownership"]?["observed"]?.texts ?? [],
            ignored: spec?["ownership"]?["ignored"]?.texts ?? []
        )
        let resources = (spec?["resources"]?.sequence ?? []).compactMap { item in
            item.text.map { (text: $0, range: item.range) }
        }
        return FleetSettings(
            fleet: fleet,
            resources: resources,
            patches: spec?["patches"]?.sequence ?? [],
            ownership: spec?["ownership"]
        )
    }

    func limits(_ node: Node?) -> DesiredFleet.Limits {
        DesiredFleet.Limits(
            changedNodes: node?["changedNodes"]?.text.flatMap { RateBound($0) },
            prunedObjects: node?["prunedObjects"]?.text.flatMap { Int($0) },
            worstCaseBrokenNodes: node?["worstCaseBrokenNodes"]?.text.flatMap { RateBound($0) }
        )
    }

    private func provider(_ node: Node?) -> DesiredFleet.Provider {
        if let server = node?["server"] { return .server(url: server["url"]?.text ?? "") }
        if let aws = node?["aws"] {
            return .aws(region: aws["region"]?.text ?? "", profile: aws["profile"]?.text)
        }
        return .local
    }

    // MARK: Node

    private func desiredNode(name: String, spec: Node?) -> DesiredNode {
        var host = DesiredNode.Host.managed
        if spec?["local"] != nil { host = .local }
        if let sandbox = spec?["sandbox"] {
            var value = DesiredNode.Sandbox()
            if let network = sandbox["network"]?.text.flatMap(DesiredNode.Sandbox.Network.init) {
                value.network = network
            }
            if let first = sandbox["init"]?.text.flatMap(DesiredNode.Sandbox.Initializer.init) {
                value.initializer = first
            }
            host = .sandbox(value)
        }
        let tags = (spec?["tags"]?.mapping ?? []).map { ($0.key, $0.value.text ?? "") }
        return DesiredNode(
            name: name,
            tags: Dictionary(tags, uniquingKeysWith: { first, _ in first }),
            host: host,
            source: node.range
        )
    }

    // MARK: Queries

    func tagQuery(_ query: Node?) -> TagQuery {
        TagQuery(tags: tagValues(query?["tags"]), not: tagValues(query?["not"]?["tags"]))
    }

    private func tagValues(_ node: Node?) -> [String: [String]] {
        let pairs = (node?.mapping ?? []).map { ($0.key, $0.value.texts.sorted()) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Association

    private func association(name: String, spec: Node?) -> DesiredAssociation {
        let parameters = (spec?["parameters"]?.mapping ?? []).map { ($0.key, wireValue($0.value)) }
        let targets = (spec?["targets"]?.sequence ?? []).compactMap(target)
        var association = DesiredAssociation(
            name: name,
            document: spec?["document"]?.text ?? "",
            parameters: Dictionary(parameters, uniquingKeysWith: { first, _ in first }),
            targets: targets,
            scheduleExpression: spec?["scheduleExpression"]?.text,
            source: node.range,
            fieldSources: node.fieldSources
        )
        association.setDependencies(spec?["dependsOn"]?.sequence ?? [])
        if let bound = spec?["maxConcurrency"]?.text.flatMap({ RateBound($0) }) {
            association.maxConcurrency = bound
        }
        if let bound = spec?["maxErrors"]?.text.flatMap({ RateBound($0) }) {
            association.maxErrors = bound
        }
        if let severity = spec?["complianceSeverity"]?.text.flatMap(ComplianceSeverity.init) {
            association.complianceSeverity = severity
        }
        if let text = spec?["driftDetection"]?["rehearse"]?.text,
            case .rate(let seconds)? = try? ScheduleExpression(text)
        {
            association.driftDetection = DriftDetection(rehearsalIntervalSeconds: seconds)
        }
        return association
    }

    func target(_ node: Node) -> DesiredAssociation.Target? {
        if let group = node["group"]?.text { return .group(group) }
        if let nodes = node["nodes"] { return .nodes(nodes.texts) }
        if let tags = node["tags"] { return .tags(TagQuery(tags: tagValues(tags))) }
        return nil
    }

    /// The wire form of Systems Manager: a list of texts; structured values as JSON.
    private func wireValue(_ node: Node) -> [String] {
        guard case .sequence(let items) = node.content else { return [wireText(node)] }
        return items.map(wireText)
    }

    private func wireText(_ node: Node) -> String { node.text ?? JSONText(node).compact }
}

extension DesiredAssociation {
    /// Takes the names sorted and each once.
    fileprivate mutating func setDependencies(_ nodes: [Node]) {
        for node in nodes.inDependencyOrder {
            if let name = node.text, dependsOn.last != name { dependsOn.append(name) }
        }
    }
}

extension Node {
    var sequence: [Node]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    var mapping: [Entry]? {
        guard case .mapping(let entries) = content else { return nil }
        return entries
    }

    /// The texts of a list of scalars.
    var texts: [String] { sequence?.compactMap(\.text) ?? [] }
}
