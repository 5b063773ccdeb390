// SPDX-License-Identifier: Apache-2.0
package import InventoryQueries

/// What the provider and its nodes reported, at one time.
///
/// *Shape*: `nodes` is sorted by name and is the table that every `NodeSet` here indexes. The other
/// lists are sorted by name.
package struct ObservedState: Sendable {
    /// Whether everything was read.
    ///
    /// An incomplete observation never deletes anything.
    package enum Completeness: Hashable, Sendable {
        case complete
        case incomplete(reasons: [String])
    }

    package var observedAt: Timestamp
    package var completeness: Completeness
    package var nodes: [ObservedNode]
    package var groups: [ObservedGroup]
    package var documents: [ObservedDocument]
    package var associations: [ObservedAssociation]
    /// What the nodes answered to the queries that groups and policies ask.
    package var inventory: [InventoryQuery: InventoryAnswer]

    package init(
        observedAt: Timestamp,
        completeness: Completeness = .complete,
        nodes: [ObservedNode] = [],
        groups: [ObservedGroup] = [],
        documents: [ObservedDocument] = [],
        associations: [ObservedAssociation] = [],
        inventory: [InventoryQuery: InventoryAnswer] = [:]
    ) {
        self.inventory = inventory
        self.observedAt = observedAt
        self.completeness = completeness
        self.nodes = nodes.sorted { $0.name < $1.name }
        self.groups = groups.sorted { $0.name < $1.name }
        self.documents = documents.sorted { $0.name < $1.name }
        self.associations = associations.sorted { $0.name < $1.name }
    }
}

/// Who declared an object: the tags that Aplomb puts on what it makes.
package struct Ownership: Hashable, Sendable, Codable {
    package var repository: String
    package var fleet: String

    package init(repository: String, fleet: String) {
        self.repository = repository
        self.fleet = fleet
    }

    package enum TagKey {
        package static let repository = "aplomb:repository"
        package static let fleet = "aplomb:fleet"
        package static let path = "aplomb:path"
        package static let commit = "aplomb:commit"
        /// The digest of what was applied last: it tells a change in git from one behind its back.
        package static let digest = "aplomb:digest"
        package static let prefix = "aplomb:"
    }

    /// Reads the owner from an object's tags; `nil` when nobody of ours made it.
    package init?(tags: [String: String]) {
        guard let repository = tags[TagKey.repository], let fleet = tags[TagKey.fleet] else {
            return nil
        }
        self.init(repository: repository, fleet: fleet)
    }

    /// The tags for a new object.
    package func tags(
        path: String,
        commit: String,
        digest: ContentDigest
    ) -> [String: String] {
        [
            TagKey.repository: repository, TagKey.fleet: fleet, TagKey.path: path,
            TagKey.commit: commit, TagKey.digest: digest.rawValue,
        ]
    }
}

/// A managed node as it was last heard of.
///
/// *Source*: DescribeInstanceInformation, ListTagsForResource.
package struct ObservedNode: Hashable, Sendable {
    package enum PingStatus: String, Sendable, Codable {
        case online = "Online"
        case connectionLost = "ConnectionLost"
        case inactive = "Inactive"
    }

    package var id: NodeID
    package var name: String
    package var pingStatus: PingStatus
    package var lastPingAt: Timestamp?
    package var platformName: String
    package var platformVersion: String
    package var agentVersion: String
    package var tags: [String: String]
    /// `false` for a node that the fleet declares and that has not registered yet.
    package var isRegistered: Bool

    package init(
        id: NodeID,
        name: String,
        pingStatus: PingStatus = .online,
        lastPingAt: Timestamp? = nil,
        platformName: String = "",
        platformVersion: String = "",
        agentVersion: String = "",
        tags: [String: String] = [:],
        isRegistered: Bool = true
    ) {
        self.id = id
        self.name = name
        self.pingStatus = pingStatus
        self.lastPingAt = lastPingAt
        self.platformName = platformName
        self.platformVersion = platformVersion
        self.agentVersion = agentVersion
        self.tags = tags
        self.isRegistered = isRegistered
    }
}

/// A resource group of the provider.
///
/// *Source*: ListGroups, GetGroupQuery, GetTags.
package struct ObservedGroup: Hashable, Sendable {
    package var name: String
    package var description: String?
    package var query: TagQuery
    package var tags: [String: String]

    package init(
        name: String,
        description: String? = nil,
        query: TagQuery,
        tags: [String: String] = [:]
    ) {
        self.name = name
        self.description = description
        self.query = query
        self.tags = tags
    }
}

