// SPDX-License-Identifier: Apache-2.0

/// The `Authorization` header of a signed request.
package struct Authorization: Hashable, Sendable, CustomStringConvertible {
    package var accessKeyID: String
    package var scope: SigningScope
    /// In lower case, in the order that was signed.
    package var signedHeaders: [String]
    package var signature: String

    package init(
        accessKeyID: String,
        scope: SigningScope,
        signedHeaders: [String],
        signature: String
    ) {
        self.accessKeyID = accessKeyID
        self.scope = scope
        self.signedHeaders = signedHeaders
        self.signature = signature
    }

    package var description: String {
        "\(SigningScheme.algorithm) Credential=\(accessKeyID)/\(scope), "
            + "SignedHeaders=\(signedHeaders.joined(separator: ";")), Signature=\(signature)"
    }

    /// Reads the header.
    ///
    /// *Errors*: `IncompleteSignatureException`, which names everything that misses, as AWS does.
    package init(parsing header: String) throws(SigningError) {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard let scheme = parts.first, scheme == SigningScheme.algorithm else {
            throw SigningError(
                .incompleteSignature,
                "Authorization header requires the algorithm '\(SigningScheme.algorithm)'."
            )
        }
        var members: [Substring: Substring] = [:]
        for part in (parts.count > 1 ? parts[1] : "").split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else {
                throw SigningError(
                    .incompleteSignature,
                    "'\(part)' is not a valid key=value pair in the Authorization header."
                )
            }
            let value = pair[1].reversed().drop { $0 == " " }.reversed()
            guard members.updateValue(Substring(String(value)), forKey: pair[0]) == nil else {
                throw SigningError(
                    .incompleteSignature,
                    "Authorization header has more than one '\(pair[0])' parameter."
                )
            }
        }
        let missing = ["Credential", "Signature", "SignedHeaders"].filter {
            members[Substring($0)] == nil
        }
        guard missing.isEmpty, let credential = members["Credential"],
            let signature = members["Signature"], let names = members["SignedHeaders"]
        else {
            throw SigningError(
                .incompleteSignature,
                missing.map { "Authorization header requires '\($0)' parameter." }
                    .joined(separator: " ")
            )
        }
        try self.init(credential: credential, signature: signature, signedHeaders: names)
    }

    private init(
        credential: Substring,
        signature: Substring,
        signedHeaders: Substring
    ) throws(SigningError) {
        let parts = credential.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[4] == SigningScope.terminator,
            parts.allSatisfy({ !$0.isEmpty })
        else {
            throw SigningError(
                .incompleteSignature,
                "Credential must have exactly 5 slash-delimited elements, "
                    + "e.g. keyid/date/region/service/aws4_request, got '\(credential)'."
            )
        }
        let isHex = signature.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isHex, signature.utf8.count == 64 else {
            throw SigningError(
                .incompleteSignature,
                "Signature must be 64 hexadecimal digits in lower case."
            )
        }
        self.init(
            accessKeyID: String(parts[0]),
            scope: SigningScope(
                date: String(parts[1]),
                region: String(parts[2]),
                service: String(parts[3])
            ),
            signedHeaders: signedHeaders.split(separator: ";").map { $0.lowercased() },
            signature: String(signature)
        )
    }
}
