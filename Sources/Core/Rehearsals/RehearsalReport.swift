// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What a document would change on a node, as a rehearsal on a clone of it found.
///
/// *Shape*: lists are sorted; texts are raw and have to be escaped where they are shown.
package struct RehearsalReport: Hashable, Sendable, Encodable {
    /// One step as it ended in the rehearsal, secrets masked.
    package struct Step: Hashable, Sendable, Encodable {
        package var name: String
        package var status: StepResult.Status
        package var responseCode: Int
        package var standardOutput: String
        package var standardError: String
        package var standardOutputBytes: Int64
        package var standardErrorBytes: Int64
    }

    package struct FileChange: Hashable, Sendable, Encodable {
        package var path: String
        package var change: FileFact.Change
        package var type: FileFact.FileType
        /// False when rights, owner or extended attributes alone would change.
        package var contentChanged: Bool
        package var bytesBefore: Int64?
        package var bytesAfter: Int64?
        /// Octal, such as `0644`.
        package var modeBefore: String?
        package var modeAfter: String?
        /// `user:group`, by name where the account files have it.
        package var ownerBefore: String?
        package var ownerAfter: String?
        /// Where a symlink leads.
        package var targetBefore: String?
        package var targetAfter: String?
        /// The lines of a unified diff, secrets masked; `nil` where there is none to show.
        package var diff: [String]?
        /// Why there is no diff, or what else there is to know.
        package var remark: String?
    }

    package struct PackageChange: Hashable, Sendable, Encodable {
        package enum Change: String, Sendable, Encodable {
            case installed, removed, upgraded, downgraded
        }

        package var name: String
        package var architecture: String
        package var change: Change
        package var from: String?
        package var to: String?
    }

    package struct ServiceChange: Hashable, Sendable, Encodable {
        package enum Change: String, Sendable, Encodable {
            case enabled, disabled, masked, unmasked, added, modified, deleted
        }

        package var unit: String
        package var change: Change
        package var path: String
    }

    /// A user or a group.
    package struct AccountChange: Hashable, Sendable, Encodable {
        package struct Field: Hashable, Sendable, Encodable {
            package var name: String
            /// Both are `nil` for a password, of which only the change is told.
            package var from: String?
            package var to: String?
        }

        package var name: String
        package var change: FileFact.Change
        package var fields: [Field]
    }

    package struct CronChange: Hashable, Sendable, Encodable {
        package var path: String
        package var change: FileFact.Change
        /// The lines that are new and those that are gone, without comments, secrets masked.
        package var added: [String]
        package var removed: [String]
    }

    /// Changes that are counted and not listed.
    package struct Folded: Hashable, Sendable, Encodable {
        package var reason: String
        package var count: Int
    }

    package var fleet: String
    package var node: String
    package var association: String?
    package var document: String
    /// Empty for content that no commit holds.
    package var commit: String
    package var clone: RehearsalClone
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var status: StepResult.Status
    /// Whether anything would change that is not folded.
    package var changed: Bool
    package var steps: [Step]
    package var files: [FileChange]
    package var packages: [PackageChange]
    package var services: [ServiceChange]
    package var users: [AccountChange]
    package var groups: [AccountChange]
    package var cron: [CronChange]
    package var folded: [Folded]
    /// What this rehearsal cannot tell.
    package var limits: [String]
}