/// A document of the provider.
///
/// *Source*: ListDocuments, DescribeDocument.
package struct ObservedDocument: Hashable, Sendable {
    package var name: String
    package var documentType: String
    package var latestVersion: Int
    package var defaultVersion: Int
    /// The digest of the default version's content.
    package var digest: ContentDigest
    /// The digest of the latest version's content, where that is not the default one.
    package var latestDigest: ContentDigest?
    /// The content of the default version, where someone wants to show a difference.
    package var content: String?
    package var tags: [String: String]
    /// `Self` for our own; `Amazon` for the built-in ones, which are never changed.
    package var owner: String
    /// When the default version was made.
    package var updatedAt: Timestamp?

    package init(
        name: String,
        documentType: String,
        latestVersion: Int,
        defaultVersion: Int,
        digest: ContentDigest,
        latestDigest: ContentDigest? = nil,
        content: String? = nil,
        tags: [String: String] = [:],
        owner: String = "Self",
        updatedAt: Timestamp? = nil
    ) {
        self.name = name
        self.documentType = documentType
        self.latestVersion = latestVersion
        self.defaultVersion = defaultVersion
        self.digest = digest
        self.latestDigest = latestDigest
        self.content = content
        self.tags = tags
        self.owner = owner
        self.updatedAt = updatedAt
    }
}

/// An association of the provider and how its targets fared.
///
/// *Source*: ListAssociations, DescribeAssociation, DescribeAssociationExecutionTargets.
package struct ObservedAssociation: Hashable, Sendable {
    /// Targets that fared alike in one execution: usually one or two cohorts tell of thousands.
    package struct Cohort: Hashable, Sendable {
        package var status: AssociationTargetStatus
        package var detailedStatus: String
        package var associationVersion: Int
        package var executionID: ExecutionID
        package var executedAt: Timestamp
        /// How often in a row these targets were interrupted at this version.
        package var interruptions: Int
        package var nodes: NodeSet

        package init(
            status: AssociationTargetStatus,
            detailedStatus: String? = nil,
            associationVersion: Int,
            executionID: ExecutionID = "",
            executedAt: Timestamp,
            interruptions: Int = 0,
            nodes: NodeSet
        ) {
            self.status = status
            self.detailedStatus = detailedStatus ?? status.rawValue
            self.associationVersion = associationVersion
            self.executionID = executionID
            self.executedAt = executedAt
            self.interruptions = interruptions
            self.nodes = nodes
        }
    }

    package var id: AssociationID
    package var name: String
    package var version: Int
    package var document: String
    package var documentVersion: String
    package var parameters: [String: [String]]
    /// The targets in Systems Manager's form: key and values.
    package var targets: [TargetExpression]
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound?
    package var maxErrors: RateBound?
    package var complianceSeverity: ComplianceSeverity
    package var tags: [String: String]
    package var cohorts: [Cohort]
    /// When it was changed last.
    package var updatedAt: Timestamp?

    package init(
        id: AssociationID,
        name: String,
        version: Int = 1,
        document: String,
        documentVersion: String = "$DEFAULT",
        parameters: [String: [String]] = [:],
        targets: [TargetExpression],
        scheduleExpression: String? = nil,
        maxConcurrency: RateBound? = nil,
        maxErrors: RateBound? = nil,
        complianceSeverity: ComplianceSeverity = .unspecified,
        tags: [String: String] = [:],
        cohorts: [Cohort] = [],
        updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.document = document
        self.documentVersion = documentVersion
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
        self.tags = tags
        self.cohorts = cohorts
        self.updatedAt = updatedAt
    }
}

/// A target of Systems Manager: `InstanceIds`, `tag:<key>`, `tag-key`, `resource-groups:Name`.
package struct TargetExpression: Hashable, Sendable, Codable {
    package var key: String
    package var values: [String]

    package init(key: String, values: [String]) {
        self.key = key
        self.values = values
    }

    package static let instanceIDs = "InstanceIds"
    package static let resourceGroup = "resource-groups:Name"
    package static let tagPrefix = "tag:"
    package static let tagKey = "tag-key"
}

/// How an association fared on one node.
///
/// *Source*: the statuses of Run Command (SSM user guide, "Understanding command statuses"), with
/// `Interrupted` for a run whose end nobody saw: it is never guessed.
package enum AssociationTargetStatus: String, Sendable, Codable, CaseIterable {
    case pending = "Pending"
    case inProgress = "InProgress"
    case success = "Success"
    case failed = "Failed"
    case timedOut = "TimedOut"
    case cancelled = "Cancelled"
    case interrupted = "Interrupted"
    /// Never sent: the command had exceeded `MaxErrors`.
    case terminated = "Terminated"

    package var isTerminal: Bool { self != .pending && self != .inProgress }
}
