// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What the last rehearsals of associations found, node by node, for as long as it says something.
///
/// *Shape*: what was found of other content or parameters does not count, and what is older than the
/// last run of the association on the node does not either.
package struct RehearsalLedger: Hashable, Sendable, Codable {
    package struct Entry: Hashable, Sendable, Codable {
        package var rehearsedAt: Timestamp
        package var outcome: RehearsedOutcome

        package init(rehearsedAt: Timestamp, outcome: RehearsedOutcome) {
            self.rehearsedAt = rehearsedAt
            self.outcome = outcome
        }
    }

    /// A document that changes something each time it runs: what it would change is no drift.
    package struct Restless: Hashable, Sendable, Codable {
        /// Where it was seen.
        package var node: String
        package var entry: Entry
    }

    private struct Association: Hashable, Sendable, Codable {
        /// Of the document's content and the parameters.
        var digest: ContentDigest
        var restless: Restless?
        /// Whether some node was seen to need no change right after a run.
        var isVerified = false
        var nodes: [String: Entry] = [:]
    }

    private var associations: [String: Association] = [:]

    package init() {}

    /// What is known of a node; `nil` when nothing was rehearsed there since it may count.
    package func entry(
        of association: String,
        digest: ContentDigest,
        on node: String,
        since time: Timestamp
    ) -> Entry? {
        guard let known = associations[association], known.digest == digest,
            let entry = known.nodes[node], entry.rehearsedAt >= time
        else { return nil }
        return entry
    }

    /// Whether the association's document was seen to change something right after it had run.
    package func restless(_ association: String, digest: ContentDigest) -> Restless? {
        guard let known = associations[association], known.digest == digest else { return nil }
        return known.restless
    }

    /// Whether it is known that the document changes nothing right after it ran.
    package func isVerified(_ association: String, digest: ContentDigest) -> Bool {
        guard let known = associations[association] else { return false }
        return known.digest == digest && known.isVerified
    }

    /// When a rehearsal was made.
    package enum Moment: Sendable {
        case anyTime
        /// Right after the association ran there with success.
        case afterRun
    }

    /// Notes what was found.
    package mutating func note(_ entry: Entry, of rehearsal: PlannedRehearsal, _ moment: Moment) {
        if associations[rehearsal.association]?.digest != rehearsal.digest {
            associations[rehearsal.association] = Association(digest: rehearsal.digest)
        }
        guard var known = associations[rehearsal.association] else { return }
        known.nodes[rehearsal.node] = entry
        switch entry.outcome.status {
        case .changed where moment == .afterRun:
            known.restless = Restless(node: rehearsal.node, entry: entry)
            known.isVerified = false
        case .unchanged where moment == .afterRun || known.restless?.node == rehearsal.node:
            known.restless = nil
            known.isVerified = true
        case .changed, .unchanged, .failed, .unavailable: break
        }
        associations[rehearsal.association] = known
    }

    /// Forgets the nodes on which a plan runs something: what was known of them is over.
    ///
    /// When an operator asked for another try, a document that changed something each time has one.
    package mutating func forget(_ plan: Plan, _ failedTargets: PlanningInput.FailedTargets) {
        for run in plan.runs {
            for node in run.nodes { associations[run.object.name]?.nodes[node] = nil }
            if failedTargets == .retry { associations[run.object.name]?.restless = nil }
        }
    }

    /// Forgets nodes and associations that are gone, or are not rehearsed any more.
    package mutating func settle(_ input: PlanningInput) {
        let nodes = Set(input.observed.nodes.lazy.map(\.name))
        let declared = Set(
            input.desired.associations.lazy.filter { $0.driftDetection != nil }.map(\.name)
        )
        associations = associations.filter { declared.contains($0.key) }.mapValues { known in
            var known = known
            known.nodes = known.nodes.filter { nodes.contains($0.key) }
            return known
        }
    }
}

/// One association to be rehearsed on one node.
package struct PlannedRehearsal: Hashable, Sendable {
    package var association: String
    package var node: String
    package var nodeID: NodeID
    /// Of what is rehearsed.
    package var digest: ContentDigest
    /// When the node was rehearsed last; `nil` when nothing is known of it.
    package var rehearsedAt: Timestamp?
}
