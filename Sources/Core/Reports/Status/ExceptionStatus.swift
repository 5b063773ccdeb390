// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Drifts
package import FleetModel
package import Planning

/// One exception as last seen.
///
/// It says when it ends, and never how long that still is: only a lapse is a change of state.
package struct ExceptionStatus: Hashable, Sendable, Codable {
    package enum State: String, Sendable, Codable {
        case inForce = "InForce"
        case lapsed = "Lapsed"
    }

    /// One thing that is not as git says, and may be so.
    package struct Ignored: Hashable, Sendable, Codable {
        package var object: ObjectReference
        /// The field's path; empty where it is about the object as a whole.
        package var field: String
        /// Values that may be secret are digests.
        package var inGit: String
        package var live: String
        package var nodeCount: Int
    }

    private static let nodesMax = 500

    package var name: String
    package var state: State
    package var effect: PlannedException.Effect
    /// What it does, in one line for people.
    package var message: String
    package var reason: String
    package var owner: String
    package var expires: Timestamp
    package var isWholeFleet: Bool
    package var file: String
    package var line: Int
    package var nodeCount: Int
    /// By name, sorted; the first of them where there are very many.
    package var nodes: [String]
    package var ignored: [Ignored]

    init(_ exception: PlannedException) {
        name = exception.name
        state = exception.isInForce ? .inForce : .lapsed
        effect = exception.effect
        message = exception.message.capped(at: 300)
        reason = exception.reason.capped(at: 300)
        owner = exception.owner.capped(at: 120)
        expires = exception.expires
        isWholeFleet = exception.isWholeFleet
        file = exception.source.file
        line = exception.source.line
        nodeCount = exception.nodes.count
        nodes = exception.nodes.prefix(Self.nodesMax).map { $0.capped(at: 200) }
        ignored = exception.ignored.flatMap(Self.items)
    }

    /// One item per field, or one for what is about no field.
    private static func items(_ finding: Finding) -> [Ignored] {
        guard !finding.fields.isEmpty else {
            // What a node has is not published; that it differs is.
            return [
                Ignored(
                    object: finding.object,
                    field: "",
                    inGit: finding.expected.capped(at: 300),
                    live: "does not hold",
                    nodeCount: finding.nodes.count
                )
            ]
        }
        return finding.fields.map { field in
            Ignored(
                object: finding.object,
                field: field.path,
                inGit: Published.value(field.to, at: field.path),
                live: Published.value(field.from, at: field.path),
                nodeCount: finding.nodes.count
            )
        }
    }

    /// `until the end of 2026-12-24`, or that it has lapsed.
    var termWords: String {
        state == .inForce
            ? "until \(Expiry.words(expires))" : "lapsed at \(Expiry.words(expires))"
    }
}

extension FleetStatus {
    /// Whether an exception suspends the fleet as a whole.
    package var isSuspended: Bool {
        (exceptions ?? []).contains { $0.isWholeFleet && $0.state == .inForce }
    }

    /// How many differences exceptions leave as they are.
    var ignoredCount: Int { (exceptions ?? []).reduce(0) { $0 + $1.ignored.count } }
}
