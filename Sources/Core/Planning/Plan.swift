// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Everything that would be done to make the fleet true, every choice made.
///
/// A plan is immutable, and executing it decides nothing. Its digest names its content: two plans
/// with one digest do the same things to the same nodes for the same reasons.
///
/// *Shape*: changes are in the order of execution; runs are sorted by wave, then by name; waits and
/// findings by object. The JSON form is a contract (design, section 7).
package struct Plan: Hashable, Sendable, Codable {
    package var apiVersion: String = "aplomb/v1"
    package var kind: String = "Plan"
    package var fleet: String
    package var digest: ContentDigest
    /// The commit of the desired state; empty for a folder with uncommitted changes.
    package var commit: String
    package var observedAt: Timestamp
    package var changes: [PlannedChange]
    package var runs: [PlannedRun]
    package var waits: [PlannedWait]
    package var findings: [Finding]
    /// Nodes that entered or left groups since the last reconcile.
    package var memberships: [PlannedMembership] = []
    /// Every exception that git declares, by name; those that have lapsed, too.
    package var exceptions: [PlannedException] = []
    /// Objects that the fleet names and does not manage.
    package var unmanaged: [UnmanagedObject] = []
    package var limits: LimitsVerdict
    package var summary: Summary

    /// The counts of a plan's lines.
    package struct Summary: Hashable, Sendable, Codable {
        package var create = 0
        package var update = 0
        package var delete = 0
        package var run = 0
        package var wait = 0
        package var drift = 0
        /// Nodes that the plan touches.
        package var nodes = 0

        package init() {}
    }

    /// The exception that suspends the whole fleet, of several the one that ends last: the plan says
    /// what waits, and is not to be executed.
    package var suspension: PlannedException? {
        exceptions.filter { $0.isWholeFleet && $0.isInForce }.max { $0.expires < $1.expires }
    }

    /// Whether executing the plan would do nothing.
    package var isEmpty: Bool { changes.isEmpty && runs.isEmpty }

    /// The digest of the content.
    ///
    /// It leaves out when anything was observed, since when it has been known, and who wrote the
    /// lines. The limits follow from the lines and the fleet's settings and are left out too, and so
    /// are exceptions that have lapsed: they do nothing.
    package static func digest(
        fleet: String,
        commit: String,
        changes: [PlannedChange],
        runs: [PlannedRun],
        waits: [PlannedWait],
        findings: [Finding],
        memberships: [PlannedMembership] = [],
        exceptions: [PlannedException] = [],
        unmanaged: [UnmanagedObject] = []
    ) -> ContentDigest {
        var builder = DigestBuilder()
        builder.add(["Plan/v1", fleet, commit])
        builder.add("\(changes.count)")
        for change in changes { change.add(to: &builder) }
        builder.add("\(runs.count)")
        for run in runs { run.add(to: &builder) }
        builder.add("\(waits.count)")
        for wait in waits {
            builder.add([
                wait.object.description, wait.reason.rawValue, wait.message,
                wait.until?.preciseDescription ?? "",
            ])
            builder.add(wait.nodes)
        }
        builder.add("\(findings.count)")
        for finding in findings { finding.add(to: &builder) }
        builder.add("\(memberships.count)")
        for membership in memberships {
            builder.add(membership.group.description)
            builder.add(membership.entered)
            builder.add(membership.left)
        }
        for exception in exceptions where exception.isInForce { exception.add(to: &builder) }
        if !unmanaged.isEmpty {
            builder.add(unmanaged.map { "\($0.object) \($0.ownership.rawValue)" })
        }
        return builder.finalize()
    }
}

/// An object that a plan leaves alone, because the fleet says so.
package struct UnmanagedObject: Hashable, Sendable, Codable {
    package var object: ObjectReference
    package var ownership: ObjectOwnership
}

/// The name of an object: what a plan line is about.
package struct ObjectReference: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case node = "Node"
        case group = "ResourceGroup"
        case document = "Document"
        case association = "Association"
        case policy = "Policy"
    }

    package var kind: Kind
    package var name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    package var description: String { "\(kind.rawValue)/\(name)" }

    /// Reads `Kind/name`; letter case of the kind does not matter, and `Group` means the resource's.
    package init?(typed text: String) {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        let typed = text[..<slash].lowercased()
        let kind =
            typed == "group" ? .group : Kind.allCases.first { $0.rawValue.lowercased() == typed }
        let name = text[text.index(after: slash)...]
        guard let kind, !name.isEmpty else { return nil }
        self.init(kind, String(name))
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.kind.rawValue, lhs.name) < (rhs.kind.rawValue, rhs.name)
    }
}

/// Why something differs from what git says.
package enum Cause: String, Sendable, Codable, CaseIterable {
    /// The desired state moved.
    case git
    /// The machine moved, or did not take the change.
    case node
    /// A node entered or left a group.
    case membership
    /// Someone changed the object through the API.
    case external
    /// A schedule or an approval delay matured.
    case clock
    case unknown
}

/// Where the desired line stands, and who wrote it.
package struct PlanSource: Hashable, Sendable, Codable {
    package var file: String
    package var line: Int
    /// The last line of what is meant; who wrote any of them last has asked for it.
    package var lastLine: Int
    /// Filled in from git after planning; no part of the plan's digest.
    package var author: Author?

    package init(file: String, line: Int, lastLine: Int? = nil, author: Author? = nil) {
        self.file = file
        self.line = line
        self.lastLine = max(line, lastLine ?? line)
        self.author = author
    }

    /// The commit that last changed a line.
    package struct Author: Hashable, Sendable, Codable {
        package var name: String
        package var commit: String
        package var subject: String
        package var date: Timestamp

        package init(name: String, commit: String, subject: String, date: Timestamp) {
            self.name = name
            self.commit = commit
            self.subject = subject
            self.date = date
        }
    }
}
