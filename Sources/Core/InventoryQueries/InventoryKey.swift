// SPDX-License-Identifier: Apache-2.0

extension InventoryType {
    /// The attributes by which the entries of one type on one node are told apart.
    ///
    /// *Shape*: empty where a node has one entry. For a type that we do not know, those of the
    /// usual names that its entries have.
    package static func keyAttributes(ofType typeName: String) -> [String] {
        keys[typeName] ?? ["Name", "Id", "Key", "Path"]
    }

    private static let keys: [String: [String]] = [
        "AWS:AWSComponent": ["Name"],
        "AWS:Application": ["Name", "Architecture"],
        "AWS:File": ["InstalledDir", "Name"],
        "AWS:InstanceDetailedInformation": [],
        "AWS:InstanceInformation": [],
        "AWS:Network": ["Name"],
        "AWS:ResourceGroup": ["Name"],
        "AWS:Service": ["Name"],
        "AWS:Tag": ["Key"],
        "Custom:Certificate": ["Path", "SerialNumber"],
        "Custom:FileContent": ["Path"],
        "Custom:KernelModule": ["Name"],
        "Custom:KernelParameter": ["Name"],
        "Custom:ListeningSocket": ["Port", "Protocol", "Address"],
        "Custom:ScheduledJob": ["Name", "Kind", "Source"],
        "Custom:User": ["Name"],
        "Custom:UserGroup": ["Name"],
    ]
}

/// What tells an entry apart from the others of its type and node.
package struct InventoryKey: Hashable, Comparable, Sendable {
    package var values: [String]

    package init(of entry: [String: String], typeName: String) {
        values = InventoryType.keyAttributes(ofType: typeName).map { entry[$0] ?? "" }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        lhs.values.lexicographicallyPrecedes(rhs.values)
    }
}

/// Sorts entries by what tells them apart, and alike ones by all that they say.
package func sortedEntries(
    _ entries: [[String: String]],
    typeName: String
) -> [[String: String]] {
    entries.map { (InventoryKey(of: $0, typeName: typeName), $0) }
        .sorted { lhs, rhs in
            lhs.0 != rhs.0
                ? lhs.0 < rhs.0
                : spelling(lhs.1).lexicographicallyPrecedes(
                    spelling(rhs.1)
                )
        }.map(\.1)
}

/// All that an entry says, in one order.
private func spelling(_ entry: [String: String]) -> [String] {
    entry.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
}
