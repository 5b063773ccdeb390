// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

/// A change to one object of the fleet, as `Fleet.spec.patches` has it.
struct Patch {
    var kind: ManifestKind
    var name: String
    var nameRange: SourceRange
    var spec: Node

    /// Reads a patch whose shape was checked; `nil` when it was refused.
    init?(_ node: Node) {
        guard let kind = node["kind"]?.text.flatMap(ManifestKind.init), kind != .fleet,
            let name = node["metadata"]?["name"], let text = name.text, let spec = node["spec"]
        else { return nil }
        self.kind = kind
        self.name = text
        nameRange = name.range
        self.spec = spec
    }

    /// The object with the change in it: mappings merge, everything else replaces, null deletes.
    ///
    /// What the patch gives keeps the place of the patch.
    func applied(to manifest: Manifest) -> Node {
        guard case .mapping(var entries) = manifest.node.content else { return manifest.node }
        if let index = entries.firstIndex(where: { $0.key == "spec" }) {
            entries[index].value = Self.merge(spec, into: entries[index].value)
        } else {
            entries.append(
                .init(key: "spec", keyRange: spec.range, value: Self.merge(spec, into: nil))
            )
        }
        return Node(.mapping(entries), at: manifest.node.range)
    }

    private static func merge(_ patch: Node, into base: Node?) -> Node {
        guard case .mapping(let changes) = patch.content else { return patch }
        var entries = base?.mapping ?? []
        for change in changes {
            let index = entries.firstIndex { $0.key == change.key }
            if change.value.isNull {
                if let index { entries.remove(at: index) }
                continue
            }
            let merged = merge(change.value, into: index.map { entries[$0].value })
            if let index {
                entries[index].value = merged
            } else {
                entries.append(.init(key: change.key, keyRange: change.keyRange, value: merged))
            }
        }
        // A mapping that only the base has keeps its place; one that both have is the patch's.
        return Node(.mapping(entries), at: patch.range)
    }
}

/// The two shapes of an entry of `Fleet.spec.patches`.
enum PatchShape {
    static let reference = [
        Field("path", .text(.path), required: true, example: "patch.yaml", "A file with patches.")
    ]

    /// The spec is checked after the merge, as a part of the object.
    static let inline: [Field] = [
        Field(
            "apiVersion",
            .choice([apiVersion]),
            example: apiVersion,
            "The version of the format."
        ),
        Field(
            "kind",
            .choice(ManifestKind.allCases.filter { $0 != .fleet }.map(\.rawValue)),
            required: true,
            example: "Association",
            "The kind of the object."
        ),
        Field(
            "metadata",
            .object([
                Field("name", .text(.nonEmpty), required: true, example: "web-motd", "Its name.")
            ]),
            required: true,
            example: "{name: web-motd}",
            "The name of the object."
        ),
        Field(
            "spec",
            .freeMapping,
            required: true,
            example: "{maxErrors: 1}",
            "What changes."
        ),
    ]
}
