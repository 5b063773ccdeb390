// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// What is otherwise than the rules say, for a bounded time: kind `Exception`.
///
/// It lapses by itself: from `expires` on it has no effect.
package struct DesiredException: Hashable, Sendable, Codable {
    package enum Effect: Hashable, Sendable, Codable {
        case suspend(Suspension)
        case ignore(Ignorance)
        /// Limits of the fleet that are higher until then.
        case allow(DesiredFleet.Limits)
    }

    /// What does not run, and is not changed.
    package struct Suspension: Hashable, Sendable, Codable {
        /// Whether nothing of the fleet is reconciled.
        package var isWholeFleet: Bool
        /// The nodes on which nothing runs.
        package var targets: [DesiredAssociation.Target]
        /// The associations that neither run nor change.
        package var associations: [String]

        package init(
            isWholeFleet: Bool = false,
            targets: [DesiredAssociation.Target] = [],
            associations: [String] = []
        ) {
            self.isWholeFleet = isWholeFleet
            self.targets = targets
            self.associations = associations
        }
    }

    /// What may differ from git without being a finding.
    package enum Ignorance: Hashable, Sendable, Codable {
        /// Policies on some nodes; without targets wherever they hold.
        case policies([String], targets: [DesiredAssociation.Target])
        case objects([Object])
    }

    /// An object whose fields keep what the provider has.
    package struct Object: Hashable, Sendable, Codable {
        package enum Kind: String, Sendable, Codable, CaseIterable {
            case node = "Node"
            case group = "ResourceGroup"
            case document = "Document"
            case association = "Association"
        }

        package var kind: Kind
        package var name: String
        /// Paths such as `spec.maxErrors`, each with all below it; empty means every field.
        package var fields: [String]

        package init(kind: Kind, name: String, fields: [String] = []) {
            self.kind = kind
            self.name = name
            self.fields = fields
        }
    }

    package var name: String
    package var reason: String
    package var owner: String
    /// The moment from which it has no effect.
    package var expires: Timestamp
    package var effect: Effect
    package var source: SourceRange

    package init(
        name: String,
        reason: String,
        owner: String,
        expires: Timestamp,
        effect: Effect,
        source: SourceRange
    ) {
        self.name = name
        self.reason = reason
        self.owner = owner
        self.expires = expires
        self.effect = effect
        self.source = source
    }

    package func isInForce(at now: Timestamp) -> Bool { now < expires }

    /// The targets that it names, whatever for.
    package var targets: [DesiredAssociation.Target] {
        switch effect {
        case .suspend(let suspension): suspension.targets
        case .ignore(.policies(_, let targets)): targets
        case .ignore(.objects), .allow: []
        }
    }

    /// Whether all of the fleet is suspended.
    package var suspendsFleet: Bool {
        if case .suspend(let suspension) = effect { suspension.isWholeFleet } else { false }
    }
}

extension DesiredState {
    /// The exception that suspends the whole fleet, of several the one that ends last.
    package func suspension(at now: Timestamp) -> DesiredException? {
        exceptions.filter { $0.suspendsFleet && $0.isInForce(at: now) }
            .max { $0.expires < $1.expires }
    }
}

extension DesiredException {
    /// When it ends, for people: `the end of 2026-12-24` or `2026-12-24 18:00 UTC`.
    package var expiryWords: String { Expiry.words(expires) }

    /// `suspended until the end of 2026-12-24 by kim@example.com: Storage migration`.
    package var suspensionWords: String { "suspended until \(expiryWords) by \(owner): \(reason)" }

    /// What it does, in one line: `suspends db-1 and Association/web-motd`.
    package var effectWords: String {
        switch effect {
        case .suspend(let suspension):
            if suspension.isWholeFleet { return "suspends the fleet" }
            let objects = suspension.associations.map { "Association/\($0)" }
            return "suspends " + joined(suspension.targets.map(\.words) + objects)
        case .ignore(.policies(let names, let targets)):
            let nodes = targets.isEmpty ? "" : " on " + joined(targets.map(\.words))
            return "ignores " + joined(names.map { "Policy/\($0)" }) + nodes
        case .ignore(.objects(let objects)):
            return "ignores " + joined(objects.map(\.words))
        case .allow(let limits): return "allows " + joined(limits.words)
        }
    }
}

extension DesiredException.Object {
    /// `spec.maxErrors of Association/web-motd`.
    fileprivate var words: String {
        let what = fields.isEmpty ? "every field" : joined(fields)
        return "\(what) of \(kind.rawValue)/\(name)"
    }
}

extension DesiredAssociation.Target {
    /// Which nodes, in a few words: `group legacy`, `db-1`, `nodes with Role=db`.
    fileprivate var words: String {
        switch self {
        case .group(let name): return "group \(name)"
        case .nodes(let names): return joined(names)
        case .tags(let query):
            let tags = query.tags.sorted { $0.key < $1.key }.map { key, values in
                values.isEmpty ? key : "\(key)=\(values.joined(separator: "|"))"
            }
            return tags.isEmpty ? "every node" : "nodes with \(joined(tags))"
        }
    }
}

extension DesiredFleet.Limits {
    /// `changedNodes 100%`, one for each limit that is set.
    fileprivate var words: [String] {
        [
            changedNodes.map { "changedNodes \($0)" },
            prunedObjects.map { "prunedObjects \($0)" },
            worstCaseBrokenNodes.map { "worstCaseBrokenNodes \($0)" },
        ].compactMap { $0 }
    }
}

private func joined(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
}
