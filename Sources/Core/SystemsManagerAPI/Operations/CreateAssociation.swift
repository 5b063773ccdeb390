// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Binds a document to targets.
///
/// *Errors*: `InvalidDocument`, `InvalidDocumentVersion`, `InvalidParameters`, `InvalidTarget`,
/// `InvalidSchedule`. *Source*: `ssm:CreateAssociation`.
package struct CreateAssociation: Operation {
    package typealias Response = CreateAssociationResponse

    /// The document's name.
    package var name: String
    package var associationName: String?
    package var documentVersion: String?
    package var parameters: [String: [String]]?
    package var targets: [TargetExpression]?
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?
    package var complianceSeverity: ComplianceSeverity?
    package var tags: [Tag]?

    package init(
        name: String,
        associationName: String? = nil,
        documentVersion: String? = nil,
        parameters: [String: [String]]? = nil,
        targets: [TargetExpression]? = nil,
        scheduleExpression: String? = nil,
        maxConcurrency: RateBound? = nil,
        maxErrors: RateBound? = nil,
        complianceSeverity: ComplianceSeverity? = nil,
        tags: [Tag]? = nil
    ) {
        self.name = name
        self.associationName = associationName
        self.documentVersion = documentVersion
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
        self.tags = tags
    }
}

/// The answer to `CreateAssociation`.
package struct CreateAssociationResponse: Codable, Hashable, Sendable {
    package var associationDescription: AssociationDescription

    package init(associationDescription: AssociationDescription) {
        self.associationDescription = associationDescription
    }
}
