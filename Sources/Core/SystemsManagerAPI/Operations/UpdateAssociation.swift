// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Makes a new version of an association; members left out are cleared, as on AWS.
///
/// *Errors*: `AssociationDoesNotExist`, `InvalidAssociationVersion` and those of `CreateAssociation`.
/// *Source*: `ssm:UpdateAssociation`.
package struct UpdateAssociation: Operation {
    package typealias Response = UpdateAssociationResponse

    package var associationId: AssociationID
    package var name: String?
    package var associationVersion: String?
    package var associationName: String?
    package var documentVersion: String?
    package var parameters: [String: [String]]?
    package var targets: [TargetExpression]?
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?
    package var complianceSeverity: ComplianceSeverity?

    package init(
        associationId: AssociationID,
        name: String? = nil,
        associationVersion: String? = nil,
        associationName: String? = nil,
        documentVersion: String? = nil,
        parameters: [String: [String]]? = nil,
        targets: [TargetExpression]? = nil,
        scheduleExpression: String? = nil,
        maxConcurrency: RateBound? = nil,
        maxErrors: RateBound? = nil,
        complianceSeverity: ComplianceSeverity? = nil
    ) {
        self.associationId = associationId
        self.name = name
        self.associationVersion = associationVersion
        self.associationName = associationName
        self.documentVersion = documentVersion
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
    }
}

/// The answer to `UpdateAssociation`.
package struct UpdateAssociationResponse: Codable, Hashable, Sendable {
    package var associationDescription: AssociationDescription

    package init(associationDescription: AssociationDescription) {
        self.associationDescription = associationDescription
    }
}
