// SPDX-License-Identifier: Apache-2.0

/// Compares the account files of a machine.
///
/// *Source*: passwd(5), group(5), shadow(5).
enum AccountChanges {
    private static let userFields: [(index: Int, name: String)] = [
        (2, "uid"), (3, "gid"), (4, "comment"), (5, "home"), (6, "shell"),
    ]
    private static let groupFields: [(index: Int, name: String)] = [(2, "gid"), (3, "members")]

    static func users(
        _ before: MachineRecords,
        _ after: MachineRecords
    ) -> [RehearsalReport.AccountChange] {
        let old = passwords(before), new = passwords(after)
        return changes(records(before.passwd), records(after.passwd), userFields) { name in
            old[name] != new[name]
        }
    }

    static func groups(
        _ before: MachineRecords,
        _ after: MachineRecords
    ) -> [RehearsalReport.AccountChange] {
        changes(records(before.group), records(after.group), groupFields) { _ in false }
    }

    private static func changes(
        _ before: [String: [String]],
        _ after: [String: [String]],
        _ fields: [(index: Int, name: String)],
        hasNewPassword: (String) -> Bool
    ) -> [RehearsalReport.AccountChange] {
        Set(before.keys).union(after.keys).sorted().compactMap { name in
            let old = before[name], new = after[name]
            var changed = fields.compactMap { field -> RehearsalReport.AccountChange.Field? in
                let from = old.flatMap { $0.count > field.index ? $0[field.index] : nil }
                let to = new.flatMap { $0.count > field.index ? $0[field.index] : nil }
                guard from != to else { return nil }
                return .init(name: field.name, from: from, to: to)
            }
            guard old != nil, new != nil else {
                let change: FileFact.Change = old == nil ? .added : .deleted
                return .init(name: name, change: change, fields: changed)
            }
            if hasNewPassword(name) { changed.append(.init(name: "password")) }
            return changed.isEmpty ? nil : .init(name: name, change: .modified, fields: changed)
        }
    }

    private static func records(_ text: String) -> [String: [String]] {
        var records: [String: [String]] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
                .map(String.init)
            guard fields.count > 2, !fields[0].isEmpty, records[fields[0]] == nil else { continue }
            records[fields[0]] = fields
        }
        return records
    }

    /// What stands for each user's password: compared, and never shown.
    private static func passwords(_ records: MachineRecords) -> [String: [String]] {
        let shadow = self.records(records.shadow)
        return self.records(records.passwd).mapValues { [$0[1]] }
            .merging(shadow.mapValues { [$0[1]] }) { $0 + $1 }
    }
}
