// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import Testing

@testable import AWSSigning
@testable import FleetServer

@Suite("server: refusals")
struct RefusalTests {
    @Test("nothing but health is answered without a signature")
    func unsigned() async throws {
        let server = try await ServerFixture()
        for path in ["/", "/groups", "/healthz/", "/groups-list", "/resources/x/tags", "/metrics"] {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
                let answer = await server.answer(
                    SigningRequest(method: method, path: path, headers: [.init("Host", "h")])
                )
                #expect(answer.code == "MissingAuthenticationTokenException", "\(method) \(path)")
                #expect(answer.status == (path == "/" ? 400 : 403))
            }
        }
        for path in ["/healthz", "/readyz"] {
            let answer = await server.answer(
                SigningRequest(method: "GET", path: path, headers: [.init("Host", "h")])
            )
            #expect(answer.status == 200)
            #expect(answer.text == "ok\n")
        }
        try await server.close()
    }

    @Test("a bad request is answered with AWS's error and never as a failure of ours")
    func badRequests() async throws {
        let server = try await ServerFixture()
        func check(
            _ request: SigningRequest,
            _ code: String,
            status: Int = 400,
            _ message: String = ""
        ) async {
            let answer = await server.answer(request)
            #expect(answer.code == code, "\(answer.text)")
            #expect(answer.status == status, "\(answer.text)")
            #expect(message.isEmpty || answer.message.contains(message), "\(answer.text)")
            #expect(answer.response.headers.contains { $0.name == "x-amzn-RequestId" })
        }
        var wrongKey = server.request("AmazonSSM.ListCommands")
        wrongKey.headers[wrongKey.headers.count - 1].value.replace("AKIAA", with: "AKIAB")
        await check(wrongKey, "UnrecognizedClientException")
        var tampered = server.request("AmazonSSM.ListCommands")
        tampered.body = Array(#"{"MaxResults": 1}"#.utf8)
        await check(tampered, "InvalidSignatureException", "does not match")
        await check(
            server.request(
                "AmazonSSM.ListCommands",
                at: ServerFixture.now.advanced(bySeconds: -301)
            ),
            "InvalidSignatureException",
            "Signature expired"
        )
        await check(
            server.request("AmazonSSM.ListCommands", service: "s3"),
            "InvalidSignatureException",
            "correct service"
        )
        let read = server.request("AmazonSSM.ListCommands")
        #expect(await server.answer(read).status == 200)
        #expect(await server.answer(read).status == 200)
        let once = server.request(
            "AmazonSSM.CreateDocument",
            #"{"Name": "once", "Content": "\#(ServerFixture.document)"}"#
        )
        #expect(await server.answer(once).status == 200)
        await check(once, "ThrottlingException", "already received")
        for target in [
            nil, "", "AmazonSSM.", "AmazonSSM.GetParameter", "amazonssm.ListCommands",
            "AmazonSSM.QueryInventory", "Aplomb.ListDocumentVersions",
            "DynamoDB_20120810.ListTables",
        ] {
            await check(server.request(target), "UnknownOperationException")
        }
        await check(
            server.request("AmazonSSM.ListCommands", method: "GET"),
            "UnknownOperationException"
        )
        for body in ["{", "[]", "3", "null", "\"x\"", "{\"MaxResults\": }", "\u{0}"] {
            await check(server.request("AmazonSSM.ListCommands", body), "SerializationException")
        }
        await check(
            server.request("AmazonSSM.ListCommands", #"{"MaxResults": "ten"}"#),
            "SerializationException"
        )
        await check(
            server.request("AmazonSSM.ListCommands", #"{"MaxResults": 51}"#),
            "ValidationException",
            "less than or equal to 50"
        )
        await check(
            server.request("AmazonSSM.DescribeInstanceInformation", #"{"MaxResults": 4}"#),
            "ValidationException",
            "greater than or equal to 5"
        )
        await check(
            server.request("AmazonSSM.ListCommands", #"{"NextToken": "made up"}"#),
            "InvalidNextToken"
        )
        await check(
            server.request("AmazonSSM.ListCommands", #"{"NextToken": 7}"#),
            "SerializationException"
        )
        await check(
            server.request(
                "AmazonSSM.StartAssociationsOnce",
                #"{"AssociationIds": ["x"], "InstanceIds": ["y"]}"#
            ),
            "ValidationException",
            "not supported"
        )
        await check(
            server.request(nil, method: "POST", path: "/nowhere"),
            "NotFoundException",
            status: 404
        )
        await check(
            server.request(nil, method: "GET", path: "/groups"),
            "MethodNotAllowedException",
            status: 405
        )
        #expect(server.failures.isEmpty)
        try await server.close()
    }

    @Test("a body of another type or size is refused")
    func contentType() async throws {
        let server = try await ServerFixture()
        let unsigned = SigningRequest(
            method: "POST",
            headers: [
                .init("Host", "h"), .init("Content-Type", "text/html"),
                .init("X-Amz-Target", "AmazonSSM.ListCommands"),
            ],
            body: Array("{}".utf8)
        )
        let key = try #require(server.keys[.admin])
        let request = SigningScheme.sign(
            unsigned,
            with: key.credentials,
            region: "r",
            service: "ssm",
            at: ServerFixture.now
        )
        let answer = await server.answer(request)
        #expect(answer.code == "UnsupportedMediaTypeException")
        #expect(answer.status == 415)
        let large = await server.handler.answer(request, isTooLarge: true)
        #expect(large.status == 413)
        try await server.close()
    }
}

/// A cell of the table of roles and operations.
private struct Permission: CustomTestStringConvertible, Sendable {
    var operation: String
    var role: AccessRole
    var isAllowed: Bool

    var testDescription: String { "\(role.rawValue) \(isAllowed ? "may" : "may not") \(operation)" }

    static let all = AccessPolicy.levels.keys.sorted().flatMap { operation in
        AccessRole.allCases.map {
            Permission(
                operation: operation,
                role: $0,
                isAllowed: AccessPolicy.allows(operation, to: $0)
            )
        }
    }
}

@Suite("server: roles")
struct RoleTests {
    @Test("every operation that is served is in the table, and no other")
    func completeness() {
        let groups = ResourceGroupOperations(region: "r")
        let paths = [
            "/groups", "/get-group", "/groups-list", "/update-group", "/delete-group",
            "/get-group-query", "/update-group-query", "/list-group-resources",
        ]
        let calls =
            paths.map { ("POST", $0) }
            + ["GET", "PUT", "PATCH"].map { ($0, "/resources/x/tags") }
        let rest = calls.compactMap { call -> String? in
            guard case .route(let route) = groups.match((call.0, call.1, "")) else { return nil }
            return route.operation.name
        }
        #expect(rest.count == calls.count)
        let served = Set(rest).union(SSMOperations.byName.keys).union(AplombOperations.byName.keys)
        #expect(served == Set(AccessPolicy.levels.keys))
    }

    @Test("what only looks is named so, and nothing else is")
    func levels() {
        for (operation, level) in AccessPolicy.levels {
            let looks = ["List", "Describe", "Get", "Query", "Compare"].contains {
                operation.hasPrefix($0)
            }
            #expect(looks == (level == .read), "\(operation)")
        }
        #expect(!AccessPolicy.allows("NoSuchOperation", to: .admin))
    }

    @Test("a role does what the table says and is refused the rest")
    func permissions() async throws {
        let server = try await ServerFixture()
        for permission in Permission.all where SSMOperations.byName[permission.operation] != nil {
            // The body is of no operation's shape: who may, is told that; who may not, is told no more.
            let answer = await server.ssm(
                permission.operation,
                #"{"Nonsense": 1}"#,
                as: permission.role
            )
            let isDenied = answer.code == "AccessDeniedException"
            #expect(
                isDenied != permission.isAllowed,
                "\(permission.testDescription): \(answer.text)"
            )
        }
        for permission in Permission.all where AplombOperations.byName[permission.operation] != nil
        {
            let answer = await server.answer(
                server.request(
                    "Aplomb.\(permission.operation)",
                    #"{"Nonsense": 1}"#,
                    as: permission.role
                )
            )
            let isDenied = answer.code == "AccessDeniedException"
            #expect(
                isDenied != permission.isAllowed,
                "\(permission.testDescription): \(answer.text)"
            )
        }
        let denied = await server.groups("POST", "/groups", as: .operatorRole)
        #expect(denied.code == "ForbiddenException")
        #expect(denied.status == 403)
        try await server.close()
    }
}

@Suite("server: its page in docs")
struct DocumentationTests {
    @Test("docs/api.md lists what is served under what it needs")
    func lists() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../docs/api.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let sections = text.components(separatedBy: "\n## ")
        func names(_ section: String, _ word: String) throws -> Set<String> {
            let found = try #require(sections.first { $0.hasPrefix("Operations of \(section)\n") })
            let paragraph = found.components(separatedBy: "\n\n").first {
                $0.hasPrefix("\(word): ")
            }
            let words = (paragraph ?? "").split { !$0.isLetter }.map(String.init)
            return Set(words.dropFirst())
        }
        let levels: [(String, AccessLevel)] = [
            ("Looking", .read), ("Running", .run), ("Changing", .change),
        ]
        for (word, level) in levels {
            let served = SSMOperations.byName.keys.filter { AccessPolicy.levels[$0] == level }
            #expect(try names("Systems Manager", word) == Set(served))
        }
        #expect(
            try names("Resource Groups", "Looking")
                == ["GetGroup", "GetGroupQuery", "GetTags", "ListGroupResources", "ListGroups"]
        )
    }
}
