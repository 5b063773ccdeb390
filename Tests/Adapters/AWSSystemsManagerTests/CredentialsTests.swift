// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import Foundation
import Testing

@testable import AWSSystemsManager

@Suite("credentials")
struct CredentialsTests {
    private static let config = """
        # comment
        [default]
        region = eu-west-1
        [profile ops]
        region=eu-central-1
        s3 =
          max_concurrent_requests = 20
        [profile role]
        role_arn = arn:aws:iam::1:role/x
        source_profile = ops
        [ops]
        region = ignored: no profile of this file
        """

    private static let credentials = """
        [default]
        aws_access_key_id = AKIADEFAULT
        aws_secret_access_key = default/secret+with=signs
        [ops]
        aws_access_key_id=AKIAOPS
        aws_secret_access_key=ops
        aws_session_token=token
        [half]
        aws_access_key_id=AKIAHALF
        """

    private func chain(
        _ variables: [String: String],
        profile: String? = nil
    ) throws -> CredentialsChain {
        let home = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-aws-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: home) }
        let folder = home.appending(path: ".aws")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(Self.config.utf8).write(to: folder.appending(path: "config"))
        try Data(Self.credentials.utf8).write(to: folder.appending(path: "credentials"))
        return CredentialsChain(
            variables: variables.merging(["HOME": home.path]) { first, _ in first },
            profile: profile
        )
    }

    @Test("the environment comes before the files, and a profile that is named before both")
    func order() throws {
        let variables = ["AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "env"]
        #expect(try chain(variables).credentials().accessKeyID == "AKIAENV")
        #expect(try chain(variables, profile: "ops").credentials().accessKeyID == "AKIAOPS")
        #expect(
            try chain([:]).credentials()
                == AWSCredentials(
                    accessKeyID: "AKIADEFAULT",
                    secretAccessKey: "default/secret+with=signs"
                )
        )
        let ops = try chain(["AWS_PROFILE": "ops"])
        #expect(try ops.credentials().sessionToken == "token")
        #expect(ops.region == "eu-central-1")
        #expect(try chain([:]).region == "eu-west-1")
        #expect(try chain(["AWS_REGION": "us-west-2", "AWS_PROFILE": "ops"]).region == "us-west-2")
        #expect(try chain(["HOME": "/nowhere"]).region == "us-east-1")
    }

    @Test("what misses is said")
    func failures() throws {
        func message(_ variables: [String: String], profile: String? = nil) throws -> String {
            let chain = try chain(variables, profile: profile)
            let failure = #expect(throws: CredentialsChain.Failure.self) { try chain.credentials() }
            return failure?.message ?? ""
        }
        #expect(try message(["AWS_ACCESS_KEY_ID": "A"]).contains("AWS_SECRET_ACCESS_KEY is not"))
        #expect(try message(["AWS_PROFILE": "absent"]).contains("no profile 'absent'"))
        #expect(try message([:], profile: "role").contains("uses role_arn"))
        #expect(try message([:], profile: "half").contains("has no aws_access_key_id and"))
        #expect(try message(["HOME": "/nowhere"]) == "there are no credentials")
    }

    @Test(
        "an address is a scheme and a host",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://aplomb.example", "aplomb.example", "https://aplomb.example"),
            ("https://aplomb.example:443/", "aplomb.example", "https://aplomb.example:443"),
            ("https://aplomb.example:8443/", "aplomb.example:8443", "https://aplomb.example:8443"),
            ("http://[::1]:80", "[::1]", "http://[::1]:80"),
        ]
    )
    func endpoint(text: String, host: String, url: String) throws {
        let endpoint = try #require(Endpoint(text))
        #expect(endpoint.host == host)
        #expect(endpoint.url == url)
    }

    @Test(
        "what is no address, or more than one, is none",
        arguments: [
            "", "aplomb.example", "ftp://a", "http://", "http://a/b", "http://a/?b", "http://u:p@a",
        ]
    )
    func noEndpoint(text: String) { #expect(Endpoint(text) == nil) }
}
