// SPDX-License-Identifier: Apache-2.0

/// The inventory types that gatherers fill, with the attributes that they may give.
///
/// Held equal to the table of `InventoryQueries` by a test.
package enum InventoryKind: String, CaseIterable, Sendable {
    case application = "AWS:Application"
    case component = "AWS:AWSComponent"
    case file = "AWS:File"
    case detailedInformation = "AWS:InstanceDetailedInformation"
    case instanceInformation = "AWS:InstanceInformation"
    case network = "AWS:Network"
    case service = "AWS:Service"
    case certificate = "Custom:Certificate"
    case fileContent = "Custom:FileContent"
    case kernelModule = "Custom:KernelModule"
    case kernelParameter = "Custom:KernelParameter"
    case listeningSocket = "Custom:ListeningSocket"
    case scheduledJob = "Custom:ScheduledJob"
    case user = "Custom:User"
    case userGroup = "Custom:UserGroup"

    package var typeName: String { rawValue }
    package var schemaVersion: String { self == .application ? "1.1" : "1.0" }

    /// In the order that entries are sorted by.
    package var attributes: [String] {
        let names =
            switch self {
            case .application:
                "Name Version Release Architecture Epoch ApplicationType Publisher InstalledTime "
                    + "URL Summary PackageId"
            case .component: "Name ApplicationType Publisher Version InstalledTime Architecture URL"
            case .file: "InstalledDir Name Size ModificationTime"
            case .detailedInformation:
                "CPUModel CPUCores CPUs CPUSpeedMHz CPUSockets CPUHyperThreadEnabled KernelVersion"
            case .instanceInformation:
                "AgentType AgentVersion ComputerName InstanceId IpAddress PlatformName "
                    + "PlatformType PlatformVersion ResourceType AgentStatus InstanceStatus"
            case .network: "Name SubnetMask Gateway DHCPServer DNSServer MacAddress IPV4 IPV6"
            case .service:
                "Name DisplayName ServiceType Status DependentServices ServicesDependedOn StartType"
            case .certificate:
                "Path Fingerprint Subject Issuer NotBefore NotAfter SerialNumber DNSNames"
            case .fileContent: "Path Mode Owner Group SHA256 Size"
            case .kernelModule: "Name Size UsedBy State"
            case .kernelParameter: "Name Value"
            case .listeningSocket: "Protocol Address Port Process PID"
            case .scheduledJob: "Source Name Kind Schedule User Command"
            case .user: "Name UID GID Home Shell Groups Locked"
            case .userGroup: "Name GID Members"
            }
        return names.split(separator: " ").map(String.init)
    }

    /// Makes the item: sorted by bytes, attribute by attribute, without duplicates.
    func item(_ entries: [[String: String]]) -> InventoryItem {
        let names = attributes
        var keyed = entries.map { entry in
            (names.prefix(4).map { Array((entry[$0] ?? "").utf8) }, entry)
        }
        keyed.sort { first, second in
            for (one, other) in zip(first.0, second.0) where one != other {
                return one.lexicographicallyPrecedes(other)
            }
            return names.dropFirst(4).lazy.map { (first.1[$0] ?? "", second.1[$0] ?? "") }
                .first { $0 != $1 }.map { $0 < $1 } ?? false
        }
        var sorted: [[String: String]] = []
        sorted.reserveCapacity(keyed.count)
        for (_, entry) in keyed where sorted.last != entry { sorted.append(entry) }
        return InventoryItem(typeName: typeName, schemaVersion: schemaVersion, entries: sorted)
    }
}
