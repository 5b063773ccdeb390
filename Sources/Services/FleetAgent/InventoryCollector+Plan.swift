// SPDX-License-Identifier: Apache-2.0
import FleetModel
import LinuxHost

extension InventoryCollector {
    /// What is gathered for the inputs of the plugin, in order.
    static func gatherings(
        _ inventory: SoftwareInventory,
        nodeID: NodeID,
        agentVersion: String
    ) -> [Gathering] {
        var gatherings: [Gathering] = inventory.parts.map { part in
            switch part {
            case .applications: .applications
            case .awsComponents: .components(agentVersion: agentVersion)
            case .networkConfig: .network
            case .services: .services
            case .instanceDetailedInformation: .detailedInformation
            case .customInventory: .custom(folders(inventory, nodeID))
            case .aplombListeningSockets: .listeningSockets
            case .aplombUsers: .accounts
            case .aplombKernelModules: .kernelModules
            case .aplombScheduledJobs: .scheduledJobs
            }
        }
        if let names = inventory.kernelParameters { gatherings.append(.kernelParameters(names)) }
        if let places = inventory.certificates {
            gatherings.append(.certificates(places.map(FileScope.init)))
        }
        if !inventory.files.isEmpty {
            gatherings.append(.files(inventory.files.map(FileScope.init)))
        }
        if !inventory.fileContents.isEmpty {
            gatherings.append(.fileContents(inventory.fileContents.map(FileScope.init)))
        }
        if let command = inventory.customInventoryCommand {
            gatherings.append(.customCommand(command))
        }
        return gatherings
    }

    private static func folders(_ inventory: SoftwareInventory, _ nodeID: NodeID) -> [String] {
        var folders = [
            CustomInventoryFolder.own, CustomInventoryFolder.amazon(nodeID: nodeID.rawValue),
        ]
        if let more = inventory.customInventoryDirectory, !folders.contains(more) {
            folders.append(more)
        }
        return folders
    }
}

extension FileScope {
    init(_ selection: FileSelection) {
        self.init(
            path: selection.path,
            pattern: selection.pattern,
            recursive: selection.recursive,
            dirScanLimit: selection.dirScanLimit
        )
    }
}
