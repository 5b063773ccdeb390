// SPDX-License-Identifier: Apache-2.0

/// One field of a manifest: the definition that the checker and the JSON Schema share.
///
/// A class, for thousands of objects are held against the same few definitions.
final class Field: Sendable {
    let name: String
    let type: FieldType
    let isRequired: Bool
    /// What holds when the field is absent, as an author would write it.
    let defaultText: String?
    let summary: String
    /// A value that an author might write, as flow YAML.
    let example: String

    init(
        _ name: String,
        _ type: FieldType,
        required: Bool = false,
        default defaultText: String? = nil,
        example: String,
        _ summary: String
    ) {
        self.name = name
        self.type = type
        isRequired = required
        self.defaultText = defaultText
        self.summary = summary
        self.example = example
    }
}

extension Field {
    /// The summary as a part of a sentence.
    var plainSummary: String {
        let text = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
        return text.prefix(1).lowercased() + text.dropFirst()
    }

    /// The smallest mapping with everything that must be in it.
    static func example(of fields: [Field], choice: FieldChoice? = nil) -> String {
        let chosen = choice.flatMap { $0.isRequired ? $0.fields.first : nil }
        let required = fields.filter { $0.isRequired || $0.name == chosen }
            .map { "\($0.name): \($0.example)" }
        return "{" + required.joined(separator: ", ") + "}"
    }
}

/// What may stand in a field.
indirect enum FieldType: Sendable {
    case text(TextRule)
    case boolean
    case integer(ClosedRange<Int>)
    case choice([String])
    /// A number of targets or a share: `10` or `10%`.
    case rateBound(atLeast: Int)
    /// A number with one of the units s, m, h and d; the range is in seconds.
    case duration(ClosedRange<Int>)
    case list(FieldType, atLeast: Int)
    /// Any keys that the rule allows.
    case map(keys: TextRule, values: FieldType)
    case object([Field], choice: FieldChoice? = nil)
    /// An object with one of the fields, no more and no fewer.
    case exactlyOne([Field])
    /// A value for a parameter of a document: a text, a number, a boolean, a list or a mapping.
    case parameterValue
    /// `{path: …}`, or a part of a manifest to be merged into the object that it names.
    case patch
    /// Any mapping: what a patch changes, which is checked after the merge.
    case freeMapping
}

/// Fields of one object that exclude each other.
struct FieldChoice: Sendable {
    var fields: [String]
    /// Whether one of them must be there.
    var isRequired: Bool
}

/// The definition of a kind of manifest.
final class KindDefinition: Sendable {
    let kind: ManifestKind
    let summary: String
    let nameRule: TextRule
    let spec: [Field]
    let choice: FieldChoice?
    let isSpecRequired: Bool
    let metadata: [Field]
    /// The fields of the whole manifest.
    let fields: [Field]

    init(
        kind: ManifestKind,
        summary: String,
        nameRule: TextRule,
        spec: [Field],
        choice: FieldChoice? = nil,
        isSpecRequired: Bool
    ) {
        self.kind = kind
        self.summary = summary
        self.nameRule = nameRule
        self.spec = spec
        self.choice = choice
        self.isSpecRequired = isSpecRequired
        metadata = Self.metadata(nameRule)
        fields = Self.fields(kind, metadata, spec, choice, isSpecRequired)
    }

    private static func metadata(_ nameRule: TextRule) -> [Field] {
        [
            Field(
                "name",
                .text(nameRule),
                required: true,
                example: "web-1",
                "The name, unique among the objects of this kind in the fleet."
            ),
            Field(
                "labels",
                .map(keys: .any, values: .text(.any)),
                default: "{}",
                example: "{team: platform}",
                "Labels for people and queries; Aplomb does not use them."
            ),
            Field(
                "annotations",
                .map(keys: .any, values: .text(.any)),
                default: "{}",
                example: "{runbook: wiki/web}",
                "Notes for people; Aplomb does not use them."
            ),
        ]
    }

    private static func fields(
        _ kind: ManifestKind,
        _ metadata: [Field],
        _ spec: [Field],
        _ choice: FieldChoice?,
        _ isSpecRequired: Bool
    ) -> [Field] {
        [
            Field(
                "apiVersion",
                .choice([apiVersion]),
                required: true,
                example: apiVersion,
                "The version of the format."
            ),
            Field(
                "kind",
                .choice([kind.rawValue]),
                required: true,
                example: kind.rawValue,
                "The kind of object."
            ),
            Field(
                "metadata",
                .object(metadata),
                required: true,
                example: "{name: web-1}",
                "What names and describes the object."
            ),
            Field(
                "spec",
                .object(spec, choice: choice),
                required: isSpecRequired,
                example: Field.example(of: spec, choice: choice),
                "What is declared about it."
            ),
        ]
    }
}

/// The version that every manifest names.
let apiVersion = "aplomb/v1"

/// The kinds that this version reads.
package enum ManifestKind: String, Hashable, Sendable, CaseIterable {
    case fleet = "Fleet"
    case node = "Node"
    case resourceGroup = "ResourceGroup"
    case association = "Association"
    case policy = "Policy"
    case exception = "Exception"

    /// Kinds of the format that this version does not read.
    static let later = [
        "PatchBaseline", "Parameter", "MaintenanceWindow", "ChangeCalendar", "AutomationTrigger",
        "Stack",
    ]
}
