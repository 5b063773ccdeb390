// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

/// The operations that are served as Systems Manager's own: `X-Amz-Target: AmazonSSM.…`.
///
/// *Shape*: exactly that of the API. What Aplomb adds to an answer is hidden, and what is asked beyond what
/// the engine does is refused rather than ignored.
enum SSMOperations {
    static let targetPrefix = "AmazonSSM."

    /// *Source*: the page sizes of the API's model.
    private static let usual = 1...50

    static let all: [ServedOperation] =
        [
            ServedOperation(AddTagsToResource.self),
            ServedOperation(CancelCommand.self),
            ServedOperation(DeleteInventory.self),
            ServedOperation(DeregisterManagedInstance.self),
            ServedOperation(GetCommandInvocation.self),
            ServedOperation(GetDocument.self),
            ServedOperation(GetInventory.self, pages: usual) { response in
                for index in response.entities.indices {
                    for name in response.entities[index].data.keys {
                        response.entities[index].data[name]?.captureTime?.cutToSeconds()
                    }
                }
            },
            ServedOperation(GetInventorySchema.self, pages: 50...200),
            ServedOperation(DescribeInventoryDeletions.self, pages: usual),
            ServedOperation(ListComplianceItems.self, pages: usual),
            ServedOperation(ListComplianceSummaries.self, pages: usual),
            ServedOperation(ListInventoryEntries.self, pages: usual) {
                $0.captureTime.cutToSeconds()
            },
            ServedOperation(ListResourceComplianceSummaries.self, pages: usual),
            ServedOperation(ListTagsForResource.self),
            ServedOperation(PutComplianceItems.self),
            ServedOperation(PutInventory.self),
            ServedOperation(RemoveTagsFromResource.self),
            ServedOperation(SendCommand.self),
            ServedOperation(UpdateAssociation.self) { $0.associationDescription.tags = nil },
            ServedOperation(UpdateDocumentDefaultVersion.self),
            ServedOperation(DescribeAssociationExecutions.self, pages: usual) { response in
                for index in response.associationExecutions.indices {
                    response.associationExecutions[index].commandId = nil
                }
            },
        ] + associations(pages: usual) + commands(pages: usual) + documents(pages: usual) + nodes

    static let byName = Dictionary(
        uniqueKeysWithValues: all.map { operation in
            var operation = operation
            operation.hasLimits = true
            return (operation.name, operation)
        }
    )
}

extension Timestamp {
    /// *Source*: `InventoryItemCaptureTime`, whose pattern has no fraction of a second.
    fileprivate mutating func cutToSeconds() { self = Timestamp(seconds: seconds) }
}

/// Every operation that the engine has, in its own shape: `X-Amz-Target: Aplomb.…`.
///
/// It has the members that Systems Manager has no words for; a remote reconciler speaks it.
enum AplombOperations {
    static let targetPrefix = "Aplomb."

    static let byName: [String: ServedOperation] = Dictionary(
        uniqueKeysWithValues: OperationCatalog.all.map { ($0.operationName, served($0)) }
    )

    private static func served<O: SystemsManagerAPI.Operation>(_ type: O.Type) -> ServedOperation {
        ServedOperation(type)
    }
}
