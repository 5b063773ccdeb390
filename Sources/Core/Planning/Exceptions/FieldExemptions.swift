// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// The fields that exceptions in force leave as the provider has them.
struct FieldExemptions {
    private struct Exemption {
        var exception: String
        /// Empty for every field.
        var fields: [String]
    }

    private var byObject: [ObjectReference: [Exemption]] = [:]

    init(_ input: PlanningInput) {
        for exception in input.exceptionsInForce {
            guard case .ignore(.objects(let objects)) = exception.effect else { continue }
            for object in objects {
                byObject[ObjectReference(object.kind.reference, object.name), default: []].append(
                    Exemption(exception: exception.name, fields: object.fields)
                )
            }
        }
    }

    var isEmpty: Bool { byObject.isEmpty }

    func concern(_ object: ObjectReference) -> Bool { byObject[object] != nil }

    /// The exception that exempts a field, the first by name; `nil` where git's value counts.
    func exception(for path: String, of object: ObjectReference) -> String? {
        // Which version of a document is a part of which document.
        let path = path == "spec.documentVersion" ? "spec.document" : path
        return byObject[object]?.first { exemption in
            exemption.fields.isEmpty
                || exemption.fields.contains { path == $0 || path.hasPrefix($0 + ".") }
        }?.exception
    }

    func exempts(_ path: String, of object: ObjectReference) -> Bool {
        exception(for: path, of: object) != nil
    }

    // MARK: - What is wanted then

    /// The tags that a node is to have: the live ones where an exception says so.
    func tags(of node: DesiredNode, live: [String: String]) -> [String: String] {
        let object = ObjectReference(.node, node.name)
        guard concern(object) else { return node.tags }
        return kept(live, over: node.tags, "spec.tags", of: object)
    }

    /// What a group is to be: what it is live, field by field, where an exception says so.
    func group(
        _ group: DesiredGroup,
        _ query: TagQuery,
        live: ObservedGroup
    ) -> (description: String?, query: TagQuery) {
        let object = ObjectReference(.group, group.name)
        guard concern(object) else { return (group.description, query) }
        let isKept = exempts("spec.description", of: object)
        return (
            isKept ? live.description : group.description,
            TagQuery(
                tags: kept(live.query.tags, over: query.tags, "spec.query.tags", of: object),
                not: kept(live.query.not, over: query.not, "spec.query.not.tags", of: object)
            )
        )
    }

    /// What an association is to be: what it is live, field by field, where an exception says so.
    func spec(
        _ declared: AssociationSpec,
        live: AssociationSpec,
        of object: ObjectReference
    ) -> AssociationSpec {
        guard concern(object) else { return declared }
        var spec = declared
        if exempts("spec.document", of: object) {
            spec.document = live.document
            spec.documentVersion = live.documentVersion
        }
        spec.parameters = kept(
            live.parameters,
            over: declared.parameters,
            "spec.parameters",
            of: object
        )
        if exempts("spec.targets", of: object) { spec.targets = live.targets }
        if exempts("spec.scheduleExpression", of: object) {
            spec.scheduleExpression = live.scheduleExpression
        }
        if exempts("spec.maxConcurrency", of: object) { spec.maxConcurrency = live.maxConcurrency }
        if exempts("spec.maxErrors", of: object) { spec.maxErrors = live.maxErrors }
        if exempts("spec.complianceSeverity", of: object) {
            spec.complianceSeverity = live.complianceSeverity
        }
        return spec
    }

    private func kept<Value>(
        _ live: [String: Value],
        over declared: [String: Value],
        _ path: String,
        of object: ObjectReference
    ) -> [String: Value] {
        var result = declared
        for key in Set(live.keys).union(declared.keys)
        where exempts("\(path).\(key)", of: object) {
            result[key] = live[key]
        }
        return result
    }
}

extension DesiredException.Object.Kind {
    var reference: ObjectReference.Kind {
        switch self {
        case .node: .node
        case .group: .group
        case .document: .document
        case .association: .association
        }
    }
}

extension PlanningInput {
    /// The exceptions whose time is not over, by name.
    var exceptionsInForce: [DesiredException] {
        desired.exceptions.filter { $0.isInForce(at: now) }
    }
}
