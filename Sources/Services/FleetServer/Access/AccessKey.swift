// SPDX-License-Identifier: Apache-2.0
package import AWSSigning
package import FleetModel

/// A key that a client signs its requests with.
package struct AccessKey: Hashable, Sendable {
    package var credentials: AWSCredentials
    package var role: AccessRole
    /// What its maker called it.
    package var description: String
    package var createdAt: Timestamp

    package init(
        credentials: AWSCredentials,
        role: AccessRole,
        description: String = "",
        createdAt: Timestamp
    ) {
        self.credentials = credentials
        self.role = role
        self.description = description
        self.createdAt = createdAt
    }

    package var id: String { credentials.accessKeyID }

    /// Makes a key of random bytes: `AKIA` with 16 letters and digits, and a secret of 40.
    ///
    /// *Source*: AWS's keys have these lengths; base32 and base64 make them of whole bits.
    package static func make(
        role: AccessRole,
        description: String,
        at time: Timestamp,
        random: (_ count: Int) -> [UInt8]
    ) -> AccessKey {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        let id = random(16).map { letters[Int($0 & 31)] }
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        )
        let secret = random(40).map { alphabet[Int($0 & 63)] }
        return AccessKey(
            credentials: AWSCredentials(
                accessKeyID: "AKIA" + String(decoding: id, as: UTF8.self),
                secretAccessKey: String(decoding: secret, as: UTF8.self)
            ),
            role: role,
            description: description,
            createdAt: time
        )
    }

    /// Whether a text can be the id of a key: what else is no name of a file either.
    static func isID(_ text: String) -> Bool {
        (16...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
    }
}
