// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Compares two forms of an object field by field.
///
/// *Shape*: in the order of the new form, then what the old one had beyond it.
func fieldChanges(
    from old: [(path: String, value: String)],
    to new: [(path: String, value: String)]
) -> [PlannedChange.Field] {
    let before = Dictionary(old.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
    let after = Dictionary(new.map { ($0.path, $0.value) }, uniquingKeysWith: { $1 })
    let changed = new.filter { before[$0.path] != $0.value }.map {
        PlannedChange.Field(path: $0.path, from: before[$0.path], to: $0.value)
    }
    let removed = old.filter { after[$0.path] == nil }.map {
        PlannedChange.Field(path: $0.path, from: $0.value, to: nil)
    }
    return changed + removed
}

/// Digests the form of an object.
func digestOfFields(_ fields: [(path: String, value: String)]) -> ContentDigest {
    var builder = DigestBuilder()
    builder.add(fields.flatMap { [$0.path, $0.value] })
    return builder.finalize()
}
