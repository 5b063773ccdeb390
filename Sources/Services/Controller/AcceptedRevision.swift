// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import SystemPackage

/// The revision that a fleet accepted last, kept so that it never goes backwards unasked (P-05).
package struct AcceptedRevision: Hashable, Sendable, Codable {
    package var commit: String
    package var acceptedAt: Timestamp

    package init(commit: String, acceptedAt: Timestamp) {
        self.commit = commit
        self.acceptedAt = acceptedAt
    }

    package static func read(at path: FilePath) throws -> AcceptedRevision? {
        try StateFile.read(AcceptedRevision.self, at: path)
    }
}
