// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// A request that says who signed it: to be believed only once it was verified.
///
/// Reading the claim and verifying it are two steps, since the secret is looked up in between.
package struct SignedRequest: Hashable, Sendable {
    /// How far apart the clocks of both sides may be.
    ///
    /// *Source*: AWS accepts five minutes either way.
    package static let skewMaxSeconds: Int64 = 300

    package let request: SigningRequest
    package let authorization: Authorization
    package let time: SigningTime

    /// Reads what a request claims.
    ///
    /// *Errors*: `MissingAuthenticationTokenException`, `IncompleteSignatureException`.
    package init(_ request: SigningRequest) throws(SigningError) {
        guard let header = request[header: "authorization"] else {
            throw SigningError(.missingAuthenticationToken, "Missing Authentication Token")
        }
        authorization = try Authorization(parsing: header)
        guard let text = request[header: "x-amz-date"] else {
            throw SigningError(
                .incompleteSignature,
                "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
            )
        }
        guard let time = SigningTime(text) else {
            throw SigningError(
                .incompleteSignature,
                "Date must be in ISO-8601 'basic format'. Got '\(text)'."
            )
        }
        self.request = request
        self.time = time
        try checkSignedHeaders()
    }

    /// Everything that says what a request means must be covered by the signature.
    private func checkSignedHeaders() throws(SigningError) {
        let signed = Set(authorization.signedHeaders)
        guard signed.contains("host") else {
            throw SigningError(
                .invalidSignature,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
            )
        }
        for header in request.headers {
            let name = header.name.lowercased()
            guard name.hasPrefix("x-amz-"), !signed.contains(name) else { continue }
            throw SigningError(
                .invalidSignature,
                "'\(header.name)' must be a 'SignedHeader' in the AWS Authorization."
            )
        }
        for name in authorization.signedHeaders where request[header: name] == nil {
            throw SigningError(
                .invalidSignature,
                "the signed header '\(name)' is not in the request."
            )
        }
    }

    /// Verifies the claim against the credentials of the key that it names.
    ///
    /// *Errors*: `InvalidSignatureException` for another day, region, service, a clock too far away or a
    /// signature that is not ours; `UnrecognizedClientException` for another session token;
    /// `ExpiredTokenException`.
    package func verify(
        _ credentials: AWSCredentials,
        expiresAt: Timestamp? = nil,
        services: Set<String>,
        now: Timestamp
    ) throws(SigningError) {
        try checkScope(services)
        try checkTime(now)
        if let hash = request[header: "x-amz-content-sha256"], hash != request.bodyHash {
            throw SigningError(
                .invalidSignature,
                "The provided 'x-amz-content-sha256' header does not match what was computed."
            )
        }
        let token = request[header: "x-amz-security-token"] ?? ""
        guard Self.areEqual(token, credentials.sessionToken ?? "") else {
            throw .unrecognizedClient
        }
        let ours = SigningScheme.signature(
            of: request,
            signedHeaders: authorization.signedHeaders,
            secret: credentials.secretAccessKey,
            at: time,
            in: authorization.scope
        )
        guard Self.areEqual(ours, authorization.signature) else {
            throw SigningError(
                .invalidSignature,
                "The request signature we calculated does not match the signature you provided. "
                    + "Check your AWS Secret Access Key and signing method. "
                    + "Consult the service documentation for details."
            )
        }
        if let expiresAt, expiresAt <= now {
            throw SigningError(
                .expiredToken,
                "The security token included in the request is expired"
            )
        }
    }

    private func checkScope(_ services: Set<String>) throws(SigningError) {
        guard authorization.scope.date == time.date else {
            throw SigningError(
                .invalidSignature,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                    + "from HTTP: '\(authorization.scope.date)' != '\(time.date)', from '\(time)'."
            )
        }
        guard services.contains(authorization.scope.service) else {
            throw SigningError(
                .invalidSignature,
                "Credential should be scoped to correct service: "
                    + services.sorted().map { "'\($0)'" }.joined(separator: " or ") + "."
            )
        }
    }

    private func checkTime(_ now: Timestamp) throws(SigningError) {
        let distance = time.timestamp.seconds - now.seconds
        let minutes = Self.skewMaxSeconds / 60
        if distance < -Self.skewMaxSeconds {
            let bound = SigningTime(now.advanced(bySeconds: -Self.skewMaxSeconds))
            throw SigningError(
                .invalidSignature,
                "Signature expired: \(time) is now earlier than \(bound) "
                    + "(\(SigningTime(now)) - \(minutes) min.)"
            )
        }
        if distance > Self.skewMaxSeconds {
            let bound = SigningTime(now.advanced(bySeconds: Self.skewMaxSeconds))
            throw SigningError(
                .invalidSignature,
                "Signature not yet current: \(time) is still later than \(bound) "
                    + "(\(SigningTime(now)) + \(minutes) min.)"
            )
        }
    }

    /// Compares in a time that does not depend on where two texts first differ.
    package static func areEqual(_ lhs: String, _ rhs: String) -> Bool {
        let (left, right) = (Array(lhs.utf8), Array(rhs.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
