// SPDX-License-Identifier: Apache-2.0

/// Reads the rpm database through one `rpm -qa`.
///
/// rpm alone reads all of its formats (Berkeley DB, ndb, SQLite with a write-ahead log), so it is
/// asked once, for all packages, and only when the database has changed.
enum RPMQuery {
    private static let unit = "\u{1F}"
    private static let record = "\u{1E}"
    private static let tags = [
        "NAME", "VENDOR", "VERSION", "RELEASE", "EPOCH", "INSTALLTIME", "GROUP", "ARCH", "URL",
        "SUMMARY", "SOURCERPM",
    ]

    /// Where the databases may lie, in all formats.
    static let databases = ["/var/lib/rpm", "/usr/lib/sysimage/rpm"].flatMap { directory in
        ["rpmdb.sqlite", "rpmdb.sqlite-wal", "Packages", "Packages.db"].map { "\(directory)/\($0)" }
    }

    /// The command, with control characters between fields and packages.
    static let arguments = [
        "rpm", "-qa", "--qf", tags.map { "%{\($0)}" }.joined(separator: unit) + record,
    ]

    /// Translates its output into entries of `AWS:Application`, in its order.
    ///
    /// Source: the mapping of the agent's rpm gatherer; `PackageId` is the source package.
    static func applications(_ bytes: [UInt8]) -> [[String: String]] {
        bytes.split(separator: 0x1E).compactMap { line in
            let values = line.split(separator: 0x1F, omittingEmptySubsequences: false).map {
                field in
                let text = String(decoding: field, as: UTF8.self)
                return text == "(none)" ? "" : text
            }
            guard values.count == tags.count, !values[0].isEmpty else { return nil }
            let time = Int64(values[5]).map(InventoryTime.text(secondsSince1970:)) ?? ""
            return InventoryItem.entry([
                ("Name", values[0]), ("Publisher", values[1]), ("Version", values[2]),
                ("Release", values[3]), ("Epoch", values[4]), ("InstalledTime", time),
                ("ApplicationType", values[6]),
                ("Architecture", Architecture.inventoryName(values[7])), ("URL", values[8]),
                ("Summary", values[9]), ("PackageId", values[10]),
            ])
        }
    }
}
