// SPDX-License-Identifier: Apache-2.0
import InventoryQueries

/// Compares the installed packages, as `AWS:Application` lists them.
enum PackageChanges {
    private struct Key: Hashable, Comparable {
        var name: String
        var architecture: String

        static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.name, lhs.architecture) < (rhs.name, rhs.architecture)
        }
    }

    static func list(
        _ before: [[String: String]]?,
        _ after: [[String: String]]?
    ) -> [RehearsalReport.PackageChange] {
        guard let before, let after else { return [] }
        let old = versions(before), new = versions(after)
        var changes: [RehearsalReport.PackageChange] = []
        for key in Set(old.keys).union(new.keys).sorted() {
            let gone = (old[key] ?? [:]).filter { new[key]?[$0.key] == nil }
            let come = (new[key] ?? [:]).filter { old[key]?[$0.key] == nil }
            if let from = gone.first, let to = come.first, gone.count == 1, come.count == 1 {
                let isNewer = to.value.compare(from.key, to.key) < 0
                changes.append(change(key, isNewer ? .upgraded : .downgraded, from.key, to.key))
                continue
            }
            // A kernel, say, of which several versions are there at once.
            changes += gone.keys.sorted().map { change(key, .removed, $0, nil) }
            changes += come.keys.sorted().map { change(key, .installed, nil, $0) }
        }
        return changes
    }

    private static func change(
        _ key: Key,
        _ change: RehearsalReport.PackageChange.Change,
        _ from: String?,
        _ to: String?
    ) -> RehearsalReport.PackageChange {
        .init(
            name: key.name,
            architecture: key.architecture,
            change: change,
            from: from,
            to: to
        )
    }

    /// The versions of each package, each with its order.
    private static func versions(_ entries: [[String: String]]) -> [Key: [String: VersionOrder]] {
        var result: [Key: [String: VersionOrder]] = [:]
        for entry in entries {
            let key = Key(
                name: entry["Name"] ?? "",
                architecture: entry["Architecture"] ?? ""
            )
            var version = entry["Version"] ?? ""
            if let release = entry["Release"], !release.isEmpty { version += "-" + release }
            if let epoch = entry["Epoch"], !epoch.isEmpty { version = epoch + ":" + version }
            result[key, default: [:]][version] = VersionOrder(of: entry)
        }
        return result
    }
}
