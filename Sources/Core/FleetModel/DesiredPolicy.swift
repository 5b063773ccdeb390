// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import InventoryQueries

/// What must be true of the inventory of every targeted node: kind `Policy`.
package struct DesiredPolicy: Hashable, Sendable, Codable {
    package enum Enforcement: String, Sendable, Codable, CaseIterable { case report, remediate }

    /// One thing that must be true.
    package struct Expectation: Hashable, Sendable, Codable {
        package enum Quantifier: String, Sendable, Codable, CaseIterable {
            /// No entry matches.
            case none
            /// At least one entry matches.
            case any
            /// Every entry matches; true of a node that has none.
            case all
        }

        package var quantifier: Quantifier
        package var query: InventoryQuery

        package init(_ quantifier: Quantifier, _ query: InventoryQuery) {
            self.quantifier = quantifier
            self.query = query
        }

        /// The query whose matching entries decide: those that must be there, or must not.
        package var asked: InventoryQuery {
            guard quantifier == .all else { return query }
            // Without a condition every entry matches, so that none can break it.
            return InventoryQuery(
                typeName: query.typeName,
                condition: query.condition.map(InventoryExpression.not) ?? .any([])
            )
        }

        /// Whether a match of `asked` makes it true, rather than false.
        package var wantsMatch: Bool { quantifier == .any }

        /// `none of Custom:ListeningSocket where Port = 22`, for people.
        package var words: String { "\(quantifier.rawValue) of \(query)" }
    }

    /// What makes a node comply.
    package enum Remedy: Hashable, Sendable, Codable {
        /// An association of the fleet, run on the nodes that do not comply.
        case association(String)
        /// A document, run by an association of its own that does nothing else.
        case document(String)
        case runbook(String)
    }

    package var name: String
    package var description: String?
    package var owner: String?
    package var targets: [DesiredAssociation.Target]
    package var complianceSeverity: ComplianceSeverity
    package var enforcement: Enforcement
    package var expectations: [Expectation]
    package var remedy: Remedy?
    /// How often the remedy is tried on a node that does not comply, before people are asked.
    package var maxAttempts: Int
    package var source: SourceRange

    package init(
        name: String,
        description: String? = nil,
        owner: String? = nil,
        targets: [DesiredAssociation.Target],
        complianceSeverity: ComplianceSeverity = .unspecified,
        enforcement: Enforcement = .report,
        expectations: [Expectation],
        remedy: Remedy? = nil,
        maxAttempts: Int = 3,
        source: SourceRange
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.targets = targets
        self.complianceSeverity = complianceSeverity
        self.enforcement = enforcement
        self.expectations = expectations
        self.remedy = remedy
        self.maxAttempts = maxAttempts
        self.source = source
    }

    /// The association that runs the remedy; `nil` where there is none, or it is not run yet.
    package var remedyAssociation: String? {
        guard enforcement == .remediate else { return nil }
        return switch remedy {
        case .association(let name)?: name
        case .document?: Self.remedyName(of: name)
        case .runbook?, nil: nil
        }
    }

    /// The name of the association that exists for a policy's remedy alone.
    package static func remedyName(of policy: String) -> String { "remedy-\(policy)" }

    /// What tells one version of a policy from another: attempts are counted per version.
    package var digest: ContentDigest {
        var builder = DigestBuilder()
        builder.add([name, "\(String(describing: remedy))", "\(maxAttempts)"])
        builder.add(expectations.map(\.words))
        return builder.finalize()
    }
}
