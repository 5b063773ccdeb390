// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@testable import AWSWire
@testable import FleetServer

/// The bounds in AWS's own model of the operations that are named.
private let modelScript = """
    import json, sys, botocore.session

    model = botocore.session.get_session().get_service_model("ssm")
    rows = {}

    def walk(shape, path, depth=0):
        data = shape.metadata
        if shape.type_name in ("string", "list", "integer", "map") and ("min" in data or "max" in data):
            rows[path] = [data.get("min", 0), data.get("max")]
        if depth > 5: return
        if shape.type_name == "structure":
            for name, member in shape.members.items():
                if name not in ("MaxResults", "NextToken"): walk(member, f"{path}.{name}", depth + 1)
        elif shape.type_name == "list": walk(shape.member, path + "[]", depth + 1)
        elif shape.type_name == "map":
            walk(shape.key, path + "{key}", depth + 1)
            walk(shape.value, path + "{}", depth + 1)

    pages = {}
    for name in sys.argv[1:]:
        shape = model.operation_model(name).input_shape
        if not shape: continue
        walk(shape, name)
        if "MaxResults" in shape.members:
            data = shape.members["MaxResults"].metadata
            pages[name] = [data.get("min"), data.get("max")]
    print(json.dumps({"rows": rows, "pages": pages}))
    """

/// Members that the engine does not honour: they are refused whatever their size.
private let unsupported = [
    "Aggregators[].Aggregators", "AlarmConfiguration", "AssociationDispatchAssumeRole",
    "Attachments",
    "AutomationTargetParameterName", "CalendarNames", "CloudWatchOutputConfig", "Context",
    "DisplayName", "Duration", "NotificationConfig", "OutputLocation", "OutputS3", "Requires",
    "ScheduleOffset", "TargetLocations", "TargetMaps", "TargetType",
]

@Suite("server: bounds of members")
struct LimitTests {
    @Test("they are those of AWS's own model, and so are the sizes of pages")
    func model() throws {
        let data = try Boto.run(modelScript, SSMOperations.byName.keys.sorted())
        let json = try JSONSerialization.jsonObject(with: data) as? [String: [String: [Any]]]
        var rows: [String: ClosedRange<Int>] = [:]
        for (path, bounds) in try #require(json?["rows"]) {
            guard !unsupported.contains(where: { path.contains(".\($0)") }) else { continue }
            let lower = bounds[0] as? Int ?? 0
            let range = lower...(bounds[1] as? Int ?? .max)
            if range != 0...(.max) { rows[path] = range }
        }
        #expect(SSMLimits.table == rows)
        for (name, bounds) in try #require(json?["pages"]) {
            let lower = try #require(bounds[0] as? Int)
            let upper = try #require(bounds[1] as? Int)
            #expect(SSMOperations.byName[name]?.pageSizes == lower...upper, "\(name)")
        }
    }

    @Test(
        "a member out of its bounds is refused as AWS does",
        arguments: [
            (
                "SendCommand",
                #"{"DocumentName": "d", "Comment": "\#(String(repeating: "x", count: 101))"}"#,
                "at 'comment' failed to satisfy constraint: Member must have length less than or equal to 100"
            ),
            (
                "SendCommand", #"{"DocumentName": "d", "TimeoutSeconds": 29}"#,
                "Value '29' at 'timeoutSeconds' failed to satisfy constraint: Member must have value greater than or equal to 30"
            ),
            (
                "AddTagsToResource",
                #"{"ResourceType": "Document", "ResourceId": "d", "Tags": [{"Key": "a", "Value": ""}, {"Key": "", "Value": ""}]}"#,
                "at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"
            ),
            (
                "PutInventory",
                #"{"InstanceId": "i", "Items": [{"TypeName": "Custom:a", "SchemaVersion": "1.0", "CaptureTime": "2026-11-24T02:11:00Z", "Content": [{"\#(String(repeating: "k", count: 65))": "v"}]}]}"#,
                "at 'items.1.member.content.1.member.key' failed to satisfy constraint: Member must have length less than or equal to 64"
            ),
            (
                "StartAssociationsOnce", #"{"AssociationIds": []}"#,
                "Value '0 elements' at 'associationIds' failed to satisfy constraint: Member must have length greater than or equal to 1"
            ),
        ]
    )
    func refused(operation: String, body: String, message: String) async throws {
        let server = try await ServerFixture()
        let answer = await server.ssm(operation, body)
        #expect(answer.code == "ValidationException")
        #expect(answer.message.contains(message), "\(answer.message)")
        try await server.close()
    }
}
