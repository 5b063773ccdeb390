// SPDX-License-Identifier: Apache-2.0

/// What a rehearsal of an association found on a node, as far as drift is concerned.
package struct RehearsedOutcome: Hashable, Sendable, Codable {
    package enum Status: String, Sendable, Codable {
        /// The node is what the document makes of it.
        case unchanged
        case changed
        /// Nothing is known: the document did not succeed on the clone, or there was none.
        case failed
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

    package static func failed(_ reason: String) -> RehearsedOutcome {
        var outcome = RehearsedOutcome(paths: [], packages: [])
        outcome.status = .failed
        outcome.reason = reason
        return outcome
    }

    /// `would change /etc/motd and 1 more, package nginx`; for the others what they are.
    package var words: String {
        switch status {
        case .unchanged: return "would change nothing"
        case .failed: return reason ?? "is not known"
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

    private static func counted(_ first: String, _ count: Int) -> String {
        count == 1 ? first : "\(first) and \(count - 1) more"
    }
}
