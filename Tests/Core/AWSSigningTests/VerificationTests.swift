// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import AWSSigning

private let credentials = AWSCredentials(accessKeyID: "AKTEST", secretAccessKey: "secret")
private let now = Timestamp(seconds: 1_800_000_000)

private func signed(
    _ credentials: AWSCredentials = credentials,
    service: String = "ssm",
    at time: Timestamp = now
) -> SigningRequest {
    SigningScheme.sign(
        SigningRequest(
            method: "POST",
            headers: [
                .init("Host", "127.0.0.1:8080"),
                .init("X-Amz-Target", "AmazonSSM.ListCommands"),
            ],
            body: Array("{}".utf8)
        ),
        with: credentials,
        region: "eu-central-1",
        service: service,
        at: time
    )
}

/// A request that must be refused, and how.
private struct Refusal: CustomTestStringConvertible, Sendable {
    var name: String
    var code: SigningError.Code
    /// Words of the message.
    var message: String
    var request: SigningRequest
    var now = Timestamp(seconds: 1_800_000_000)

    var testDescription: String { name }

    init(
        _ name: String,
        _ code: SigningError.Code,
        _ message: String,
        from request: SigningRequest = signed(),
        _ change: (inout SigningRequest) -> Void = { _ in }
    ) {
        (self.name, self.code, self.message, self.request) = (name, code, message, request)
        change(&self.request)
    }
}

extension SigningRequest {
    fileprivate mutating func set(_ name: String, _ value: String?) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        if let value { headers.append(.init(name, value)) }
    }

    fileprivate mutating func edit(_ change: (String) -> String) {
        set("Authorization", self[header: "authorization"].map(change))
    }
}

private let refusals = [
    Refusal("unsigned", .missingAuthenticationToken, "Missing Authentication Token") {
        $0.set("Authorization", nil)
    },
    Refusal("another scheme", .incompleteSignature, "requires the algorithm") {
        $0.set("Authorization", "Bearer 123")
    },
    Refusal("empty", .incompleteSignature, "requires the algorithm") {
        $0.set("Authorization", "")
    },
    Refusal("nothing after the scheme", .incompleteSignature, "requires 'Credential'") {
        $0.set("Authorization", "AWS4-HMAC-SHA256")
    },
    Refusal("no credential", .incompleteSignature, "requires 'Credential' parameter") {
        $0.edit { $0.replacing("Credential=", with: "Kredential=") }
    },
    Refusal("a parameter twice", .incompleteSignature, "more than one 'Signature'") {
        $0.edit { $0 + ", Signature=00" }
    },
    Refusal("a short credential", .incompleteSignature, "exactly 5 slash-delimited") {
        $0.edit { $0.replacing("/aws4_request", with: "") }
    },
    Refusal("another end of the credential", .incompleteSignature, "exactly 5 slash-delimited") {
        $0.edit { $0.replacing("aws4_request", with: "aws5_request") }
    },
    Refusal("a signature that is no number", .incompleteSignature, "64 hexadecimal digits") {
        $0.edit { $0.replacing("Signature=", with: "Signature=zz") }
    },
    Refusal("no date", .incompleteSignature, "'X-Amz-Date'") { $0.set("X-Amz-Date", nil) },
    Refusal("a date in words", .incompleteSignature, "basic format") {
        $0.set("X-Amz-Date", "yesterday")
    },
    Refusal("a day that is none", .incompleteSignature, "basic format") {
        $0.set("X-Amz-Date", "20270231T000000Z")
    },
    Refusal("host not signed", .invalidSignature, "'Host' or ':authority'") {
        $0.edit { $0.replacing("host;", with: "") }
    },
    Refusal("target not signed", .invalidSignature, "'X-Amz-Target' must be") {
        $0.edit { $0.replacing(";x-amz-target", with: "") }
    },
    Refusal("a signed header that is not sent", .invalidSignature, "'x-other' is not in") {
        $0.edit { $0.replacing("host;", with: "host;x-other;") }
    },
    Refusal("another service", .invalidSignature, "'ssm'", from: signed(service: "s3")),
    Refusal("another day in the scope", .invalidSignature, "does not match YYYYMMDD") {
        $0.edit { $0.replacing("/2027", with: "/2026") }
    },
    Refusal(
        "too old",
        .invalidSignature,
        "Signature expired",
        from: signed(at: now.advanced(bySeconds: -301))
    ),
    Refusal(
        "too new",
        .invalidSignature,
        "not yet current",
        from: signed(at: now.advanced(bySeconds: 301))
    ),
    Refusal("another body", .invalidSignature, "does not match the signature you provided") {
        $0.body = Array("{ }".utf8)
    },
    Refusal("another method", .invalidSignature, "does not match the signature you provided") {
        $0.method = "GET"
    },
    Refusal("another path", .invalidSignature, "does not match the signature you provided") {
        $0.path = "/groups"
    },
    Refusal("a query", .invalidSignature, "does not match the signature you provided") {
        $0.query = "a=b"
    },
    Refusal("another target", .invalidSignature, "does not match the signature you provided") {
        $0.set("X-Amz-Target", "AmazonSSM.SendCommand")
    },
    Refusal("another host", .invalidSignature, "does not match the signature you provided") {
        $0.set("Host", "elsewhere")
    },
    Refusal(
        "another secret",
        .invalidSignature,
        "does not match the signature you provided",
        from: signed(AWSCredentials(accessKeyID: "AKTEST", secretAccessKey: "other"))
    ),
    Refusal(
        "a session token where there is none",
        .unrecognizedClient,
        "security token",
        from: signed(
            AWSCredentials(accessKeyID: "AKTEST", secretAccessKey: "secret", sessionToken: "t")
        )
    ),
]

