// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import Testing

@testable import AWSSigning
@testable import AWSWire
@testable import FleetServer

@Suite("server: operations")
struct OperationTests {
    @Test("a token is good for its operation, its question and its key, and for nothing else")
    func tokens() async throws {
        let server = try await ServerFixture()
        for name in ["doc-a", "doc-b", "doc-c"] {
            let made = await server.ssm(
                "CreateDocument",
                #"{"Name": "\#(name)", "Content": "\#(ServerFixture.document)"}"#
            )
            #expect(made.status == 200, "\(made.text)")
        }
        let first = await server.ssm("ListDocuments", #"{"MaxResults": 1}"#)
        let token = try #require(first.json["NextToken"]?.text)
        let second = await server.ssm(
            "ListDocuments",
            #"{"MaxResults": 50, "NextToken": "\#(token)"}"#
        )
        #expect(second.status == 200)
        #expect(second.text.contains("doc-c"))
        for (operation, body) in [
            ("ListCommands", #"{"NextToken": "\#(token)"}"#),
            ("ListDocuments", #"{"NextToken": "\#(token)x"}"#),
            ("ListDocuments", #"{"NextToken": "A\#(token.dropFirst())"}"#),
            (
                "ListDocuments",
                #"{"NextToken": "\#(token)", "Filters": [{"Key": "Owner", "Values": ["Self"]}]}"#
            ),
        ] {
            let answer = await server.ssm(operation, body)
            #expect(answer.code == "InvalidNextToken", "\(answer.text)")
        }
        let other = await server.ssm("ListDocuments", #"{"NextToken": "\#(token)"}"#, as: .readOnly)
        #expect(other.code == "InvalidNextToken")
        try await server.close()
    }

    @Test("paging through documents gives each once, whatever the page size", arguments: [1, 2, 7])
    func pages(size: Int) async throws {
        let server = try await ServerFixture()
        var expected: Set<String> = []
        for number in 0..<7 {
            expected.insert("doc-\(number)")
            _ = await server.ssm(
                "CreateDocument",
                #"{"Name": "doc-\#(number)", "Content": "\#(ServerFixture.document)"}"#
            )
        }
        var seen: [String] = []
        var token = ""
        repeat {
            let page = await server.ssm(
                "ListDocuments",
                #"{"MaxResults": \#(size), "NextToken": "\#(token)", "Filters": [{"Key": "Owner", "Values": ["Self"]}]}"#
            )
            guard case .array(let items)? = page.json["DocumentIdentifiers"] else { break }
            seen += items.compactMap { $0["Name"]?.text }
            token = page.json["NextToken"]?.text ?? ""
        } while !token.isEmpty
        #expect(seen.count == 7)
        #expect(Set(seen) == expected)
        try await server.close()
    }

    @Test("versions of a document are listed, the newest first, in pages")
    func versions() async throws {
        let server = try await ServerFixture()
        _ = await server.ssm(
            "CreateDocument",
            #"{"Name": "doc", "Content": "\#(ServerFixture.document)"}"#
        )
        for number in 2...4 {
            let content = ServerFixture.document.replacing("true", with: "echo \(number)")
            let made = await server.ssm(
                "UpdateDocument",
                #"{"Name": "doc", "Content": "\#(content)", "DocumentVersion": "$LATEST"}"#
            )
            #expect(made.status == 200, "\(made.text)")
        }
        var seen: [String] = []
        var token = ""
        repeat {
            let page = await server.ssm(
                "ListDocumentVersions",
                #"{"Name": "doc", "MaxResults": 3, "NextToken": "\#(token)"}"#
            )
            guard case .array(let items)? = page.json["DocumentVersions"] else { break }
            seen += items.compactMap { $0["DocumentVersion"]?.text }
            token = page.json["NextToken"]?.text ?? ""
        } while !token.isEmpty
        #expect(seen == ["4", "3", "2", "1"])
        try await server.close()
    }

    @Test("a group is made, read, changed, tagged and deleted as Resource Groups has it")
    func groups() async throws {
        let server = try await ServerFixture()
        let query =
            #"{\"ResourceTypeFilters\":[\"AWS::AllSupported\"],\"TagFilters\":[{\"Key\":\"Role\",\"Values\":[\"web\"]}]}"#
        let made = await server.groups(
            "POST",
            "/groups",
            #"{"Name": "web", "ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": "\#(query)"}, "Tags": {"a": "1"}}"#
        )
        #expect(made.status == 200, "\(made.text)")
        let arn = try #require(made.json["Group"]?["GroupArn"]?.text)
        #expect(arn == "arn:aws:resource-groups:eu-central-1:000000000000:group/web")
        let path =
            "/resources/" + arn.replacing(":", with: "%3A").replacing("/", with: "%2F") + "/tags"
        #expect(await server.groups("GET", path).text.contains(#""Tags":{"a":"1"}"#))
        #expect(await server.groups("PUT", path, #"{"Tags": {"b": "2"}}"#).status == 200)
        #expect(await server.groups("PATCH", path, #"{"Keys": ["a"]}"#).status == 200)
        #expect(await server.groups("GET", path).text.contains(#""Tags":{"b":"2"}"#))
        let described = await server.groups(
            "POST",
            "/update-group",
            #"{"Group": "\#(arn)", "Description": "d"}"#
        )
        #expect(described.json["Group"]?["Description"]?.text == "d")
        let read = await server.groups("POST", "/get-group-query", #"{"GroupName": "web"}"#)
        #expect(read.json["GroupQuery"]?["ResourceQuery"]?["Query"]?.text?.contains("Role") == true)
        let wrong = await server.groups(
            "POST",
            "/update-group-query",
            #"{"Group": "web", "ResourceQuery": {"Type": "TAG_FILTERS_1_0", "Query": "{"}}"#
        )
        #expect(wrong.code == "BadRequestException")
        let list = await server.groups("POST", "/groups-list", query: "maxResults=1")
        #expect(list.text.contains(#""GroupName":"web""#))
        let tooMany = await server.groups("POST", "/groups-list", query: "maxResults=1000")
        #expect(tooMany.code == "BadRequestException")
        #expect(await server.groups("POST", "/delete-group", #"{"Group": "web"}"#).status == 200)
        let gone = await server.groups("POST", "/get-group", #"{"Group": "web"}"#)
        #expect(gone.code == "NotFoundException")
        #expect(gone.status == 404)
        try await server.close()
    }
}

@Suite("server: keys and replays")
struct KeyTests {
    @Test("a key is kept where only its owner reads, found by its id, and gone once deleted")
    func store() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = AccessKeyStore(stateDirectory: folder.path)
        #expect(store.keys().isEmpty)
        var generator = SystemRandomNumberGenerator()
        let key = AccessKey.make(role: .operatorRole, description: "ci", at: ServerFixture.now) {
            count in (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        #expect(key.id.count == 20)
        #expect(key.credentials.secretAccessKey.count == 40)
        try store.insert(key)
        #expect(store.key(key.id) == key)
        #expect(store.keys() == [key])
        let path = folder.appending(path: "access-keys/\(key.id).json").path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        for id in ["", "..", "../x", "AKIA", "akia0000000000000000", key.id + "/", key.id + "\0"] {
            #expect(store.key(id) == nil)
            #expect(try !store.delete(id))
        }
        #expect(try store.delete(key.id))
        #expect(try !store.delete(key.id))
        #expect(store.key(key.id) == nil)
    }

    @Test("signatures are remembered while they are good, and their number is bounded")
    func replays() throws {
        let guardian = ReplayGuard(signaturesMax: 2)
        func signed(_ number: Int, at time: Timestamp = ServerFixture.now) throws -> SignedRequest {
            try SignedRequest(
                SigningScheme.sign(
                    SigningRequest(
                        method: "POST",
                        headers: [.init("Host", "h"), .init("x-number", "\(number)")]
                    ),
                    with: AWSCredentials(accessKeyID: "A", secretAccessKey: "s"),
                    region: "r",
                    service: "ssm",
                    at: time
                )
            )
        }
        let now = ServerFixture.now
        #expect(guardian.check(try signed(1), now: now) == .new)
        #expect(guardian.check(try signed(1), now: now) == .replayed)
        #expect(guardian.check(try signed(2), now: now) == .new)
        #expect(guardian.check(try signed(3), now: now) == .full)
        #expect(guardian.check(try signed(1), now: now.advanced(bySeconds: 300)) == .replayed)
        let later = now.advanced(bySeconds: 400)
        #expect(guardian.check(try signed(4, at: later), now: later) == .new)
    }
}
