// SPDX-License-Identifier: Apache-2.0

/// Holds what identifies a machine and its system at one moment.
package struct MachineFacts: Sendable, Equatable {
    package var hostname: String
    package var osRelease: OSRelease
    /// Such as "6.1.0-30-amd64".
    package var kernelRelease: String
    /// Such as "x86_64".
    package var architecture: String
    /// A new one after every boot.
    package var bootID: String
    /// The same over reboots; empty when the machine has none.
    package var machineID: String
    package var uptimeSeconds: Int64
    /// The first address of an interface that is not the loopback, IPv4 before IPv6.
    package var ipAddress: String?

    /// The entry of `AWS:InstanceInformation` (schema 1.0).
    package func instanceInformation(instanceID: String, agentVersion: String) -> InventoryItem {
        InventoryItem(
            typeName: "AWS:InstanceInformation",
            schemaVersion: "1.0",
            entries: [
                InventoryItem.entry([
                    ("AgentType", "aplomb-agent"), ("AgentVersion", agentVersion),
                    ("ComputerName", hostname), ("InstanceId", instanceID),
                    ("IpAddress", ipAddress ?? ""), ("PlatformName", osRelease.name),
                    ("PlatformType", "Linux"), ("PlatformVersion", osRelease.version),
                    ("ResourceType", "ManagedInstance"), ("InstanceStatus", "Active"),
                    ("AgentStatus", "Active"),
                ])
            ]
        )
    }
}
