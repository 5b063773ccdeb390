// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// Groups that are made of other groups.
extension Resolver {
    /// Finds groups that are not there, and groups that are made of themselves (BI-040).
    mutating func checkGroups() {
        var parts: [String: [String]] = [:]
        for group in table.groups {
            for name in group.selection.groups
            where !table.has(.resourceGroup, name) && !isIgnored(.resourceGroup, name) {
                reportMissing(
                    "there is no ResourceGroup '\(name)' to make '\(group.name)' of",
                    name,
                    among: table.names(of: .resourceGroup),
                    at: group.place(of: name)
                )
            }
            parts[group.name] = group.selection.groups
        }
        for cycle in cycles(among: parts) {
            guard let group = table.groups.first(where: { $0.name == cycle.first }) else {
                continue
            }
            let shown = cycle.prefix(8) + (cycle.count > 8 ? ["…"] : []) + cycle.prefix(1)
            report(
                .refCycle,
                "groups are made of each other: \(shown.joined(separator: " → "))",
                at: group.place(of: cycle.count > 1 ? cycle[1] : cycle[0]),
                hint: "a group cannot be a part of itself"
            )
        }
    }

    /// Each cycle once, from its first member by name; without recursion, however long the chain.
    private func cycles(among parts: [String: [String]]) -> [[String]] {
        var left = parts.mapValues { Set($0).intersection(parts.keys) }
        // What is made of nothing that is left is in no cycle.
        while true {
            let done = left.filter { $0.value.isEmpty }.map(\.key)
            if done.isEmpty { break }
            for name in done { left[name] = nil }
            for name in left.keys { left[name]?.subtract(done) }
        }
        var cycles: [[String]] = []
        var seen: Set<String> = []
        for start in left.keys.sorted() where !seen.contains(start) {
            var trail: [String] = []
            var current = start
            while seen.insert(current).inserted {
                trail.append(current)
                guard let next = left[current]?.min() else { break }
                current = next
            }
            guard let first = trail.firstIndex(of: current) else { continue }
            let cycle = trail[first...]
            let lowest = cycle.min().flatMap { cycle.firstIndex(of: $0) } ?? first
            cycles.append(Array(cycle[lowest...] + cycle[..<lowest]))
        }
        return cycles
    }
}

extension DesiredGroup {
    /// Where another group is named; the group itself where that cannot be told.
    fileprivate func place(of name: String) -> SourceRange {
        let path: String? =
            switch selection {
            case .query: nil
            case .union(let names): names.firstIndex(of: name).map { "spec.union[\($0)]" }
            case .intersection(let names):
                names.firstIndex(of: name).map { "spec.intersection[\($0)]" }
            case .difference(let from, let minus):
                name == from
                    ? "spec.difference.from"
                    : minus.firstIndex(of: name).map { "spec.difference.minus[\($0)]" }
            case .sample: "spec.sample.of"
            }
        return path.flatMap { fieldSources[$0] } ?? source
    }
}
