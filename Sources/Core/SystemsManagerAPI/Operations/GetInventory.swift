// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Lists what nodes report of one type, chosen by filters, or counts it.
///
/// *Shape*: filters on one type must match in one entry; filters on several types are ANDed. Without
/// `resultAttributes` the type is `AWS:InstanceInformation`. A page has 50 nodes unless told otherwise.
/// *Errors*: `InvalidFilter`, `InvalidAggregatorException`, `InvalidInventoryGroupException`,
/// `InvalidResultAttributeException`, `InvalidTypeNameException`, `InvalidNextToken`.
/// *Source*: `ssm:GetInventory`.
package struct GetInventory: Operation {
    package typealias Response = GetInventoryResponse

    package var filters: [InventoryFilter]?
    package var aggregators: [InventoryAggregator]?
    package var resultAttributes: [ResultAttribute]?
    package var maxResults: Int?
    package var nextToken: String?

    package init(
        filters: [InventoryFilter]? = nil,
        aggregators: [InventoryAggregator]? = nil,
        resultAttributes: [ResultAttribute]? = nil,
        maxResults: Int? = nil,
        nextToken: String? = nil
    ) {
        self.filters = filters
        self.aggregators = aggregators
        self.resultAttributes = resultAttributes
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `GetInventory`.
package struct GetInventoryResponse: Codable, Hashable, Sendable {
    package var entities: [InventoryResultEntity]
    package var nextToken: String?

    package init(
        entities: [InventoryResultEntity],
        nextToken: String? = nil
    ) {
        self.entities = entities
        self.nextToken = nextToken
    }
}

/// A type that the answer should have.
package struct ResultAttribute: Codable, Hashable, Sendable {
    package var typeName: String

    package init(
        typeName: String
    ) {
        self.typeName = typeName
    }
}

/// What to count: nodes by the values of an attribute, or by whether they are in a group.
///
/// *Shape*: nested aggregators count combinations of attributes of the same type.
package struct InventoryAggregator: Codable, Hashable, Sendable {
    /// `<Type>.<Attribute>`.
    package var expression: String?
    package var aggregators: [InventoryAggregator]?
    package var groups: [InventoryGroup]?

    package init(
        expression: String? = nil,
        aggregators: [InventoryAggregator]? = nil,
        groups: [InventoryGroup]? = nil
    ) {
        self.expression = expression
        self.aggregators = aggregators
        self.groups = groups
    }
}

/// Nodes that match all of some filters.
package struct InventoryGroup: Codable, Hashable, Sendable {
    package var name: String
    package var filters: [InventoryFilter]

    package init(
        name: String,
        filters: [InventoryFilter]
    ) {
        self.name = name
        self.filters = filters
    }
}

/// A node with the types asked for, or the counts of one type.
package struct InventoryResultEntity: Codable, Hashable, Sendable {
    /// `nil` for counts.
    package var id: NodeID?
    package var data: [String: InventoryResultItem]

    package init(
        id: NodeID? = nil,
        data: [String: InventoryResultItem]
    ) {
        self.id = id
        self.data = data
    }
}

/// One type of one node as it was last reported, or its counts.
package struct InventoryResultItem: Codable, Hashable, Sendable {
    package var typeName: String
    package var schemaVersion: String
    package var captureTime: Timestamp?
    package var contentHash: String?
    package var content: [[String: String]]

    package init(
        typeName: String,
        schemaVersion: String,
        captureTime: Timestamp? = nil,
        contentHash: String? = nil,
        content: [[String: String]]
    ) {
        self.typeName = typeName
        self.schemaVersion = schemaVersion
        self.captureTime = captureTime
        self.contentHash = contentHash
        self.content = content
    }
}
