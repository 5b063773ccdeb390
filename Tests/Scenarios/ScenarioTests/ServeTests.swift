// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

@testable import FleetServer

@Suite("scenario: the served API", .enabled(if: Workspace.canSandbox, "needs root"))
struct ServeTests {
    private func workspace(_ nodes: [String]) throws -> Workspace {
        let work = try Workspace()
        try work.write("fleet.yaml", SmallFleet.fleet())
        try work.write("nodes.yaml", SmallFleet.nodes(nodes))
        try work.commit("a fleet")
        return work
    }

    /// The ids of the registered nodes, by name.
    private func nodeIDs(_ server: ServedFleet) throws -> [String] {
        let script = """
            import boto3, json, sys
            nodes = boto3.client("ssm", endpoint_url=sys.argv[1]).describe_instance_information()
            print(json.dumps([n["InstanceId"] for n in sorted(
                nodes["InstanceInformationList"], key=lambda n: n["Name"])]))
            """
        let data = try Boto.run(script, [server.endpoint], environment: server.credentials)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String])
    }

    @Test("boto3 performs every operation that is served, on nodes where commands run")
    func boto3() throws {
        let work = try workspace(["web-1", "web-2"])
        let server = try ServedFleet(work)
        let nodes = try nodeIDs(server)
        #expect(nodes.count == 2)
        let result = try server.boto("api.py", [server.endpoint] + nodes)
        let calls = try #require(result["calls"] as? [String: Int])
        let total = try #require(result["total"] as? Int)
        #expect(total >= 60)
        let groups = [
            "CreateGroup", "DeleteGroup", "GetGroup", "GetGroupQuery", "GetTags",
            "ListGroupResources",
            "ListGroups", "Tag", "Untag", "UpdateGroup", "UpdateGroupQuery",
        ]
        #expect(Set(calls.keys) == Set(SSMOperations.byName.keys).union(groups))
        #expect(server.stop() == 0)
        #expect(try server.messages == "ready: \(server.endpoint) (2 nodes)\n")
    }

    @Test("what no client should send is refused as AWS does, and the server lives on")
    func badRequests() throws {
        let work = try workspace([])
        let server = try ServedFleet(work)
        let answers = try server.boto("bad.py", [server.port])
        let expected: [String: (Int, String)] = [
            "good": (200, ""),
            "unsigned": (400, "MissingAuthenticationTokenException"),
            "no date": (400, "IncompleteSignatureException"),
            "wrong key": (400, "UnrecognizedClientException"),
            "key that is a path": (400, "UnrecognizedClientException"),
            "wrong secret": (400, "InvalidSignatureException"),
            "a session token": (400, "UnrecognizedClientException"),
            "tampered body": (400, "InvalidSignatureException"),
            "tampered path": (403, "InvalidSignatureException"),
            "a query that was not signed": (400, "InvalidSignatureException"),
            "tampered target": (400, "InvalidSignatureException"),
            "stale date": (400, "InvalidSignatureException"),
            "once": (200, ""),
            "replay": (400, "ThrottlingException"),
            "oversize": (413, "RequestEntityTooLargeException"),
            "oversize in chunks": (413, "RequestEntityTooLargeException"),
            "unknown target": (400, "UnknownOperationException"),
            "another service's target": (400, "UnknownOperationException"),
            "no target": (400, "UnknownOperationException"),
            "wrong content type": (415, "UnsupportedMediaTypeException"),
            "malformed": (400, "SerializationException"),
            "not UTF-8": (400, "SerializationException"),
            "deep": (400, "SerializationException"),
            "wrong member type": (400, "SerializationException"),
            "a huge number": (400, "SerializationException"),
            "no object": (400, "SerializationException"),
            "missing member": (400, "ValidationException"),
            "another method": (400, "UnknownOperationException"),
            "nowhere": (404, "NotFoundException"),
            "odd path": (404, "NotFoundException"),
            "traversal": (400, "BadRequestException"),
            "no HTTP": (400, ""),
            "no host": (400, ""),
            "two lengths": (400, ""),
            "a header without end": (400, ""),
            "a thousand headers": (400, ""),
            "still good": (200, ""),
        ]
        #expect(Set(answers.keys) == Set(expected.keys))
        for (name, (status, code)) in expected {
            let answer = try #require(answers[name] as? [Any], "\(name)")
            #expect(answer[0] as? Int == status, "\(name): \(answer)")
            #expect(answer[1] as? String == code, "\(name): \(answer)")
        }
        #expect(server.stop(SIGINT) == 0)
        #expect(try server.messages == "ready: \(server.endpoint) (0 nodes)\n")
    }

    @Test(
        "one server at a time, on this machine unless told otherwise, and with keys that can be taken back"
    )
    func exposure() throws {
        let work = try workspace([])
        let server = try ServedFleet(work)
        let second = try work.aplomb("serve", "--api", "0")
        #expect(second.status == 75)
        #expect(second.error.contains("another server uses the state directory"))
        #expect(try nodeIDs(server).isEmpty)
        let listed = try work.aplomb("access-key", "list", "--output", "json")
        #expect(listed.output.contains(server.accessKeyID))
        #expect(!listed.output.contains("secret"))
        #expect(try work.aplomb("access-key", "delete", server.accessKeyID).status == 0)
        #expect(throws: (any Error).self) { try nodeIDs(server) }
        #expect(try work.aplomb("access-key", "delete", server.accessKeyID).status == 1)
        #expect(server.stop() == 0)
        let exposed = try work.aplomb("serve", "--api", "0.0.0.0:0")
        #expect(exposed.status == 1)
        #expect(exposed.error.contains("--tls-certificate"))
        #expect(try work.aplomb("serve", "--api", "nowhere").status == 64)
        #expect(try work.aplomb("serve", "--tls-key", "x").status == 64)
        #expect(
            try work.aplomb("serve", "--api", "0", "--tls-key", "x", "--tls-certificate", "x")
                .error.contains("cannot be used")
        )
    }

    @Test("with a certificate the API is served over TLS")
    func tls() throws {
        let work = try workspace([])
        let made = try Workspace.run(
            URL(filePath: "/usr/bin/openssl"),
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout", work.root.appending(path: "key.pem").path,
                "-out", work.root.appending(path: "cert.pem").path, "-days", "1",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            ],
            environment: [:]
        )
        #expect(made.status == 0, "\(made.error)")
        let server = try ServedFleet(
            work,
            [
                "--api", "127.0.0.1:0", "--tls-certificate",
                work.root.appending(path: "cert.pem").path, "--tls-key",
                work.root.appending(path: "key.pem").path,
            ]
        )
        #expect(server.endpoint.hasPrefix("https://"))
        let script = """
            import boto3, sys
            print(boto3.client("ssm", endpoint_url=sys.argv[1], verify=sys.argv[2]).list_documents()
                  ["DocumentIdentifiers"][0]["Owner"])
            """
        let answer = try Boto.run(
            script,
            [server.endpoint, work.root.appending(path: "cert.pem").path],
            environment: server.credentials
        )
        #expect(String(decoding: answer, as: UTF8.self) == "Amazon\n")
        #expect(server.stop() == 0)
    }
}
