// SPDX-License-Identifier: Apache-2.0
import Crypto
package import FleetModel

/// Signature Version 4: signs requests as AWS's clients do.
///
/// *Source*: "AWS Signature Version 4 for API requests".
package enum SigningScheme {
    package static let algorithm = "AWS4-HMAC-SHA256"

    /// Headers that what stands between client and server may add or change: never signed.
    private static let unsigned: Set<String> = [
        "authorization", "connection", "expect", "transfer-encoding", "user-agent",
        "x-amzn-trace-id",
    ]

    /// Adds the headers of a signature: the time, the token where there is one, `Authorization`.
    package static func sign(
        _ request: SigningRequest,
        with credentials: AWSCredentials,
        region: String,
        service: String,
        at timestamp: Timestamp
    ) -> SigningRequest {
        let time = SigningTime(timestamp)
        var request = request
        let ours: Set = ["authorization", "x-amz-date", "x-amz-security-token"]
        request.headers.removeAll { ours.contains($0.name.lowercased()) }
        request.headers.append(.init("X-Amz-Date", time.description))
        if let token = credentials.sessionToken {
            request.headers.append(.init("X-Amz-Security-Token", token))
        }
        let scope = SigningScope(date: time.date, region: region, service: service)
        let names = Set(request.headers.map { $0.name.lowercased() }).subtracting(unsigned).sorted()
        let signature = signature(
            of: request,
            signedHeaders: names,
            secret: credentials.secretAccessKey,
            at: time,
            in: scope
        )
        let authorization = Authorization(
            accessKeyID: credentials.accessKeyID,
            scope: scope,
            signedHeaders: names,
            signature: signature
        )
        request.headers.append(.init("Authorization", authorization.description))
        return request
    }

    /// The signature in hexadecimal digits.
    static func signature(
        of request: SigningRequest,
        signedHeaders: [String],
        secret: String,
        at time: SigningTime,
        in scope: SigningScope
    ) -> String {
        let canonical = CanonicalRequest(request, signedHeaders: signedHeaders)
        return hexadecimal(
            code(canonical.stringToSign(at: time, in: scope), key: key(secret: secret, scope))
        )
    }

    private static func key(secret: String, _ scope: SigningScope) -> SymmetricKey {
        [scope.date, scope.region, scope.service, SigningScope.terminator]
            .reduce(SymmetricKey(data: Array("AWS4\(secret)".utf8))) { key, part in
                SymmetricKey(data: Array(code(part, key: key)))
            }
    }

    private static func code(_ text: String, key: SymmetricKey) -> some Sequence<UInt8> {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }
}
