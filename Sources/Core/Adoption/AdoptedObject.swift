// SPDX-License-Identifier: Apache-2.0
package import Planning

/// One object of the provider, and what an adoption makes of it.
package struct AdoptedObject: Hashable, Sendable, Codable {
    package enum State: String, Sendable, Codable {
        /// A manifest would say exactly what it is.
        case adoptable
        /// Its manifest was written.
        case written
        /// Git declares it, and it has no owner yet.
        case declared
        /// It has no owner, and would be tagged as this fleet's.
        case takeable
        /// It was tagged as this fleet's.
        case taken
        /// It was this fleet's before.
        case owned
        /// It is left as it is; `reasons` say why.
        case refused
    }

    package var object: ObjectReference
    package var state: State
    /// The file that declares it, or is to, relative to the repository's root.
    package var file: String?
    /// Why it is refused, or what is still to do about it, one sentence each.
    package var reasons: [String]
    /// What someone should know before it is in git.
    package var warnings: [String]

    package init(
        _ object: ObjectReference,
        _ state: State,
        file: String? = nil,
        reasons: [String] = [],
        warnings: [String] = []
    ) {
        self.object = object
        self.state = state
        self.file = file
        self.reasons = reasons
        self.warnings = warnings
    }
}

/// What an adoption did, or would do.
package struct AdoptionReport: Hashable, Sendable, Codable {
    package enum Mode: String, Sendable, Codable {
        /// Looked only.
        case list
        case write
        case take
    }

    package var fleet: String
    /// The commit of the desired state; empty for uncommitted content.
    package var commit: String
    package var mode: Mode
    /// Whether nothing was done because that was asked for.
    package var isDryRun: Bool
    /// Sorted by kind and name.
    package var objects: [AdoptedObject]

    package init(
        fleet: String,
        commit: String,
        mode: Mode,
        isDryRun: Bool,
        objects: [AdoptedObject]
    ) {
        self.fleet = fleet
        self.commit = commit
        self.mode = mode
        self.isDryRun = isDryRun
        self.objects = objects.sorted { $0.object < $1.object }
    }

    /// Whether something that was asked for was left as it is.
    package var leavesSomething: Bool {
        objects.contains { $0.state == .refused || !$0.reasons.isEmpty }
    }
}

/// A file that an adoption writes.
package struct AdoptedFile: Hashable, Sendable {
    /// Relative to the repository's root.
    package var path: String
    package var text: String
}
