// SPDX-License-Identifier: Apache-2.0

/// How much of an object is a fleet's business.
package enum ObjectOwnership: String, Sendable, Codable, CaseIterable {
    /// Made, changed, run and deleted as git says.
    case managed
    /// Compared with git and reported; never made, changed, run or deleted.
    case observed
    /// Not compared, not reported and never touched; only a name that others may refer to.
    case ignored
}

/// The objects of a fleet that are not managed, by `Kind/name`.
///
/// One list for all kinds, in the `Fleet`: documents are SSM's own files and have no room for it,
/// what is ignored needs no manifest, and two fleets may share a manifest that one of them manages.
package struct OwnershipRules: Hashable, Sendable, Codable {
    private var modes: [String: ObjectOwnership]

    package init(observed: [String] = [], ignored: [String] = []) {
        modes = [:]
        for object in observed { modes[object] = .observed }
        for object in ignored { modes[object] = .ignored }
    }

    /// The rule for an object; kinds are spelled as manifests and `Document` spell them.
    package subscript(kind kind: String, name name: String) -> ObjectOwnership {
        // Most fleets have none, and all of their thousands of objects ask.
        modes.isEmpty ? .managed : modes["\(kind)/\(name)"] ?? .managed
    }

    package var isEmpty: Bool { modes.isEmpty }

    /// The objects under a rule, as `Kind/name`, sorted.
    package func objects(_ mode: ObjectOwnership) -> [String] {
        modes.filter { $0.value == mode }.keys.sorted()
    }

    /// The names under a rule of one kind, sorted.
    package func names(_ mode: ObjectOwnership, kind: String) -> [String] {
        modes.isEmpty
            ? []
            : objects(mode).filter { $0.hasPrefix(kind + "/") }.map {
                String($0.dropFirst(kind.utf8.count + 1))
            }
    }
}
