// SPDX-License-Identifier: Apache-2.0

/// What a caller signs with.
///
/// Its renderings never show the secret.
package struct AWSCredentials: Hashable, Sendable, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    package var accessKeyID: String
    package var secretAccessKey: String
    /// Goes with temporary credentials only.
    package var sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    package var description: String { "\(accessKeyID) <redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
