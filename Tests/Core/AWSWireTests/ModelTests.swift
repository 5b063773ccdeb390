// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemsManagerAPI
import TestSupport
import Testing

@testable import AWSWire

/// Values that fill every member of AWS's own model of an operation.
private let modelScript = """
    import json, sys, botocore.session

    model = botocore.session.get_session().get_service_model("ssm")

    def sample(shape, turn, depth=0):
        kind = shape.type_name
        if kind == "structure":
            if depth > 6: return {}
            return {name: "2026-11-24T02:11:00Z" if name == "CaptureTime" else sample(member, turn, depth + 1)
                    for name, member in shape.members.items()}
        if kind == "list": return [sample(shape.member, turn, depth + 1)] if depth < 7 else []
        if kind == "map": return {"k": sample(shape.value, turn, depth + 1)}
        if kind in ("integer", "long"): return max(1, shape.metadata.get("min", 1))
        if kind == "boolean": return True
        if kind == "timestamp": return 1487794419.5
        words = shape.metadata.get("enum")
        return words[turn % len(words)] if words else "1"

    result = {}
    for name in sys.argv[1:]:
        if name not in model.operation_names: continue
        operation = model.operation_model(name)
        result[name] = {
            "input": sample(operation.input_shape, 0) if operation.input_shape else {},
            "outputs": [sample(operation.output_shape, turn) if operation.output_shape else {} for turn in range(12)],
            "required": operation.input_shape.required_members if operation.input_shape else []}
    print(json.dumps(result))
    """

/// What Aplomb adds to the API: operations that AWS does not have.
private let ours: Set = [
    // Resource Groups has its own protocol; these stand for its operations.
    "CreateGroup", "DeleteGroup", "ListGroupResources", "ListGroups", "TagGroup", "UntagGroup",
    "UpdateGroup", "UpdateGroupQuery",
    "CompareInventory", "ListAssociationTargetStatuses", "ListInventoryTypes", "QueryInventory",
    "RefreshInventory",
]

/// Operations whose answer has another form on AWS; the server gives them that form (FleetServer).
private let translated: Set = ["ListAssociations", "ListDocuments", "StartAssociationsOnce"]

/// Members that AWS does not have: hidden by the server, or refused from clients.
private let additions: Set = [
    "CreateAssociation.response.AssociationDescription.Tags",
    "DescribeAssociation.response.AssociationDescription.Tags",
    "DescribeAssociationExecutions.response.AssociationExecutions.CommandId",
    "DescribeInstanceInformation.response.InstanceInformationList.Tags",
    "StartAssociationsOnce.request.InstanceIds",
    "UpdateAssociation.response.AssociationDescription.Tags",
]

@Suite("wire: AWS's own model is the arbiter")
struct ModelTests {
    @Test("every operation that AWS has, has its names and types here")
    func shapes() throws {
        let names = OperationCatalog.all.map { $0.operationName }
        let data = try Boto.run(modelScript, names)
        let model = try JSONValue(parsing: [UInt8](data))
        guard case .object(let members) = model else { return }
        #expect(Set(names).subtracting(members.map(\.name)) == ours)
        var found: Set<String> = []
        for type in OperationCatalog.all {
            guard let operation = model[type.operationName] else { continue }
            found.formUnion(try compare(type, operation))
        }
        #expect(found == additions)
    }

    /// Decodes a full value of AWS's, and writes it again: what comes out must have gone in.
    ///
    /// Answers the members that only Aplomb has.
    private func compare<O: SystemsManagerAPI.Operation>(
        _ type: O.Type,
        _ model: JSONValue
    ) throws -> Set<String> {
        let name = type.operationName
        let input = try #require(model["input"])
        var walk = Walk(name: name)
        let request = try WireDecoding.decode(type, from: input, unknown: .ignore)
        walk.compare(request, input, "request")
        try walk.compare(WireEncoding.encode(request), input, "request")
        let wire = try WireEncoding.encode(request)
        guard case .array(let required)? = model["required"] else { return [] }
        for member in required.compactMap(\.text) {
            #expect(wire[member] != nil, "\(name) does not know the required member \(member)")
        }
        guard !translated.contains(name), case .array(let outputs)? = model["outputs"] else {
            return walk.additions
        }
        for output in outputs {
            let response = try WireDecoding.decode(O.Response.self, from: output, unknown: .ignore)
            walk.compare(response, output, "response")
            try walk.compare(WireEncoding.encode(response), output, "response")
        }
        return walk.additions
    }

    private struct Walk {
        var name: String
        var additions: Set<String> = []

        /// Collects the properties that the model has no member for.
        mutating func compare(_ value: Any, _ model: JSONValue, _ path: String) {
            let mirror = Mirror(reflecting: value)
            switch (mirror.displayStyle, model) {
            case (.optional, _):
                if let some = mirror.children.first { compare(some.value, model, path) }
            case (.collection, .array(let elements)):
                for (child, element) in zip(mirror.children, elements) {
                    compare(child.value, element, path)
                }
            case (.struct, .object):
                for child in mirror.children {
                    let member = WireNames.member(child.label ?? "")
                    if let next = model[member] {
                        compare(child.value, next, "\(path).\(member)")
                    } else {
                        additions.insert("\(name).\(path).\(member)")
                    }
                }
            default: break
            }
        }

        /// What we write must be what the model has there.
        func compare(_ written: JSONValue, _ model: JSONValue, _ path: String) throws {
            switch (written, model) {
            case (.object(let members), .object):
                for member in members {
                    guard let next = model[member.name] else {
                        Issue.record("\(name): \(path).\(member.name) is not in the model")
                        continue
                    }
                    try compare(member.value, next, "\(path).\(member.name)")
                }
            case (.array(let elements), .array(let others)):
                #expect(elements.count == others.count, "\(name) \(path)")
                for (element, other) in zip(elements, others) { try compare(element, other, path) }
            case (.number(let left), .number(let right)):
                #expect(Double(left) == Double(right), "\(name) \(path)")
            default: #expect(written == model, "\(name) \(path)")
            }
        }
    }
}
