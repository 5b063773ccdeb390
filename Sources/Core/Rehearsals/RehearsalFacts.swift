// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// What was rehearsed, and of which content.
package struct RehearsalSubject: Hashable, Sendable {
    package var fleet: String
    package var node: String
    /// `nil` when a document was named.
    package var association: String?
    package var document: String
    /// Empty for content that no commit holds.
    package var commit: String
    /// Associations that a run would wait for; a rehearsal does not run them.
    package var dependsOn: [String]

    package init(
        fleet: String,
        node: String,
        association: String? = nil,
        document: String,
        commit: String,
        dependsOn: [String] = []
    ) {
        self.fleet = fleet
        self.node = node
        self.association = association
        self.document = document
        self.commit = commit
        self.dependsOn = dependsOn
    }
}

/// The clone on which a document was rehearsed, and what it does not have.
package struct RehearsalClone: Hashable, Sendable, Codable {
    package enum Origin: String, Sendable, Codable { case machine, sandbox }

    package var of: Origin
    package var network: DesiredNode.Sandbox.Network
    package var initializer: DesiredNode.Sandbox.Initializer
    /// Directories that are empty in the clone.
    package var masked: [String]

    package init(
        of origin: Origin,
        network: DesiredNode.Sandbox.Network,
        initializer: DesiredNode.Sandbox.Initializer,
        masked: [String]
    ) {
        of = origin
        self.network = network
        self.initializer = initializer
        self.masked = masked
    }

    private enum CodingKeys: String, CodingKey {
        case of, network, masked
        case initializer = "init"
    }
}

/// One path at which the clone differs from the node, as it was found.
package struct FileFact: Hashable, Sendable {
    package enum Change: String, Sendable, Codable { case added, modified, deleted }
    package enum FileType: String, Sendable, Codable { case file, directory, symlink, other }

    package struct Attributes: Hashable, Sendable {
        package var mode: UInt32
        package var user: UInt32
        package var group: UInt32
        /// Where a symlink leads.
        package var target: String?

        package init(mode: UInt32, user: UInt32 = 0, group: UInt32 = 0, target: String? = nil) {
            self.mode = mode
            self.user = user
            self.group = group
            self.target = target
        }
    }

    /// A side of the change, as far as it was read.
    package enum Content: Hashable, Sendable {
        /// There is none: no file was here.
        case absent
        case bytes([UInt8])
        /// Larger than what is compared.
        case tooLarge
        /// So many files changed that this one was left out.
        case leftOut
    }

    package var path: String
    package var change: Change
    package var type: FileType
    /// False when rights, owner or extended attributes alone differ.
    package var contentChanged: Bool
    package var bytesBefore: Int64?
    package var bytesAfter: Int64?
    package var before: Attributes?
    package var after: Attributes?
    package var contentBefore: Content
    package var contentAfter: Content

    package init(
        path: String,
        change: Change,
        type: FileType = .file,
        contentChanged: Bool = true,
        bytesBefore: Int64? = nil,
        bytesAfter: Int64? = nil,
        before: Attributes? = nil,
        after: Attributes? = nil,
        contentBefore: Content = .absent,
        contentAfter: Content = .absent
    ) {
        self.path = path
        self.change = change
        self.type = type
        self.contentChanged = contentChanged
        self.bytesBefore = bytesBefore
        self.bytesAfter = bytesAfter
        self.before = before
        self.after = after
        self.contentBefore = contentBefore
        self.contentAfter = contentAfter
    }
}

/// The databases of a machine that a report compares as a whole.
package struct MachineRecords: Hashable, Sendable {
    /// Entries of `AWS:Application`; `nil` when they could not be read.
    package var packages: [[String: String]]?
    /// The texts of passwd(5), group(5) and shadow(5).
    package var passwd: String
    package var group: String
    package var shadow: String

    package init(
        packages: [[String: String]]? = [],
        passwd: String = "",
        group: String = "",
        shadow: String = ""
    ) {
        self.packages = packages
        self.passwd = passwd
        self.group = group
        self.shadow = shadow
    }
}

/// Everything that a rehearsal found: what the report is made from.
package struct RehearsalFacts: Sendable {
    package var subject: RehearsalSubject
    package var clone: RehearsalClone
    package var startedAt: Timestamp
    package var finishedAt: Timestamp
    package var result: DocumentResult
    /// Sorted by path.
    package var files: [FileFact]
    /// Paths that differed before the document ran, because the clone had booted.
    package var changesByBoot: Int
    package var before: MachineRecords
    package var after: MachineRecords

    package init(
        subject: RehearsalSubject,
        clone: RehearsalClone,
        startedAt: Timestamp,
        finishedAt: Timestamp,
        result: DocumentResult,
        files: [FileFact],
        changesByBoot: Int = 0,
        before: MachineRecords = MachineRecords(),
        after: MachineRecords = MachineRecords()
    ) {
        self.subject = subject
        self.clone = clone
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.result = result
        self.files = files
        self.changesByBoot = changesByBoot
        self.before = before
        self.after = after
    }
}
