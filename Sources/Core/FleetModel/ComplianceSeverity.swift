// SPDX-License-Identifier: Apache-2.0

/// How much it matters that a node does not comply.
///
/// *Source*: `AssociationComplianceSeverity`.
package enum ComplianceSeverity: String, CaseIterable, Sendable, Codable, Comparable {
    case critical = "CRITICAL"
    case high = "HIGH"
    case medium = "MEDIUM"
    case low = "LOW"
    case unspecified = "UNSPECIFIED"

    /// The gravest sorts first.
    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rank < rhs.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}
