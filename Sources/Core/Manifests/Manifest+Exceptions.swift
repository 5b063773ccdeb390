// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// An exception, with where each of its values stands.
struct DeclaredException: Sendable {
    var exception: DesiredException
    /// Where each value stands, by path (`spec.suspend.associations[0]`).
    var fieldSources: FieldSources

    /// Where a field stands; the exception itself when the author did not write it.
    func place(_ path: String) -> SourceRange { fieldSources[path] ?? exception.source }
}

extension Manifest {
    /// Reads an exception; `nil` when what it says together makes no sense.
    mutating func exception(name: String, spec: Node?) -> DeclaredException? {
        guard let expires = spec?["expires"]?.text.flatMap(Expiry.parse),
            let effect = effect(spec)
        else { return nil }
        return DeclaredException(
            exception: DesiredException(
                name: name,
                reason: spec?["reason"]?.text?.singleLine ?? "",
                owner: spec?["owner"]?.text?.singleLine ?? "",
                expires: expires,
                effect: effect,
                source: node.range
            ),
            fieldSources: node.fieldSources
        )
    }

    private mutating func effect(_ spec: Node?) -> DesiredException.Effect? {
        if let suspend = spec?["suspend"] { return suspension(suspend).map { .suspend($0) } }
        if let ignore = spec?["ignore"] { return ignorance(ignore).map { .ignore($0) } }
        guard let allow = spec?["allow"]?["limits"] else { return nil }
        let limits = limits(allow)
        guard limits != DesiredFleet.Limits() else {
            refuse(
                .missingField,
                "'spec.allow.limits' allows nothing",
                at: allow.range,
                hint: "for example limits: {changedNodes: 100%}"
            )
            return nil
        }
        return .allow(limits)
    }

    private mutating func suspension(_ suspend: Node) -> DesiredException.Suspension? {
        let targets = suspend.entry("targets"), associations = suspend.entry("associations")
        if let fleet = suspend.entry("fleet") {
            guard fleet.value.text == "true" else {
                refuse(
                    .unknownValue,
                    "'spec.suspend.fleet' can only be true",
                    at: fleet.value.range,
                    hint: "leave it out, and name targets or associations"
                )
                return nil
            }
            if let other = targets ?? associations {
                refuse(
                    .conflictingFields,
                    "'fleet' and '\(other.key)' exclude each other",
                    at: other.keyRange,
                    hint: "the whole fleet has these in it"
                )
                return nil
            }
            return DesiredException.Suspension(isWholeFleet: true)
        }
        guard targets != nil || associations != nil else {
            refuse(
                .missingField,
                "'spec.suspend' suspends nothing",
                at: suspend.range,
                hint: "name targets or associations, or write {fleet: true} for the whole fleet"
            )
            return nil
        }
        return DesiredException.Suspension(
            targets: (targets?.value.sequence ?? []).compactMap(target),
            associations: associations?.value.texts ?? []
        )
    }

    private mutating func ignorance(_ ignore: Node) -> DesiredException.Ignorance? {
        if let policies = ignore["policies"] {
            return .policies(
                policies.texts,
                targets: (ignore["targets"]?.sequence ?? []).compactMap(target)
            )
        }
        if let targets = ignore.entry("targets") {
            refuse(
                .conflictingFields,
                "'targets' says where policies are ignored, and 'objects' names none",
                at: targets.keyRange,
                hint: "remove it: the fields of an object are the same for every node"
            )
            return nil
        }
        let before = diagnostics.count
        let objects = (ignore["objects"]?.sequence ?? []).compactMap { ignoredObject($0) }
        return diagnostics.count == before ? .objects(objects) : nil
    }

    private mutating func ignoredObject(_ item: Node) -> DesiredException.Object? {
        guard let kind = item["kind"]?.text.flatMap(DesiredException.Object.Kind.init),
            let name = item["name"]?.text
        else { return nil }
        for field in item["fields"]?.sequence ?? [] {
            let path = field.text ?? ""
            guard !kind.fields.contains(where: { $0.covers(path) }) else { continue }
            let paths = kind.fields.map(\.path)
            refuse(
                .unknownValue,
                "'\(path.excerpt)' is not a field of \(kind.rawValue) that can differ",
                at: field.range,
                hint: nearestName(to: path, among: paths).map { "did you mean '\($0)'?" }
                    ?? "fields: \(paths.joined(separator: ", "))"
            )
        }
        return DesiredException.Object(kind: kind, name: name, fields: item["fields"]?.texts ?? [])
    }

    private mutating func refuse(
        _ code: DiagnosticCode,
        _ message: String,
        at range: SourceRange,
        hint: String
    ) {
        diagnostics.append(Diagnostic(code, message, at: range, hint: hint))
    }
}

/// A field of a kind that a provider stores, and that may differ there.
private struct IgnorableField {
    var path: String
    /// Whether it is a mapping, any key of which can be named, too.
    var hasKeys = false

    func covers(_ other: String) -> Bool {
        other == path || hasKeys && other.hasPrefix(path + ".") && other.count > path.count + 1
    }
}

extension DesiredException.Object.Kind {
    fileprivate var fields: [IgnorableField] {
        switch self {
        case .node: [IgnorableField(path: "spec.tags", hasKeys: true)]
        case .document: [IgnorableField(path: "content")]
        case .group:
            [
                IgnorableField(path: "spec.description"),
                IgnorableField(path: "spec.query"),
                IgnorableField(path: "spec.query.tags", hasKeys: true),
                IgnorableField(path: "spec.query.not"),
                IgnorableField(path: "spec.query.not.tags", hasKeys: true),
            ]
        case .association:
            [
                IgnorableField(path: "spec.document"),
                IgnorableField(path: "spec.parameters", hasKeys: true),
                IgnorableField(path: "spec.targets"),
                IgnorableField(path: "spec.scheduleExpression"),
                IgnorableField(path: "spec.maxConcurrency"),
                IgnorableField(path: "spec.maxErrors"),
                IgnorableField(path: "spec.complianceSeverity"),
            ]
        }
    }
}

extension String {
    /// Without line ends: reports give an exception one line.
    fileprivate var singleLine: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
