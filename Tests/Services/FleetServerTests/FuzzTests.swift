// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemsManagerAPI
import TestSupport
import Testing

@testable import AWSWire
@testable import FleetServer

/// Bodies that are right, as the seeds of those that are not.
private let bodies: [String: String] = [
    "AddTagsToResource":
        #"{"ResourceType": "Document", "ResourceId": "doc", "Tags": [{"Key": "k", "Value": "v"}]}"#,
    "CreateAssociation":
        #"{"Name": "doc", "AssociationName": "a", "Targets": [{"Key": "tag:Role", "Values": ["web"]}], "Parameters": {"p": ["v"]}, "ScheduleExpression": "rate(30 minutes)", "MaxConcurrency": "10%", "MaxErrors": "1", "ComplianceSeverity": "HIGH", "Tags": [{"Key": "k", "Value": "v"}]}"#,
    "CreateDocument":
        #"{"Name": "doc", "Content": "\#(ServerFixture.document)", "DocumentType": "Command", "DocumentFormat": "JSON"}"#,
    "DescribeInstanceInformation":
        #"{"Filters": [{"Key": "tag:Role", "Values": ["web"]}], "MaxResults": 5, "NextToken": "x"}"#,
    "GetInventory":
        #"{"Filters": [{"Key": "AWS:Application.Name", "Values": ["a"], "Type": "Equal"}], "Aggregators": [{"Expression": "AWS:Application.Name", "Groups": [{"Name": "g", "Filters": [{"Key": "AWS:Application.Name", "Values": ["b"]}]}]}], "ResultAttributes": [{"TypeName": "AWS:Application"}], "MaxResults": 10}"#,
    "ListCommandInvocations":
        #"{"CommandId": "c", "InstanceId": "mi-1", "Filters": [{"key": "Status", "value": "Success"}], "Details": true, "MaxResults": 1}"#,
    "ListComplianceItems":
        #"{"Filters": [{"Key": "Status", "Values": ["COMPLIANT"], "Type": "EQUAL"}], "ResourceIds": ["mi-1"], "ResourceTypes": ["ManagedInstance"], "MaxResults": 1}"#,
    "ListDocumentVersions": #"{"Name": "doc", "MaxResults": 2, "NextToken": ""}"#,
    "PutComplianceItems":
        #"{"ResourceId": "mi-1", "ResourceType": "ManagedInstance", "ComplianceType": "Custom:a", "ExecutionSummary": {"ExecutionTime": 1.5, "ExecutionId": "e"}, "Items": [{"Id": "i", "Severity": "HIGH", "Status": "COMPLIANT", "Details": {"k": "v"}}], "UploadType": "PARTIAL"}"#,
    "PutInventory":
        #"{"InstanceId": "mi-1", "Items": [{"TypeName": "Custom:a", "SchemaVersion": "1.0", "CaptureTime": "2026-11-24T02:11:00Z", "Content": [{"k": "v"}]}]}"#,
    "SendCommand":
        #"{"DocumentName": "AWS-RunShellScript", "InstanceIds": ["mi-1"], "Parameters": {"commands": ["true"]}, "TimeoutSeconds": 60, "Comment": "c", "MaxConcurrency": "1", "MaxErrors": "0"}"#,
    "UpdateDocument":
        #"{"Name": "doc", "Content": "\#(ServerFixture.document)", "DocumentVersion": "$LATEST"}"#,
]

extension JSONValue {
    private static let odd: [JSONValue] = [
        .null, .bool(true), .number("-1"), .number("0"), .number("1e308"),
        .number("99999999999999999999"),
        .number("0.5"), .string(""), .string("\0"), .string("\u{202E}x"),
        .string("../../etc/passwd"),
        .string(String(repeating: "a", count: 70_000)), .string("$LATEST"), .string("' OR 1=1 --"),
        .string("%"),
        .string("tag:"), .array([]), .array([.null]), .array([.string("*")]), .object([]),
        .object([.init("", .string(""))]), .object([.init("Key", .string("k"))]),
    ]

    /// The same with one thing wrong.
    fileprivate func mutated(_ numbers: inout Seeded) -> JSONValue {
        if Int.random(in: 0..<4, using: &numbers) == 0 {
            return Self.odd.randomElement(using: &numbers) ?? .null
        }
        switch self {
        case .array(var elements) where !elements.isEmpty:
            let place = Int.random(in: 0..<elements.count, using: &numbers)
            if Bool.random(using: &numbers) { elements.append(elements[place]) }
            elements[place] = elements[place].mutated(&numbers)
            return .array(elements)
        case .object(var members) where !members.isEmpty:
            let place = Int.random(in: 0..<members.count, using: &numbers)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: members.remove(at: place)
            case 1: members[place].name += "x"
            default: members[place].value = members[place].value.mutated(&numbers)
            }
            return .object(members)
        default: return Self.odd.randomElement(using: &numbers) ?? .null
        }
    }
}

@Suite("server: anything that anybody sends")
struct FuzzTests {
    @Test(
        "is answered by a success or by the caller's mistake, never by ours",
        arguments: [1, 2, 3]
    )
    func bodies(seed: UInt64) async throws {
        let server = try await ServerFixture()
        var numbers = Seeded(state: seed)
        for operation in SSMOperations.byName.keys.sorted() {
            let source =
                FleetServerTests.bodies[operation] ?? #"{"Name": "doc", "AssociationId": "a"}"#
            let body = try JSONValue(parsing: Array(source.utf8))
            for _ in 0..<40 {
                var changed = body
                for _ in 0..<Int.random(in: 1...3, using: &numbers) {
                    changed = changed.mutated(&numbers)
                }
                let text = String(decoding: changed.bytes, as: UTF8.self)
                for prefix in ["AmazonSSM.", "Aplomb."] {
                    let answer = await server.answer(server.request(prefix + operation, text))
                    #expect(
                        (200..<500).contains(answer.status),
                        "seed \(seed): \(prefix)\(operation) \(text.prefix(500)): \(answer.text)"
                    )
                    #expect(answer.status == 200 || answer.code?.isEmpty == false)
                }
            }
        }
        #expect(server.failures.isEmpty, "seed \(seed): \(server.failures)")
        try await server.close()
    }

    @Test("bytes that are cut, doubled or flipped are refused or understood", arguments: [4, 5])
    func bytes(seed: UInt64) async throws {
        let server = try await ServerFixture()
        var numbers = Seeded(state: seed)
        for (operation, source) in FleetServerTests.bodies.sorted(by: { $0.key < $1.key }) {
            for _ in 0..<60 {
                var bytes = Array(source.utf8)
                let place = Int.random(in: 0..<bytes.count, using: &numbers)
                switch Int.random(in: 0..<4, using: &numbers) {
                case 0: bytes.removeLast(bytes.count - place)
                case 1: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
                case 2: bytes.insert(contentsOf: bytes[place...], at: place)
                default: bytes.remove(at: place)
                }
                let answer = await server.answer(
                    server.request("AmazonSSM.\(operation)", bytes: bytes)
                )
                #expect((200..<500).contains(answer.status), "seed \(seed): \(answer.text)")
            }
        }
        #expect(server.failures.isEmpty)
        try await server.close()
    }
}
