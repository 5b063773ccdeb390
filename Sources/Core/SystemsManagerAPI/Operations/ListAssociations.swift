// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists associations, sorted by name, each with all its fields.
///
/// AWS gives less; its client fills the rest by `DescribeAssociation`. *Source*: `ssm:ListAssociations`.
package struct ListAssociations: Operation {
    package typealias Response = ListAssociationsResponse

    package var maxResults: Int?
    package var nextToken: String?

    package init(maxResults: Int? = nil, nextToken: String? = nil) {
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListAssociations`.
package struct ListAssociationsResponse: Codable, Hashable, Sendable {
    package var associations: [AssociationDescription]
    package var nextToken: String?

    package init(associations: [AssociationDescription], nextToken: String? = nil) {
        self.associations = associations
        self.nextToken = nextToken
    }
}

/// An association as it is now.
///
/// *Source*: `AssociationDescription`.
package struct AssociationDescription: Codable, Hashable, Sendable {
    package var associationId: AssociationID
    package var associationName: String?
    package var associationVersion: String
    package var name: String
    package var documentVersion: String
    package var parameters: [String: [String]]
    package var targets: [TargetExpression]
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?
    package var complianceSeverity: ComplianceSeverity
    package var date: Timestamp?
    package var lastUpdateAssociationDate: Timestamp?
    package var lastExecutionDate: Timestamp?
    package var lastSuccessfulExecutionDate: Timestamp?
    package var tags: [Tag]?

    package init(
        associationId: AssociationID,
        associationName: String? = nil,
        associationVersion: String,
        name: String,
        documentVersion: String = "$DEFAULT",
        parameters: [String: [String]] = [:],
        targets: [TargetExpression] = [],
        scheduleExpression: String? = nil,
        maxConcurrency: RateBound? = nil,
        maxErrors: RateBound? = nil,
        complianceSeverity: ComplianceSeverity = .unspecified,
        date: Timestamp? = nil,
        lastUpdateAssociationDate: Timestamp? = nil,
        lastExecutionDate: Timestamp? = nil,
        lastSuccessfulExecutionDate: Timestamp? = nil,
        tags: [Tag]? = nil
    ) {
        self.associationId = associationId
        self.associationName = associationName
        self.associationVersion = associationVersion
        self.name = name
        self.documentVersion = documentVersion
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
        self.date = date
        self.lastUpdateAssociationDate = lastUpdateAssociationDate
        self.lastExecutionDate = lastExecutionDate
        self.lastSuccessfulExecutionDate = lastSuccessfulExecutionDate
        self.tags = tags
    }
}
