// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Reads one association.
///
/// *Source*: `ssm:DescribeAssociation`.
package struct DescribeAssociation: Operation {
    package typealias Response = DescribeAssociationResponse

    package var associationId: AssociationID

    package init(associationId: AssociationID) {
        self.associationId = associationId
    }
}

/// The answer to `DescribeAssociation`.
package struct DescribeAssociationResponse: Codable, Hashable, Sendable {
    package var associationDescription: AssociationDescription

    package init(associationDescription: AssociationDescription) {
        self.associationDescription = associationDescription
    }
}
