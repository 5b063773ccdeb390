// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// From Systems Manager's targets to those of manifests: the way back of the planner's lowering.
enum TargetLifting {
    /// Finds the one target that means the same.
    static func lift(
        _ targets: [TargetExpression],
        nodes: [ObservedNode]
    ) throws(Inexpressible) -> DesiredAssociation.Target {
        guard let first = targets.first else {
            throw Inexpressible("it has no targets, and an association of git has some")
        }
        let keys = Set(targets.map(\.key))
        switch first.key {
        case TargetExpression.resourceGroup where targets.count == 1:
            guard first.values.count == 1, let name = first.values.first else {
                throw Inexpressible("it targets several resource groups at once")
            }
            return .group(name)
        case TargetExpression.instanceIDs where targets.count == 1:
            return .nodes(try names(of: first.values, nodes))
        default: break
        }
        guard keys.allSatisfy({ $0.hasPrefix(TargetExpression.tagPrefix) || isTagKey($0) }) else {
            let known = [TargetExpression.resourceGroup, TargetExpression.instanceIDs]
            if let strange = keys.sorted().first(where: { key in
                !known.contains(key) && !key.hasPrefix(TargetExpression.tagPrefix) && !isTagKey(key)
            }) {
                throw Inexpressible("it targets by '\(strange)', which manifests do not know")
            }
            throw Inexpressible(
                "its targets are the nodes that \(keys.sorted().joined(separator: " and ")) have in"
                    + " common; make a ResourceGroup of them first"
            )
        }
        return .tags(try tags(targets))
    }

    private static func isTagKey(_ key: String) -> Bool { key == TargetExpression.tagKey }

    private static func tags(_ targets: [TargetExpression]) throws(Inexpressible) -> TagQuery {
        var tags: [String: [String]] = [:]
        for target in targets {
            let key: String
            if isTagKey(target.key) {
                guard target.values.count == 1, let only = target.values.first else {
                    throw Inexpressible(
                        "it targets nodes with any of the tags "
                            + target.values.sorted().joined(separator: ", ")
                            + "; make a union of ResourceGroups first"
                    )
                }
                key = only
            } else {
                key = String(target.key.dropFirst(TargetExpression.tagPrefix.utf8.count))
            }
            guard tags[key] == nil else {
                throw Inexpressible("it asks for the tag '\(key)' twice")
            }
            tags[key] = isTagKey(target.key) ? [] : target.values.sorted()
        }
        return TagQuery(tags: tags)
    }

    private static func names(
        of ids: [String],
        _ nodes: [ObservedNode]
    ) throws(Inexpressible) -> [String] {
        if ids.contains("*") {
            throw Inexpressible(
                "it targets every node there is or will be by '*'; make a ResourceGroup of them first"
            )
        }
        var names: [String] = []
        for id in ids {
            guard let node = nodes.first(where: { $0.id.rawValue == id }) else {
                throw Inexpressible("it targets '\(id)', which is no node that the provider knows")
            }
            guard nodes.count(where: { $0.name == node.name }) == 1 else {
                throw Inexpressible(
                    "several nodes are called '\(node.name)', which it targets by id"
                )
            }
            names.append(node.name)
        }
        guard !names.isEmpty else { throw Inexpressible("it targets an empty list of nodes") }
        return names.sorted()
    }
}