@Suite("signature version 4: verification")
struct VerificationTests {
    @Test("a request that is not as signed is refused with AWS's code", arguments: refusals)
    private func refused(_ refusal: Refusal) {
        let error = #expect(throws: SigningError.self) {
            try SignedRequest(refusal.request).verify(
                credentials,
                services: ["ssm"],
                now: refusal.now
            )
        }
        #expect(error?.code == refusal.code, "\(String(describing: error))")
        #expect(error?.message.contains(refusal.message) == true, "\(String(describing: error))")
    }

    @Test("clocks may differ by five minutes either way", arguments: [-300, -1, 0, 1, 300])
    func skew(seconds: Int64) throws {
        try SignedRequest(signed(at: now.advanced(bySeconds: seconds)))
            .verify(credentials, services: ["ssm"], now: now)
    }

    @Test("a content hash must be the body's, whatever else is signed")
    func contentHash() throws {
        var request = SigningRequest(
            method: "POST",
            headers: [.init("Host", "h"), .init("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")],
            body: Array("{}".utf8)
        )
        func verify() throws {
            let signed = SigningScheme.sign(
                request,
                with: credentials,
                region: "r",
                service: "ssm",
                at: now
            )
            try SignedRequest(signed).verify(credentials, services: ["ssm"], now: now)
        }
        #expect(throws: SigningError.self, performing: verify)
        request.headers[1].value = request.bodyHash
        try verify()
    }

    @Test("temporary credentials need their token, and expire")
    func sessionToken() throws {
        let temporary = AWSCredentials(
            accessKeyID: "ASIATEST",
            secretAccessKey: "secret",
            sessionToken: "token"
        )
        let claim = try SignedRequest(signed(temporary))
        try claim.verify(
            temporary,
            expiresAt: now.advanced(bySeconds: 1),
            services: ["ssm"],
            now: now
        )
        let error = #expect(throws: SigningError.self) {
            try claim.verify(temporary, expiresAt: now, services: ["ssm"], now: now)
        }
        #expect(error?.code == .expiredToken)
    }

    @Test("credentials never show their secret")
    func redaction() {
        let text =
            "\(credentials) \(String(reflecting: credentials)) \(Mirror(reflecting: credentials).children.map { "\($0)" })"
        #expect(!text.contains("secret"))
    }
}
