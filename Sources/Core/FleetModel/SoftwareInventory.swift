// SPDX-License-Identifier: Apache-2.0

/// The inputs of `aws:softwareInventory`, resolved: which inventory types a node collects.
///
/// *Source*: the plugin's inputs; those of Aplomb's own types are named in `Part` and below.
package struct SoftwareInventory: Hashable, Sendable, Codable {
    /// What is collected when it is `Enabled`, by the name of the input.
    package enum Part: String, Hashable, Sendable, Codable, CaseIterable {
        case applications
        case awsComponents
        case networkConfig
        case services
        case instanceDetailedInformation
        case customInventory
        // Aplomb's own.
        case aplombListeningSockets
        case aplombUsers
        case aplombKernelModules
        case aplombScheduledJobs
    }

    /// In the order of `Part.allCases`.
    package var parts: [Part]
    /// Another folder of custom inventory files.
    package var customInventoryDirectory: String?
    /// A shell command that prints custom inventory as JSON.
    package var customInventoryCommand: String?
    /// What `AWS:File` covers.
    package var files: [FileSelection]
    /// What `Custom:FileContent` covers.
    package var fileContents: [FileSelection]
    /// What `Custom:Certificate` covers: `nil` for not at all, none for the well-known places.
    package var certificates: [FileSelection]?
    /// What `Custom:KernelParameter` covers: `nil` for not at all, none for the default set.
    package var kernelParameters: [String]?
    /// By type, the hashes of the reports that the engine has: these need not be sent again.
    package var knownHashes: [String: String]

    package init(
        parts: [Part] = [],
        customInventoryDirectory: String? = nil,
        customInventoryCommand: String? = nil,
        files: [FileSelection] = [],
        fileContents: [FileSelection] = [],
        certificates: [FileSelection]? = nil,
        kernelParameters: [String]? = nil,
        knownHashes: [String: String] = [:]
    ) {
        self.parts = parts
        self.customInventoryDirectory = customInventoryDirectory
        self.customInventoryCommand = customInventoryCommand
        self.files = files
        self.fileContents = fileContents
        self.certificates = certificates
        self.kernelParameters = kernelParameters
        self.knownHashes = knownHashes
    }
}

extension SoftwareInventory {
    /// The types that every collection brings.
    package static let defaultTypes: Set<String> = ["AWS:Application", "AWS:InstanceInformation"]

    /// Whether a node can be asked for a type without being told what to look at.
    package static func isAskable(_ type: String) -> Bool {
        !["AWS:File", "Custom:FileContent"].contains(type)
    }

    /// What collects these types; `nil` when they are the default ones.
    ///
    /// *Shape*: `AWS:File` and `Custom:FileContent` are not among them, since nobody says here which
    /// files are meant: an association of `AWS-GatherSoftwareInventory` does.
    package init?(types: Set<String>, knownHashes: [String: String]) {
        guard !types.isSubset(of: Self.defaultTypes) else { return nil }
        let byType: [String: Part] = [
            "AWS:AWSComponent": .awsComponents, "AWS:Network": .networkConfig,
            "AWS:Service": .services,
            "AWS:InstanceDetailedInformation": .instanceDetailedInformation,
            "Custom:ListeningSocket": .aplombListeningSockets, "Custom:User": .aplombUsers,
            "Custom:UserGroup": .aplombUsers, "Custom:KernelModule": .aplombKernelModules,
            "Custom:ScheduledJob": .aplombScheduledJobs,
        ]
        let known = Set(byType.keys).union([
            "Custom:Certificate", "Custom:KernelParameter", "Custom:FileContent",
        ])
        var parts: Set<Part> = [.applications]
        for type in types {
            if let part = byType[type] { parts.insert(part) }
            if type.hasPrefix("Custom:"), !known.contains(type) { parts.insert(.customInventory) }
        }
        self.init(
            parts: Part.allCases.filter(parts.contains),
            certificates: types.contains("Custom:Certificate") ? [] : nil,
            kernelParameters: types.contains("Custom:KernelParameter") ? [] : nil,
            knownHashes: knownHashes
        )
    }
}

/// One element of the JSON list in the input `files`.
package struct FileSelection: Hashable, Sendable, Codable {
    /// A folder, or one file; `$NAME` is filled in on the node.
    package var path: String
    /// Globs of file names (`*`, `?`, `[…]`); none means all.
    package var pattern: [String]
    package var recursive: Bool
    /// How many folders are looked into at most.
    package var dirScanLimit: Int

    /// *Source*: the quotas of Systems Manager, for all selections together.
    package static let filesMax = 500
    package static let dirScanLimitDefault = 5000

    package init(
        path: String,
        pattern: [String] = [],
        recursive: Bool = false,
        dirScanLimit: Int = dirScanLimitDefault
    ) {
        self.path = path
        self.pattern = pattern
        self.recursive = recursive
        self.dirScanLimit = dirScanLimit
    }
}
