// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// An exception as a plan finds it: what it does, why, until when, and whom it concerns.
package struct PlannedException: Hashable, Sendable, Codable {
    package enum State: String, Sendable, Codable {
        case inForce
        /// In force, and soon no more.
        case lapsing
        /// Without effect: its time is over.
        case lapsed
    }

    package enum Effect: String, Sendable, Codable { case suspend, ignore, allow }

    package var name: String
    package var effect: Effect
    /// What it does, in one line for people: `suspends db-1`.
    package var message: String
    package var reason: String
    package var owner: String
    /// The moment from which it has no effect.
    package var expires: Timestamp
    package var state: State
    /// What its author should think about, where the time says so.
    package var remark: String?
    /// Whether it suspends the fleet as a whole.
    package var isWholeFleet: Bool
    /// The associations that it suspends.
    package var associations: [String]
    /// The policies that it ignores.
    package var policies: [String]
    /// The nodes that it concerns, by name; empty where that is not about nodes, or it has lapsed.
    package var nodes: [String]
    /// What is not as git says, and is no finding because of it.
    package var ignored: [Finding]
    package var source: PlanSource

    private enum CodingKeys: String, CodingKey {
        case name, effect, message, reason, owner, expires, state, remark
        case isWholeFleet = "wholeFleet"
        case associations, policies, nodes, ignored, source
    }

    package var isInForce: Bool { state != .lapsed }

    /// How many nodes it concerns now, for people: `all` of a fleet.
    package var nodesWords: String { isInForce && isWholeFleet ? "all" : "\(nodes.count)" }

    /// When it ends, for people.
    package var expiryWords: String { Expiry.words(expires) }

    /// Adds what tells one plan from another: what it does, and not how long it still will.
    func add(to builder: inout DigestBuilder) {
        builder.add([name, message, reason, owner, expires.preciseDescription])
        builder.add("\(ignored.count)")
        for finding in ignored { finding.add(to: &builder) }
    }
}

extension Plan {
    /// Whether exceptions leave an association doing something else than git says.
    package func isFrozen(_ association: ObjectReference) -> Bool {
        exceptions.contains { exception in
            exception.ignored.contains { finding in
                finding.object == association
                    && finding.fields.contains { AssociationSpec.changesRuns($0.path) }
            }
        }
    }
}

extension PlannedException {
    /// So long before its end an exception says that it lapses: a weekend fits in.
    private static let warningSeconds: Int64 = 3 * 86_400
    /// What holds for longer than this is a rule, and belongs into the manifests.
    ///
    /// Validation has no clock, so that a revision stays valid; a plan has one.
    private static let longSeconds: Int64 = 366 * 86_400

    init(
        _ exception: DesiredException,
        now: Timestamp,
        nodes: [String],
        ignored: [Finding],
        source: PlanSource
    ) {
        name = exception.name
        message = exception.effectWords
        reason = exception.reason
        owner = exception.owner
        expires = exception.expires
        isWholeFleet = exception.suspendsFleet
        associations = []
        policies = []
        switch exception.effect {
        case .suspend(let suspension):
            effect = .suspend
            associations = suspension.associations
        case .ignore(let ignorance):
            effect = .ignore
            if case .policies(let names, _) = ignorance { policies = names }
        case .allow: effect = .allow
        }
        let left = expires.milliseconds - now.milliseconds
        if left <= 0 {
            state = .lapsed
            remark = "has no effect any more; remove it from git"
        } else if left <= Self.warningSeconds * 1000 {
            state = .lapsing
            remark = "lapses soon"
        } else {
            state = .inForce
            remark =
                left > Self.longSeconds * 1000
                ? "holds for more than a year, as a rule does" : nil
        }
        self.nodes = state == .lapsed ? [] : nodes
        self.ignored = state == .lapsed ? [] : ignored
        self.source = source
    }
}
