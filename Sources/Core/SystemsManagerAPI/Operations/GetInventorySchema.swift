// SPDX-License-Identifier: Apache-2.0

/// Lists inventory types with their attributes: the known ones, and those that nodes report.
///
/// *Shape*: with `aggregator`, only the attributes that `GetInventory` is asked to count most.
/// *Errors*: `InvalidTypeNameException`, `InvalidNextToken`. *Source*: `ssm:GetInventorySchema`.
package struct GetInventorySchema: Operation {
    package typealias Response = GetInventorySchemaResponse

    package var typeName: String?
    package var aggregator: Bool?
    package var subType: Bool?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        typeName: String? = nil,
        aggregator: Bool? = nil,
        subType: Bool? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.typeName = typeName
        self.aggregator = aggregator
        self.subType = subType
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `GetInventorySchema`.
package struct GetInventorySchemaResponse: Codable, Hashable, Sendable {
    package var schemas: [InventoryItemSchema]
    package var nextToken: String?

    package init(
        schemas: [InventoryItemSchema],
        nextToken: String? = nil
    ) {
        self.schemas = schemas
        self.nextToken = nextToken
    }
}

/// A type with its attributes.
package struct InventoryItemSchema: Codable, Hashable, Sendable {
    package var typeName: String
    package var version: String?
    package var displayName: String?
    package var attributes: [InventoryItemAttribute]

    package init(
        typeName: String,
        version: String? = nil,
        displayName: String? = nil,
        attributes: [InventoryItemAttribute]
    ) {
        self.typeName = typeName
        self.version = version
        self.displayName = displayName
        self.attributes = attributes
    }
}

/// An attribute of a type.
package struct InventoryItemAttribute: Codable, Hashable, Sendable {
    package var name: String
    package var dataType: String

    package init(
        name: String,
        dataType: String
    ) {
        self.name = name
        self.dataType = dataType
    }
}
