// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// What becomes of a node that git declares.
enum NodeStanding: Hashable {
    /// It bears no tags of anyone: git's are put on it.
    case create
    /// Another fleet owns it.
    case foreign
    /// The fleet only looks at it, or not even that.
    case unmanaged(ObjectOwnership)
    case settled(Disposition)

    /// Whether the node will have the tags of git rather than those that it has.
    var takesTags: Bool {
        switch self {
        case .create, .settled(.change): true
        case .foreign, .unmanaged, .settled: false
        }
    }
}

extension PlanningInput {
    /// Compares a node's tags with those that it is to have, git's but for what `exemptions` leave
    /// as it is; Aplomb's own do not count.
    func standing(
        of node: DesiredNode,
        observed: ObservedNode,
        _ exemptions: FieldExemptions
    ) -> NodeStanding {
        let mode = mode(of: .node, node.name)
        guard mode == .managed else { return .unmanaged(mode) }
        guard observed.isRegistered else { return .create }
        if !owns(observed.tags) {
            if Ownership(tags: observed.tags) != nil { return .foreign }
            if observed.tags.withoutOurs.isEmpty { return .create }
        }
        let wanted =
            exemptions.isEmpty
            ? node.tags : exemptions.tags(of: node, live: observed.tags.withoutOurs)
        let own = observed.tags.keys.count { $0.utf8.starts(with: Ownership.TagKey.prefix.utf8) }
        let isSame =
            observed.tags.count - own == wanted.count
            && wanted.allSatisfy { observed.tags[$0] == $1 }
        return .settled(
            disposition(
                isSame: isSame,
                digest: node.tags.tagsDigest,
                tags: observed.tags,
                ignores: !exemptions.isEmpty && wanted != node.tags
            )
        )
    }
}

extension [String: String] {
    /// The tags that are not Aplomb's own.
    var withoutOurs: [String: String] {
        filter { !$0.key.utf8.starts(with: Ownership.TagKey.prefix.utf8) }
    }

    var tagsDigest: ContentDigest {
        var builder = DigestBuilder()
        builder.add(sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
        return builder.finalize()
    }
}
