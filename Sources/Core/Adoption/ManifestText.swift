// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Manifests
import PositionedYAML

/// Writes what a provider has as the manifests that say so.
///
/// *Shape*: keys in the order of the definitions, maps sorted, what is the default left out: equal
/// objects give equal texts.
enum ManifestText {
    static func node(_ node: ObservedNode) -> String {
        let tags = node.tags.filter { !$0.key.hasPrefix(Ownership.TagKey.prefix) }
        return manifest(.node, node.name, tags.isEmpty ? [] : [("tags", texts(tags))])
    }

    static func group(_ group: ObservedGroup) -> String {
        var query: [(String, YAMLValue)] = []
        if !group.query.tags.isEmpty { query.append(("tags", values(group.query.tags))) }
        if !group.query.not.isEmpty {
            query.append(("not", .map([("tags", values(group.query.not))])))
        }
        var spec: [(String, YAMLValue)] = [("query", .map(query))]
        if let description = group.description, !description.isEmpty {
            spec.insert(("description", .lines(description)), at: 0)
        }
        return manifest(.resourceGroup, group.name, spec)
    }

    static func association(
        _ association: ObservedAssociation,
        on target: DesiredAssociation.Target
    ) -> String {
        var spec: [(String, YAMLValue)] = [("document", .string(association.document))]
        let parameters = association.parameters.sorted { $0.key < $1.key }
        if !parameters.isEmpty {
            let written = parameters.map { name, values -> (String, YAMLValue) in
                guard values.count == 1, let value = values.first else {
                    return (name, .list(values.map(YAMLValue.string)))
                }
                return (name, .lines(value))
            }
            spec.append(("parameters", .map(written)))
        }
        spec.append(("targets", .list([self.target(target)])))
        if let schedule = association.scheduleExpression {
            spec.append(("scheduleExpression", .string(schedule)))
        }
        if let bound = association.maxConcurrency { spec.append(("maxConcurrency", rate(bound))) }
        if let bound = association.maxErrors { spec.append(("maxErrors", rate(bound))) }
        if association.complianceSeverity != .unspecified {
            let severity = association.complianceSeverity.rawValue
            spec.append(("complianceSeverity", .string(severity)))
        }
        return manifest(.association, association.name, spec)
    }

    private static func manifest(
        _ kind: ManifestKind,
        _ name: String,
        _ spec: [(String, YAMLValue)]
    ) -> String {
        var fields: [(String, YAMLValue)] = [
            ("apiVersion", .string("aplomb/v1")), ("kind", .string(kind.rawValue)),
            ("metadata", .map([("name", .string(name))])),
        ]
        if !spec.isEmpty { fields.append(("spec", .map(spec))) }
        return YAMLValue.map(fields).document
    }

    private static func target(_ target: DesiredAssociation.Target) -> YAMLValue {
        switch target {
        case .group(let name): .map([("group", .string(name))])
        case .nodes(let names): .map([("nodes", .list(names.map(YAMLValue.string)))])
        case .tags(let query): .map([("tags", values(query.tags))])
        }
    }

    private static func rate(_ bound: RateBound) -> YAMLValue {
        switch bound {
        case .count(let count): .integer(count)
        case .percent: .string(bound.description)
        }
    }

    private static func texts(_ tags: [String: String]) -> YAMLValue {
        .map(tags.sorted { $0.key < $1.key }.map { ($0, .string($1)) })
    }

    private static func values(_ tags: [String: [String]]) -> YAMLValue {
        .map(tags.sorted { $0.key < $1.key }.map { ($0, .list($1.sorted().map(YAMLValue.string))) })
    }
}
