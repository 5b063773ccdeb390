// SPDX-License-Identifier: Apache-2.0

/// What a rehearsal of an association found on a node, as far as drift is concerned.
package struct RehearsedOutcome: Hashable, Sendable, Codable {
    package enum Status: String, Sendable, Codable {
        /// The node is what the document makes of it.
        case unchanged
        case changed
        /// Nothing is known: the document did not succeed on the clone.
        case failed
        /// Nothing is known: there was no clone; the next reconcile tries again.
        case unavailable
    }

    package var status: Status
    /// The first of the paths and packages that would change, and how many there are in all.
    package var paths: [String]
    package var pathCount: Int
    package var packages: [String]
    package var packageCount: Int
    /// Why nothing is known.
    package var reason: String?

    /// More of a list is counted.
    private static let listMax = 5

    package init(paths: [String], packages: [String]) {
        status = paths.isEmpty && packages.isEmpty ? .unchanged : .changed
        self.paths = Array(paths.prefix(Self.listMax))
        pathCount = paths.count
        self.packages = Array(packages.prefix(Self.listMax))
        packageCount = packages.count
    }

    /// Nothing is known, and why.
    package static func unknown(_ status: Status, _ reason: String) -> RehearsedOutcome {
        var outcome = RehearsedOutcome(paths: [], packages: [])
        outcome.status = status
        outcome.reason = reason
        return outcome
    }

    package static func failed(_ reason: String) -> RehearsedOutcome { unknown(.failed, reason) }

    /// Whether it says something about the node.
    package var isKnown: Bool { status == .unchanged || status == .changed }

    /// `would change /etc/motd and 1 more, package nginx`; for the others what they are.
    package var words: String {
        switch status {
        case .unchanged: return "would change nothing"
        case .failed, .unavailable: return reason ?? "is not known"
        case .changed: break
        }
        var parts: [String] = []
        if let first = paths.first { parts.append(Self.counted(first, pathCount)) }
        if let first = packages.first {
            parts.append(
                (packageCount == 1 ? "package " : "packages ") + Self.counted(first, packageCount)
            )
        }
        return "would change " + parts.joined(separator: ", ")
    }

    private enum CodingKeys: String, CodingKey {
        case status, paths, pathCount, packages, packageCount, reason
    }

    /// Reads what was left out as nothing.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        status = try container.decode(Status.self, forKey: .status)
        paths = try container.decodeIfPresent([String].self, forKey: .paths) ?? []
        pathCount = try container.decodeIfPresent(Int.self, forKey: .pathCount) ?? paths.count
        packages = try container.decodeIfPresent([String].self, forKey: .packages) ?? []
        packageCount =
            try container.decodeIfPresent(Int.self, forKey: .packageCount) ?? packages.count
        reason = try container.decodeIfPresent(String.self, forKey: .reason)
    }

    /// Leaves out what is empty: nearly every node is as it should be.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(status, forKey: .status)
        if !paths.isEmpty { try container.encode(paths, forKey: .paths) }
        if pathCount > paths.count { try container.encode(pathCount, forKey: .pathCount) }
        if !packages.isEmpty { try container.encode(packages, forKey: .packages) }
        if packageCount > packages.count {
            try container.encode(packageCount, forKey: .packageCount)
        }
        try container.encodeIfPresent(reason, forKey: .reason)
    }

    private static func counted(_ first: String, _ count: Int) -> String {
        count == 1 ? first : "\(first) and \(count - 1) more"
    }
}
