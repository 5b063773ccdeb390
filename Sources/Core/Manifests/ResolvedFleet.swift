// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// A fleet that was resolved without a mistake, kept so that the next resolve does little (E2).
///
/// When nothing but associations changed, what was found of all else holds still: an association
/// asks whether names are there and what documents, groups and nodes say, and only `dependsOn` asks
/// about associations. Everything else, and every mistake, is resolved anew and whole.
package struct ResolvedFleet: Sendable {
    package let result: LoadResult
    let location: FleetLocation
    let fleets: [FleetLocation]
    let settings: FleetSettings?
    let table: ObjectTable
    let selectsSome: [TagQuery: Bool]
    private let files: [ParsedFile]
    private let hasPatches: Bool
    private let groups: [String: DesiredGroup]

    /// Keeps what a resolver found; `nil` when there was a mistake.
    init?(
        _ resolver: Resolver,
        _ files: [ParsedFile],
        _ fleets: [FleetLocation],
        _ result: LoadResult
    ) {
        guard result.desired != nil, !resolver.table.mayMissObjects else { return nil }
        self.result = result
        location = resolver.location
        self.fleets = fleets
        settings = resolver.settings
        table = resolver.table
        selectsSome = resolver.selectsSome
        self.files = files
        hasPatches = resolver.hasPatches
        groups = Dictionary(
            resolver.table.groups.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private init(
        after former: ResolvedFleet,
        _ resolver: Resolver,
        _ files: [ParsedFile],
        _ result: LoadResult
    ) {
        self.result = result
        location = former.location
        fleets = former.fleets
        settings = former.settings
        table = resolver.table
        selectsSome = resolver.selectsSome
        self.files = files
        hasPatches = former.hasPatches
        groups = former.groups
    }

    /// What is so after some files changed; `nil` when that takes resolving anew.
    package func updated(
        to files: [ParsedFile],
        fleet: FleetLocation,
        fleets: [FleetLocation]
    ) -> ResolvedFleet? {
        guard fleet == location, fleets == self.fleets else { return nil }
        var changes = FileChanges(from: self.files, to: files)
        changes.keep { Resolver.isInScope($0, of: location, among: fleets) }
        guard !hasPatches, settings?.resources.isEmpty == true || !changes.movesFiles,
            let old = associations(of: changes.old), let new = associations(of: changes.new),
            var desired = result.desired
        else { return nil }
        let oldNames = Set(old.map(\.name)), newNames = Set(new.map(\.name))
        guard newNames.count == new.count, oldNames.count == old.count else { return nil }
        let added = newNames.subtracting(oldNames), removed = oldNames.subtracting(newNames)
        guard added.allSatisfy({ !table.has(.association, $0) }) else { return nil }
        // Policies and exceptions name associations, too, and so does the fleet.
        guard
            removed.isEmpty
                || table.policies.isEmpty && table.exceptions.isEmpty
                    && desired.fleet.ownership.isEmpty
        else {
            return nil
        }

        var resolver = Resolver(continuing: self)
        desired.replaceAssociations(oldNames, by: new)
        if !removed.isEmpty,
            desired.associations.contains(where: { !removed.isDisjoint(with: $0.dependsOn) })
        {
            return nil
        }
        for name in removed { resolver.table.forget(.association, name) }
        for association in new where added.contains(association.name) {
            _ = resolver.table.note(.association, association.name, at: association.source)
        }
        resolver.table.associations = desired.associations
        for file in changes.new { resolver.diagnostics += file.diagnostics }
        for association in new { resolver.check(association, groups: groups) }
        if old.contains(where: { !$0.dependsOn.isEmpty })
            || new.contains(where: { !$0.dependsOn.isEmpty })
        {
            resolver.checkOrder()
        }
        guard !resolver.diagnostics.hasErrors else { return nil }
        if !result.diagnostics.isEmpty {
            let paths = Set((changes.old + changes.new).map(\.path))
            resolver.diagnostics += result.diagnostics.filter { !paths.contains($0.range.file) }
        }
        let next = LoadResult(desired: desired, diagnostics: resolver.inOrder())
        return ResolvedFleet(after: self, resolver, files, next)
    }

    /// The associations of files that hold nothing else; `nil` when one is of another kind.
    private func associations(of files: [ParsedFile]) -> [DesiredAssociation]? {
        var found: [DesiredAssociation] = []
        for file in files {
            guard file.document == nil, !file.mayHideObjects, !file.diagnostics.hasErrors else {
                return nil
            }
            for manifest in file.manifests {
                guard case .association(let association)? = manifest.value else { return nil }
                found.append(association)
            }
        }
        return found
    }
}

/// The files of which two lists differ, by identity.
private struct FileChanges {
    var old: [ParsedFile] = []
    var new: [ParsedFile] = []

    init(from before: [ParsedFile], to after: [ParsedFile]) {
        var left = 0, right = 0
        while left < before.count || right < after.count {
            if left < before.count, right < after.count {
                if before[left] === after[right] {
                    left += 1
                    right += 1
                    continue
                }
                let isOld = before[left].path <= after[right].path
                let isNew = after[right].path <= before[left].path
                if isOld {
                    old.append(before[left])
                    left += 1
                }
                if isNew {
                    new.append(after[right])
                    right += 1
                }
            } else if left < before.count {
                old.append(before[left])
                left += 1
            } else {
                new.append(after[right])
                right += 1
            }
        }
    }

    mutating func keep(_ isWanted: (String) -> Bool) {
        old.removeAll { !isWanted($0.path) }
        new.removeAll { !isWanted($0.path) }
    }

    /// Whether there are other paths than before.
    var movesFiles: Bool { old.map(\.path) != new.map(\.path) }
}

extension DesiredState {
    /// Puts associations in the place of those with some names; both sorted by name afterwards.
    fileprivate mutating func replaceAssociations(
        _ names: Set<String>,
        by new: [DesiredAssociation]
    ) {
        var kept = associations
        let isReplacement = new.count == names.count && new.allSatisfy { names.contains($0.name) }
        if isReplacement {
            for association in new {
                guard let place = kept.place(ofName: association.name) else { continue }
                kept[place] = association
            }
        } else {
            kept.removeAll { names.contains($0.name) }
            kept += new
            kept.sort { $0.name < $1.name }
        }
        associations = kept
    }
}

extension [DesiredAssociation] {
    /// Finds a name in a list that is sorted by name.
    fileprivate func place(ofName name: String) -> Int? {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].name == name ? low : nil
    }
}
