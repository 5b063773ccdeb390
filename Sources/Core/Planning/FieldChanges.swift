// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// One field of an object's form: its values as they are, and how people read them.
///
/// Values are kept apart, since `a, b` as one value and `a` and `b` as two are not the same.
struct FormField: Hashable {
    var path: String
    var values: [String]
    private var separator: String

    init(_ path: String, _ values: [String], separator: String = ", ") {
        self.path = path
        self.values = values
        self.separator = separator
    }

    init(_ path: String, _ value: String) { self.init(path, [value]) }

    var text: String { values.isEmpty ? "(any)" : values.joined(separator: separator) }
}

/// Compares two forms of an object field by field.
///
/// *Shape*: in the order of the new form, then what the old one had beyond it.
func fieldChanges(from old: [FormField], to new: [FormField]) -> [PlannedChange.Field] {
    let before = Dictionary(old.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    let after = Set(new.map(\.path))
    let changed = new.filter { before[$0.path]?.values != $0.values }.map {
        PlannedChange.Field(path: $0.path, from: before[$0.path]?.text, to: $0.text)
    }
    let removed = old.filter { !after.contains($0.path) }.map {
        PlannedChange.Field(path: $0.path, from: $0.text, to: nil)
    }
    return changed + removed
}

/// Digests the form of an object.
func digestOfFields(_ fields: [FormField]) -> ContentDigest {
    var builder = DigestBuilder()
    builder.add("\(fields.count)")
    for field in fields {
        builder.add(field.path)
        builder.add(field.values)
    }
    return builder.finalize()
}
