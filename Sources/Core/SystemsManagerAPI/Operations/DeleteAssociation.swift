// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Deletes an association; what it did on nodes stays.
///
/// *Source*: `ssm:DeleteAssociation`.
package struct DeleteAssociation: Operation {
    package typealias Response = EmptyResponse

    package var associationId: AssociationID

    package init(associationId: AssociationID) {
        self.associationId = associationId
    }
}
