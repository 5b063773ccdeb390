// SPDX-License-Identifier: Apache-2.0

/// What manifests say of names that come from elsewhere.
package enum ManifestName {
    /// Says why no manifest of a kind can have a name; `nil` when one can.
    package static func problem(of name: String, kind: ManifestKind) -> String? {
        KindDefinition.of(kind).nameRule.refuse(name, field: "metadata.name").map { refusal in
            ([refusal.message] + [refusal.hint].compactMap(\.self)).joined(separator: "; ")
        }
    }
}
