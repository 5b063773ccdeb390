// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// The one protocol that the reconciler speaks: the operations of AWS Systems Manager.
///
/// Its implementations are the embedded engine and AWS. Whoever holds one never asks which.
package protocol SystemsManager: Sendable {
    /// What an implementation does by itself, so that the executor need not.
    var traits: SystemsManagerTraits { get }

    /// Performs one operation.
    ///
    /// *Errors*: the codes that AWS documents for the operation, and `InternalServerError`.
    func perform<O: Operation>(_ request: O) async throws(SystemsManagerError) -> O.Response
}

/// How implementations of the API differ in what they start without being asked.
package struct SystemsManagerTraits: Hashable, Sendable {
    package enum AssociationStart: Sendable {
        /// Creating, changing or newly matching an association runs it, as on AWS.
        case byService
        /// An association runs when `StartAssociationsOnce` names it.
        case onRequest
    }

    package var associationStart: AssociationStart

    package init(associationStart: AssociationStart) {
        self.associationStart = associationStart
    }
}

/// A request of the API; its type is the operation.
///
/// *Shape*: members are the API's, in lowerCamelCase; on the wire they begin with a capital.
package protocol Operation: Codable, Hashable, Sendable {
    associatedtype Response: Codable & Hashable & Sendable

    /// The operation's name, such as `SendCommand`.
    static var operationName: String { get }
}

extension Operation {
    package static var operationName: String { String(describing: Self.self) }
}

/// A response that says only that the operation was done.
package struct EmptyResponse: Codable, Hashable, Sendable {
    package init() {}
}

/// A failed operation, in the API's terms.
package struct SystemsManagerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The error codes of the API: an open set, since a service may answer with new ones.
    package struct Code: TypedString {
        package var rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let associatedInstances: Code = "AssociatedInstances"
        package static let associationDoesNotExist: Code = "AssociationDoesNotExist"
        package static let complianceTypeCountLimitExceeded: Code =
            "ComplianceTypeCountLimitExceededException"
        package static let documentAlreadyExists: Code = "DocumentAlreadyExists"
        package static let duplicateDocumentContent: Code = "DuplicateDocumentContent"
        package static let groupAlreadyExists: Code = "BadRequestException"
        package static let internalServerError: Code = "InternalServerError"
        package static let invalidAggregator: Code = "InvalidAggregatorException"
        package static let invalidAssociationVersion: Code = "InvalidAssociationVersion"
        package static let invalidCommandId: Code = "InvalidCommandId"
        package static let invalidDeletionId: Code = "InvalidDeletionIdException"
        package static let invalidDocument: Code = "InvalidDocument"
        package static let invalidDocumentContent: Code = "InvalidDocumentContent"
        package static let invalidDocumentVersion: Code = "InvalidDocumentVersion"
        package static let invalidFilter: Code = "InvalidFilter"
        package static let invalidInstanceId: Code = "InvalidInstanceId"
        package static let invalidInventoryGroup: Code = "InvalidInventoryGroupException"
        package static let invalidItemContent: Code = "InvalidItemContentException"
        package static let invalidNextToken: Code = "InvalidNextToken"
        package static let invalidParameters: Code = "InvalidParameters"
        package static let invalidResourceId: Code = "InvalidResourceId"
        package static let invalidResourceType: Code = "InvalidResourceType"
        package static let invalidResultAttribute: Code = "InvalidResultAttributeException"
        package static let invalidSchedule: Code = "InvalidSchedule"
        package static let invalidTarget: Code = "InvalidTarget"
        package static let invalidTypeName: Code = "InvalidTypeNameException"
        package static let invocationDoesNotExist: Code = "InvocationDoesNotExist"
        package static let itemSizeLimitExceeded: Code = "ItemSizeLimitExceededException"
        package static let notFound: Code = "NotFoundException"
        package static let unknownOperation: Code = "UnknownOperationException"
        package static let validation: Code = "ValidationException"
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(code): \(message)" }
}

/// A tag as the API writes it.
package struct Tag: Codable, Hashable, Sendable {
    package var key: String
    package var value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}

extension [String: String] {
    /// The tags in the API's form, sorted by key.
    package var asTags: [Tag] {
        map { Tag(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }
}

extension Sequence where Element == Tag {
    /// The tags by key; the last one wins, as on AWS.
    package var asDictionary: [String: String] {
        Dictionary(map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    }
}
