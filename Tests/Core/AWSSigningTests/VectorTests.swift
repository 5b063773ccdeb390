// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import AWSSigning

/// A request of AWS's published suite of vectors, and its signature.
struct Vector: CustomTestStringConvertible {
    var name: String
    var method = "GET"
    var path = "/"
    var query = ""
    var headers: [(String, String)] = []
    var body = ""
    var signature: String

    var testDescription: String { name }

    var request: SigningRequest {
        SigningRequest(
            method: method,
            path: path,
            query: query,
            headers: [.init("Host", "example.amazonaws.com")]
                + headers.map { .init($0.0, $0.1) },
            body: Array(body.utf8)
        )
    }
}

private let vanilla = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"

private let vectors = [
    Vector(name: "get-vanilla", signature: vanilla),
    Vector(
        name: "get-unreserved",
        path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"
    ),
    Vector(
        name: "get-utf8",
        path: "/\u{1234}",
        signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"
    ),
    Vector(
        name: "get-vanilla-empty-query-key",
        query: "Param1=value1",
        signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"
    ),
    Vector(
        name: "get-vanilla-query-order-key-case",
        query: "Param2=value2&Param1=value1",
        signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    ),
    Vector(
        name: "get-header-key-duplicate",
        headers: [
            ("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1"),
        ],
        signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"
    ),
    Vector(
        name: "get-header-value-order",
        headers: [
            ("My-Header1", "value4"), ("My-Header1", "value1"), ("My-Header1", "value3"),
            ("My-Header1", "value2"),
        ],
        signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"
    ),
    Vector(
        name: "get-header-value-trim",
        headers: [("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
        signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"
    ),
    Vector(name: "get-relative", path: "/example/..", signature: vanilla),
    Vector(name: "get-relative-relative", path: "/example1/example2/../..", signature: vanilla),
    Vector(name: "get-slash", path: "//", signature: vanilla),
    Vector(name: "get-slash-dot-slash", path: "/./", signature: vanilla),
    Vector(
        name: "get-slashes",
        path: "//example//",
        signature: "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"
    ),
    Vector(
        name: "get-space",
        path: "/example space/",
        signature: "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"
    ),
    Vector(
        name: "post-vanilla",
        method: "POST",
        signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    ),
    Vector(
        name: "post-x-www-form-urlencoded",
        method: "POST",
        headers: [("Content-Type", "application/x-www-form-urlencoded")],
        body: "Param1=value1",
        signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"
    ),
]

@Suite("signature version 4: published vectors")
struct VectorTests {
    private let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )

    @Test("a request is signed as the suite has it", arguments: vectors)
    func signature(of vector: Vector) throws {
        let time = try #require(SigningTime("20150830T123600Z"))
        let signed = SigningScheme.sign(
            vector.request,
            with: credentials,
            region: "us-east-1",
            service: "service",
            at: time.timestamp
        )
        let names = Set(vector.headers.map { $0.0.lowercased() } + ["host", "x-amz-date"])
        #expect(
            signed[header: "Authorization"]
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=\(names.sorted().joined(separator: ";")), "
                + "Signature=\(vector.signature)"
        )
        try SignedRequest(signed).verify(credentials, services: ["service"], now: time.timestamp)
    }

    @Test("the canonical request and the string to sign are those of the documentation")
    func steps() throws {
        let request = SigningRequest(
            method: "GET",
            query: "Action=ListUsers&Version=2010-05-08",
            headers: [
                .init("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
                .init("Host", "iam.amazonaws.com"), .init("X-Amz-Date", "20150830T123600Z"),
            ]
        )
        let canonical = CanonicalRequest(
            request,
            signedHeaders: ["content-type", "host", "x-amz-date"]
        )
        let scope = SigningScope(date: "20150830", region: "us-east-1", service: "iam")
        let time = try #require(SigningTime("20150830T123600Z"))
        #expect(
            canonical.stringToSign(at: time, in: scope) == """
                AWS4-HMAC-SHA256
                20150830T123600Z
                20150830/us-east-1/iam/aws4_request
                f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59
                """
        )
    }
}
