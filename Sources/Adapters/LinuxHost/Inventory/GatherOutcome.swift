// SPDX-License-Identifier: Apache-2.0

/// What one gatherer found.
package struct Gathered: Sendable {
    package var item: InventoryItem
    /// What it was read from, where that tells whether it can have changed.
    package var source: InventorySource?
    /// What the reader should know: truncation, files that may not be read.
    package var remarks: [String]

    package init(item: InventoryItem, source: InventorySource? = nil, remarks: [String] = []) {
        self.item = item
        self.source = source
        self.remarks = remarks
    }
}

/// How gathering a type, or a source of types, ended.
package enum GatherOutcome: Sendable {
    case item(Gathered)
    /// The sources are still those that the caller knows.
    case unchanged(InventoryKind)
    /// Of a type, or of a file that should have named one; the others are not affected.
    case failed(String, HostError)
}

/// Says what is to be gathered.
package enum Gathering: Sendable, Hashable {
    case applications
    case components(agentVersion: String)
    case network
    case services
    case detailedInformation
    case listeningSockets
    /// `Custom:User` and `Custom:UserGroup`.
    case accounts
    case kernelModules
    /// The names of sysctl(8); none means a default set.
    case kernelParameters([String])
    case scheduledJobs
    /// None means the well-known places.
    case certificates([FileScope])
    case files([FileScope])
    case fileContents([FileScope])
    /// Files of user-defined types, in these folders.
    case custom([String])
    /// User-defined types as JSON on the output of a shell command.
    case customCommand(String)

    /// What a failure is named after.
    package var title: String {
        switch self {
        case .applications: InventoryKind.application.typeName
        case .components: InventoryKind.component.typeName
        case .network: InventoryKind.network.typeName
        case .services: InventoryKind.service.typeName
        case .detailedInformation: InventoryKind.detailedInformation.typeName
        case .listeningSockets: InventoryKind.listeningSocket.typeName
        case .accounts: InventoryKind.user.typeName
        case .kernelModules: InventoryKind.kernelModule.typeName
        case .kernelParameters: InventoryKind.kernelParameter.typeName
        case .scheduledJobs: InventoryKind.scheduledJob.typeName
        case .certificates: InventoryKind.certificate.typeName
        case .files: InventoryKind.file.typeName
        case .fileContents: InventoryKind.fileContent.typeName
        case .custom: "custom inventory"
        case .customCommand: "the custom inventory command"
        }
    }
}
