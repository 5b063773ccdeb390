// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

@testable import AWSWire

private func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

private func text(_ value: some Encodable) throws -> String {
    String(decoding: try WireEncoding.encode(value).bytes, as: UTF8.self)
}

@Suite("wire: JSON")
struct JSONTests {
    @Test(
        "what is no JSON is refused with the place",
        arguments: [
            ("", "the value is missing at byte 0"),
            ("{", "a member's name is missing at byte 1"),
            ("{\"a\":1,}", "a member's name is missing at byte 7"),
            ("{\"a\":1,\"a\":2}", "a member is there twice at byte 10"),
            ("[1 2]", "',' or ']' is missing at byte 3"),
            ("01", "something follows the value at byte 1"),
            ("-", "a digit is missing at byte 1"),
            ("1.", "a digit is missing at byte 2"),
            ("1e", "a digit is missing at byte 2"),
            ("nul", "no value begins so at byte 0"),
            ("\"a", "the end of a text is missing at byte 2"),
            ("\"\n\"", "a control character is not escaped at byte 1"),
            ("\"\\q\"", "there is no such escape at byte 3"),
            ("\"\\ud800\"", "half a surrogate pair at byte 7"),
            ("\"\\udc00\"", "half a surrogate pair at byte 7"),
            ("{} {}", "something follows the value at byte 3"),
        ]
    )
    func refused(text: String, message: String) {
        let problem = #expect(throws: JSONProblem.self) { try json(text) }
        #expect(problem?.description == message)
    }

    @Test("deep nesting ends, and bytes that are no UTF-8 are refused")
    func bounds() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONProblem.self) { try json(deep) }
        #expect(throws: JSONProblem.self) {
            try JSONValue(parsing: [UInt8(ascii: "\""), 0xFF, UInt8(ascii: "\"")])
        }
    }

    @Test("a text comes back as it was")
    func roundTrip() throws {
        let source =
            #"{"a":["\u0000\u001f\"\\\/\b\f\n\r\té\ud83d\ude00",-1.5e3,true,false,null],"b":{}}"#
        let value = try json(source)
        #expect(value["a"] != nil)
        #expect(try JSONValue(parsing: value.bytes) == value)
        guard case .array(let elements)? = value["a"] else { return }
        #expect(elements[0].text == "\0\u{1F}\"\\/\u{8}\u{C}\n\r\té😀")
        #expect(elements[1] == .number("-1.5e3"))
    }
}

/// A request that is not of its operation's shape, and what is answered.
private struct Misshape: CustomTestStringConvertible, Sendable {
    var body: String
    var type: any SystemsManagerAPI.Operation.Type
    var error: SystemsManagerError

    var testDescription: String { body }

    init(
        _ type: any SystemsManagerAPI.Operation.Type,
        _ body: String,
        _ code: SystemsManagerError.Code,
        _ message: String
    ) {
        (self.type, self.body, error) = (type, body, SystemsManagerError(code, message))
    }
}

private let misshapes = [
    Misshape(
        SendCommand.self,
        "{}",
        .validation,
        "1 validation error detected: Value null at 'documentName' failed to satisfy constraint: "
            + "Member must not be null"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": null}"#,
        .validation,
        "1 validation error detected: Value null at 'documentName' failed to satisfy constraint: "
            + "Member must not be null"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": 5}"#,
        .serialization,
        "NUMBER_VALUE can not be converted to String (at 'documentName')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "TimeoutSeconds": "60"}"#,
        .serialization,
        "STRING_VALUE can not be converted to Integer (at 'timeoutSeconds')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "TimeoutSeconds": 60.5}"#,
        .serialization,
        "DECIMAL_VALUE can not be converted to Integer (at 'timeoutSeconds')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "TimeoutSeconds": 99999999999999999999}"#,
        .serialization,
        "NUMBER_VALUE can not be converted to Integer (at 'timeoutSeconds')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "InstanceIds": "i"}"#,
        .serialization,
        "STRING_VALUE can not be converted to a list (at 'instanceIds')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "InstanceIds": ["i", null]}"#,
        .validation,
        "1 validation error detected: Value null at 'instanceIds.2.member' failed to satisfy "
            + "constraint: Member must not be null"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "Parameters": ["i"]}"#,
        .serialization,
        "START_ARRAY can not be converted to a map (at 'parameters')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "Targets": [{"Key": "k", "Values": {"a": 1}}]}"#,
        .serialization,
        "START_OBJECT can not be converted to a list (at 'targets.1.member.values')"
    ),
    Misshape(
        SendCommand.self,
        #"{"DocumentName": "d", "OutputS3BucketName": "bucket"}"#,
        .validation,
        "The member 'OutputS3BucketName' is not supported by this engine."
    ),
    Misshape(
        AddTagsToResource.self,
        #"{"ResourceType": "Nonsense", "ResourceId": "x", "Tags": []}"#,
        .validation,
        "1 validation error detected: Value 'Nonsense' at 'resourceType' failed to satisfy "
            + "constraint: Member must satisfy enum value set: [Document, ManagedInstance, Association]"
    ),
    Misshape(
        PutComplianceItems.self,
        #"{"ResourceId": "x", "ResourceType": "ManagedInstance", "ComplianceType": "Custom:a", "ExecutionSummary": {"ExecutionTime": "now"}, "Items": []}"#,
        .serialization,
        "STRING_VALUE can not be converted to a Timestamp (at 'executionSummary.executionTime')"
    ),
    Misshape(
        PutComplianceItems.self,
        #"{"ResourceId": "x", "ResourceType": "ManagedInstance", "ComplianceType": "Custom:a", "ExecutionSummary": {"ExecutionTime": 1e300}, "Items": []}"#,
        .validation,
        "1 validation error detected: Value '1e300' at 'executionSummary.executionTime' failed to "
            + "satisfy constraint: Member must be a time before the year 10000"
    ),
    Misshape(
        PutInventory.self,
        #"{"InstanceId": "x", "Items": [{"TypeName": "Custom:a", "SchemaVersion": "1.0", "CaptureTime": "then"}]}"#,
        .validation,
        "1 validation error detected: Value 'then' at 'items.1.member.captureTime' failed to "
            + "satisfy constraint: Member must be a time in UTC, such as 2026-11-24T02:11:00Z"
    ),
]

