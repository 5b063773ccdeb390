// SPDX-License-Identifier: Apache-2.0

/// The inventory types that we know, with their attributes.
///
/// *Source*: the types and attributes of the SSM user guide; `Custom:` types are Aplomb's own where
/// Systems Manager has no word for a thing.
package struct InventoryType: Hashable, Sendable {
    package enum DataType: String, Sendable { case string, number }

    package struct Attribute: Hashable, Sendable {
        package var name: String
        package var dataType: DataType
        /// Whether the text is a moment, which may be compared with `now`.
        package var isTime = false
    }

    package var name: String
    package var version: String
    package var attributes: [Attribute]

    private init(_ name: String, _ attributes: String, version: String = "1.0") {
        self.name = name
        self.version = version
        self.attributes = attributes.split(separator: " ").map { word in
            switch word.last {
            case "#": Attribute(name: String(word.dropLast()), dataType: .number)
            case "@": Attribute(name: String(word.dropLast()), dataType: .string, isTime: true)
            default: Attribute(name: String(word), dataType: .string)
            }
        }
    }

    /// All known types, by name.
    ///
    /// In the table, `#` marks a number and `@` a time.
    package static let all: [InventoryType] = [
        InventoryType(
            "AWS:Application",
            "Name ApplicationType Publisher Version Release Epoch InstalledTime@ Architecture URL "
                + "Summary PackageId",
            version: "1.1"
        ),
        InventoryType(
            "AWS:AWSComponent",
            "Name ApplicationType Publisher Version InstalledTime@ Architecture URL"
        ),
        InventoryType(
            "AWS:File",
            "Name Size# Description FileVersion InstalledDate@ ModificationTime@ LastAccessTime@ "
                + "ProductName InstalledDir ProductLanguage CompanyName ProductVersion"
        ),
        InventoryType(
            "AWS:InstanceDetailedInformation",
            "CPUModel CPUCores# CPUs# CPUSpeedMHz# CPUSockets# CPUHyperThreadEnabled "
                + "OSServicePack KernelVersion"
        ),
        InventoryType(
            "AWS:InstanceInformation",
            "AgentType AgentVersion ComputerName InstanceId IpAddress PlatformName PlatformType "
                + "PlatformVersion ResourceType AgentStatus InstanceStatus"
        ),
        InventoryType(
            "AWS:Network",
            "Name SubnetMask Gateway DHCPServer DNSServer MacAddress IPV4 IPV6"
        ),
        InventoryType("AWS:ResourceGroup", "Name Arn"),
        InventoryType(
            "AWS:Service",
            "Name DisplayName ServiceType Status DependentServices ServicesDependedOn StartType"
        ),
        InventoryType("AWS:Tag", "Key Value"),
        InventoryType(
            "Custom:Certificate",
            "Path Subject Issuer NotBefore@ NotAfter@ SerialNumber DNSNames Fingerprint"
        ),
        InventoryType("Custom:FileContent", "Path Mode Owner Group SHA256 Size#"),
        InventoryType("Custom:KernelModule", "Name Size# UsedBy State"),
        InventoryType("Custom:KernelParameter", "Name Value"),
        InventoryType("Custom:ListeningSocket", "Protocol Address Port# Process PID#"),
        InventoryType(
            "Custom:ScheduledJob",
            "Name Kind Schedule User Command Source"
        ),
        InventoryType("Custom:User", "Name UID# GID# Home Shell Groups Locked"),
        InventoryType("Custom:UserGroup", "Name GID# Members"),
    ]

    /// The type of that name, if it is a known one.
    package static func named(_ name: String) -> InventoryType? { all.first { $0.name == name } }

    /// The attribute of that name.
    package func attribute(_ name: String) -> Attribute? { attributes.first { $0.name == name } }
}
