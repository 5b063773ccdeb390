// SPDX-License-Identifier: Apache-2.0

/// Reads `Custom:User` and `Custom:UserGroup` from passwd(5), shadow(5) and group(5).
///
/// Local accounts only: what a directory service adds is not in these files.
enum AccountReader {
    static let passwd = "/etc/passwd"
    static let shadow = "/etc/shadow"
    static let group = "/etc/group"

    struct Group {
        var name: String
        var id: String
        var members: [String]
    }

    static func users(_ context: GatherContext) throws(HostError) -> (
        entries: [[String: String]], remarks: [String]
    ) {
        let groups = try groups(context)
        let names = Dictionary(
            groups.map { ($0.id, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
        var memberships: [String: Set<String>] = [:]
        for group in groups {
            for member in group.members { memberships[member, default: []].insert(group.name) }
        }
        let (locked, remarks) = locks(context)
        var entries: [[String: String]] = []
        for line in TextFields.lines(try context.settings(passwd) ?? []) {
            let fields = TextFields.colons(line)
            guard fields.count >= 7, !fields[0].isEmpty, fields[0].first != "#",
                UInt32(fields[2]) != nil, UInt32(fields[3]) != nil
            else { continue }
            var all = memberships[fields[0]] ?? []
            if let primary = names[fields[3]] { all.insert(primary) }
            entries.append(
                InventoryItem.entry([
                    ("Name", fields[0]), ("UID", fields[2]), ("GID", fields[3]),
                    ("Home", fields[5]), ("Shell", fields[6]),
                    ("Groups", all.sorted().joined(separator: ",")),
                    ("Locked", locked[fields[0]].map { $0 ? "true" : "false" } ?? ""),
                ])
            )
        }
        return (entries, remarks)
    }

    static func userGroups(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        try groups(context).map { group in
            InventoryItem.entry([
                ("Name", group.name), ("GID", group.id),
                ("Members", group.members.sorted().joined(separator: ",")),
            ])
        }
    }

    static func groups(_ context: GatherContext) throws(HostError) -> [Group] {
        TextFields.lines(try context.settings(group) ?? []).compactMap { line in
            let fields = TextFields.colons(line)
            guard fields.count >= 4, !fields[0].isEmpty, fields[0].first != "#",
                UInt32(fields[2]) != nil
            else { return nil }
            let members = fields[3].split(separator: ",").map(String.init)
            return Group(name: fields[0], id: fields[2], members: members)
        }
    }

    /// Whether the password of an account is locked; nothing of the password is kept.
    ///
    /// *Source*: `passwd --status`: a first `!` or `*` means locked.
    private static func locks(_ context: GatherContext) -> ([String: Bool], [String]) {
        do throws(HostError) {
            var locked: [String: Bool] = [:]
            for line in TextFields.lines(try context.settings(shadow) ?? []) {
                let fields = line.split(
                    separator: 0x3A,
                    maxSplits: 2,
                    omittingEmptySubsequences: false
                )
                guard fields.count == 3 else { continue }
                let mark = fields[1].first
                locked[TextFields.text(fields[0])] =
                    mark == UInt8(ascii: "!") || mark == UInt8(ascii: "*")
            }
            return (locked, [])
        } catch {
            return ([:], ["whether accounts are locked is not known: \(error.message)"])
        }
    }
}