@Suite("wire: shapes")
struct ShapeTests {
    @Test(
        "a body that is not of the operation's shape is answered as AWS does",
        arguments: misshapes
    )
    private func refused(_ misshape: Misshape) throws {
        func decode<O: SystemsManagerAPI.Operation>(_ type: O.Type) throws(WireProblem) -> O {
            let value = (try? json(misshape.body)) ?? .null
            return try WireDecoding.decode(type, from: value, unknown: .refuse)
        }
        let problem = #expect(throws: WireProblem.self) { _ = try decode(misshape.type) }
        #expect(problem?.error == misshape.error)
    }

    @Test("a member that says nothing is not missed, and one that a client does not know is data")
    func unknown() throws {
        let silent = try json(
            #"{"Name": "n", "OutputLocation": null, "ApplyOnlyAtCronInterval": false, "CalendarNames": [], "Tags": null}"#
        )
        #expect(
            try WireDecoding.decode(CreateAssociation.self, from: silent, unknown: .refuse)
                == CreateAssociation(name: "n")
        )
        let news = try json(#"{"Name": "n", "DefaultVersion": "1", "Future": {"A": [1]}}"#)
        let decoded = try WireDecoding.decode(
            DocumentDefaultVersionDescription.self,
            from: news,
            unknown: .ignore
        )
        #expect(decoded == DocumentDefaultVersionDescription(name: "n", defaultVersion: "1"))
    }

    @Test("members have capitals, keys of maps keep their spelling, times are seconds")
    func names() throws {
        let request = SendCommand(
            documentName: "d",
            instanceIds: ["mi-1"],
            parameters: ["lowerCase": ["a"], "UpperCase": []],
            maxErrors: .percent(10)
        )
        #expect(
            try text(request)
                == #"{"DocumentName":"d","InstanceIds":["mi-1"],"Parameters":{"UpperCase":[],"lowerCase":["a"]},"MaxErrors":"10%"}"#
        )
        let value = try WireEncoding.encode(request)
        #expect(try WireDecoding.decode(SendCommand.self, from: value, unknown: .refuse) == request)
        #expect(
            try text(
                ComplianceExecutionSummary(
                    executionTime: Timestamp(milliseconds: 1_487_794_419_076)
                )
            )
                == #"{"ExecutionTime":1487794419.076}"#
        )
        #expect(
            try text(ComplianceExecutionSummary(executionTime: Timestamp(milliseconds: -1500)))
                == #"{"ExecutionTime":-1.500}"#
        )
        let item = InventoryItem(
            typeName: "Custom:a",
            schemaVersion: "1.0",
            captureTime: Timestamp(seconds: 0)
        )
        #expect(try text(item).contains(#""CaptureTime":"1970-01-01T00:00:00Z""#))
        #expect(try text(EmptyResponse()) == "{}")
    }

    @Test(
        "every millisecond of a time comes back",
        arguments: [0, 1, 999, 1_487_794_419_001, -1, 253_402_300_799_999]
    )
    func times(milliseconds: Int64) throws {
        let summary = ComplianceExecutionSummary(
            executionTime: Timestamp(milliseconds: milliseconds)
        )
        let value = try WireEncoding.encode(summary)
        #expect(
            try WireDecoding.decode(ComplianceExecutionSummary.self, from: value, unknown: .refuse)
                == summary
        )
    }
}
