// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import FleetModel
package import Planning

/// What a provider has that no fleet owns.
package struct AdoptionSurvey: Sendable {
    /// Objects without an owner, sorted; those that git declares are among them.
    ///
    /// A node that git declares is not: the next reconcile tags it without being asked.
    package let unowned: [ObjectReference]
    /// Objects that some fleet owns, by its tags.
    package let owners: [ObjectReference: Ownership]
    /// Documents that the provider brings along.
    package let builtIn: Set<ObjectReference>
    /// Names that several associations bear.
    package let ambiguous: Set<ObjectReference>
    /// Where git declares things.
    package let declared: [ObjectReference: String]

    package init(desired: DesiredState, observed: ObservedState) {
        var found: [ObjectReference: Int] = [:]
        var owners: [ObjectReference: Ownership] = [:]
        func note(_ object: ObjectReference, _ tags: [String: String]) {
            if let owner = Ownership(tags: tags) {
                owners[object] = owner
            } else {
                found[object, default: 0] += 1
            }
        }
        for node in observed.nodes where node.isRegistered {
            note(ObjectReference(.node, node.name), node.tags)
        }
        for group in observed.groups { note(ObjectReference(.group, group.name), group.tags) }
        for document in observed.documents where document.owner == "Self" {
            note(ObjectReference(.document, document.name), document.tags)
        }
        for association in observed.associations {
            note(ObjectReference(.association, association.name), association.tags)
        }
        let declared = Self.declarations(desired)
        unowned = found.keys.filter { object in
            desired.fleet.mode(of: object) == .managed
                && !(object.kind == .node && declared[object] != nil)
        }.sorted()
        ambiguous = Set(found.filter { $0.value > 1 || owners[$0.key] != nil }.keys)
        self.owners = owners
        builtIn = Set(
            observed.documents.filter { $0.owner != "Self" }.map {
                ObjectReference(.document, $0.name)
            }
        )
        self.declared = declared
    }

    /// The files that declare objects of the kinds that providers have.
    private static func declarations(_ desired: DesiredState) -> [ObjectReference: String] {
        var files: [ObjectReference: String] = [:]
        for node in desired.nodes { files[.init(.node, node.name)] = node.source.file }
        for group in desired.groups where group.selection.tagQuery != nil {
            files[.init(.group, group.name)] = group.source.file
        }
        for document in desired.documents {
            files[.init(.document, document.name)] = document.source.file
        }
        for association in desired.associations {
            files[.init(.association, association.name)] = association.source.file
        }
        return files
    }

    /// Everything that can be named, for finding what was meant.
    package var names: [String] {
        (unowned + owners.keys + builtIn).map(\.description).sorted()
    }

    /// What is to be said of an object that is not without an owner; `nil` when nothing is known.
    package func standing(
        of object: ObjectReference,
        for fleet: Ownership,
        _ mode: ObjectOwnership
    ) -> AdoptedObject? {
        if mode != .managed {
            return AdoptedObject(
                object,
                .refused,
                file: declared[object],
                reasons: ["the Fleet says that it is \(mode.rawValue)"]
            )
        }
        if let owner = owners[object] {
            if owner == fleet { return AdoptedObject(object, .owned, file: declared[object]) }
            return AdoptedObject(
                object,
                .refused,
                reasons: ["belongs to fleet '\(owner.fleet)' of \(owner.repository)"]
            )
        }
        if object.kind == .node, let file = declared[object] {
            return AdoptedObject(object, .declared, file: file)
        }
        guard builtIn.contains(object) else { return nil }
        return AdoptedObject(
            object,
            .refused,
            reasons: ["is the provider's own; refer to it by its name"]
        )
    }
}
