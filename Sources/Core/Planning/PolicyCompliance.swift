// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import SystemsManagerAPI

/// What the verdicts of the policies are as compliance items of Systems Manager, node by node.
///
/// *Shape*: one item for each policy that is meant for the node and judged it. A node that never
/// reported what a policy asks has no item of it: what is unknown is neither status.
/// *Source*: `ssm:PutComplianceItems`; a put replaces all items of the type on the node.
package struct PolicyCompliance: Sendable {
    package static let complianceType = "Custom:Policy"
    private static let titleMax = 500
    private static let detailMax = 4096

    /// The items of one node, and what tells them from others.
    package struct Report: Sendable {
        package var node: NodeID
        package var digest: ContentDigest
        package var items: [ComplianceItemEntry]
    }

    /// One for each registered node that some policy judged, in the order of the nodes.
    package let reports: [Report]

    /// Judges what was observed.
    ///
    /// Nodes that fare alike share their items and their digest: a fleet of 10,000 has few kinds.
    package init(_ input: PlanningInput) {
        guard !input.desired.policies.isEmpty else {
            reports = []
            return
        }
        let table = NodeTable(input)
        var items: [(entry: ComplianceItemEntry, digest: ContentDigest)] = []
        var numbers: [[Int]] = Array(repeating: [], count: table.nodes.count)
        for policy in input.desired.policies.sorted(by: { $0.name < $1.name }) {
            let verdict = PolicyVerdict(policy, table, input.observed)
            items.append(Self.numbered(Self.item(policy)))
            for place in verdict.compliant.members { numbers[place].append(items.count - 1) }
            // Most failing nodes show the same: the words decide which share an item.
            var known: [[String: String]: Int] = [:]
            for place in verdict.failing.members {
                let details = Self.details(verdict, place, input.observed)
                let number: Int
                if let found = known[details] {
                    number = found
                } else {
                    number = items.count
                    known[details] = number
                    items.append(Self.numbered(Self.item(policy, failing: details)))
                }
                numbers[place].append(number)
            }
        }
        var digests: [[Int]: ContentDigest] = [:]
        reports = table.nodes.indices.compactMap { place in
            let own = numbers[place]
            guard !own.isEmpty, table.nodes[place].isRegistered else { return nil }
            let digest: ContentDigest
            if let found = digests[own] {
                digest = found
            } else {
                var builder = DigestBuilder()
                builder.add(own.map { items[$0].digest.rawValue })
                digest = builder.finalize()
                digests[own] = digest
            }
            return Report(
                node: table.nodes[place].id,
                digest: digest,
                items: own.map { items[$0].entry }
            )
        }
    }

    private static func numbered(
        _ entry: ComplianceItemEntry
    ) -> (entry: ComplianceItemEntry, digest: ContentDigest) {
        var builder = DigestBuilder()
        builder.add([
            entry.id ?? "", entry.title ?? "", entry.severity.rawValue, entry.status.rawValue,
        ])
        for (key, value) in (entry.details ?? [:]).sorted(by: { $0.key < $1.key }) {
            builder.add([key, value])
        }
        return (entry, builder.finalize())
    }

    private static func item(
        _ policy: DesiredPolicy,
        failing details: [String: String]? = nil
    ) -> ComplianceItemEntry {
        let words = policy.expectations.map(\.words).joined(separator: "; ")
        return ComplianceItemEntry(
            id: policy.name,
            title: cut(policy.description ?? words, titleMax),
            severity: ComplianceItemSeverity(rawValue: policy.complianceSeverity.rawValue)
                ?? .unspecified,
            status: details == nil ? .compliant : .nonCompliant,
            details: details ?? ["Expected": cut(words, detailMax)]
        )
    }

    /// What was wanted of a node and what was found there.
    private static func details(
        _ verdict: PolicyVerdict,
        _ place: Int,
        _ observed: ObservedState
    ) -> [String: String] {
        let breaches = verdict.breaches.filter { $0.nodes.contains(place) }
        return [
            "Expected": cut(breaches.map(\.expectation.words).joined(separator: "; "), detailMax),
            "Observed": cut(
                breaches.map { $0.found(at: place, observed) }.joined(separator: "; "),
                detailMax
            ),
        ]
    }

    private static func cut(_ text: String, _ count: Int) -> String {
        text.count <= count ? text : text.prefix(count - 1) + "…"
    }
}

extension PolicyVerdict.Breach {
    /// What was found on a node instead, in words.
    func found(at place: Int, _ observed: ObservedState) -> String {
        guard !expectation.wantsMatch else { return "no such entry" }
        let evidence = observed.inventory[expectation.asked]?.evidence[place] ?? []
        return evidence.isEmpty ? "such an entry" : evidence.joined(separator: "; ")
    }
}

/// Which compliance items each node was told last, so that only what changed is written.
package struct ComplianceMemory: Hashable, Sendable, Codable {
    /// Stands for what nobody knows: a node that is to be told again, whatever it was told.
    package static let unknown: ContentDigest = "unknown"

    /// The nodes by the digest of their items.
    private var nodes: [String: [NodeID]]

    package init(_ digests: [NodeID: ContentDigest] = [:]) {
        nodes = Dictionary(grouping: digests, by: \.value.rawValue).mapValues { group in
            group.map(\.key).sorted()
        }
    }

    /// The digests by node.
    package var digests: [NodeID: ContentDigest] {
        var digests: [NodeID: ContentDigest] = [:]
        for (digest, nodes) in nodes {
            for node in nodes { digests[node] = ContentDigest(rawValue: digest) }
        }
        return digests
    }
}
