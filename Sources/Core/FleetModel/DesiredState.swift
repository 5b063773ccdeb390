// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// All that one fleet's folder and its shared folders declare, checked and resolved.
///
/// *Shape*: every list is sorted by name and names are unique per kind, so that equal content gives
/// equal values whatever the order of files.
package struct DesiredState: Hashable, Sendable, Codable {
    package var fleet: DesiredFleet
    package var nodes: [DesiredNode]
    package var groups: [DesiredGroup]
    package var documents: [DesiredDocument]
    package var associations: [DesiredAssociation]
    package var policies: [DesiredPolicy]
    package var exceptions: [DesiredException]

    package init(
        fleet: DesiredFleet,
        nodes: [DesiredNode] = [],
        groups: [DesiredGroup] = [],
        documents: [DesiredDocument] = [],
        associations: [DesiredAssociation] = [],
        policies: [DesiredPolicy] = [],
        exceptions: [DesiredException] = []
    ) {
        self.policies = policies.sorted { $0.name < $1.name }
        self.exceptions = exceptions.sorted { $0.name < $1.name }
        self.fleet = fleet
        self.nodes = nodes.sorted { $0.name < $1.name }
        self.groups = groups.sorted { $0.name < $1.name }
        self.documents = documents.sorted { $0.name < $1.name }
        self.associations = associations.sorted { $0.name < $1.name }
    }
}

/// The settings of the unit that is reconciled: kind `Fleet`.
package struct DesiredFleet: Hashable, Sendable, Codable {
    package enum Provider: Hashable, Sendable, Codable {
        case local
        case server(url: String)
        case aws(region: String, profile: String?)

        /// What the provider does where an association names no rates.
        ///
        /// Aplomb's engine does what manifests do, as `SendCommand` does. `nil` for AWS, which does
        /// not document it for associations.
        package var rateDefaults: RateDefaults? {
            switch self {
            case .local, .server:
                RateDefaults(maxConcurrency: .count(50), maxErrors: .count(0))
            case .aws: nil
            }
        }
    }

    package enum DriftMode: String, Sendable, Codable, CaseIterable { case report, correct }

    /// Rate control where an association names none.
    package struct RateDefaults: Hashable, Sendable {
        package var maxConcurrency: RateBound
        package var maxErrors: RateBound
    }

    /// The most that one plan may do.
    ///
    /// `nil` means no limit of that kind.
    package struct Limits: Hashable, Sendable, Codable {
        package var changedNodes: RateBound?
        package var prunedObjects: Int?
        package var worstCaseBrokenNodes: RateBound?

        package init(
            changedNodes: RateBound? = nil,
            prunedObjects: Int? = nil,
            worstCaseBrokenNodes: RateBound? = nil
        ) {
            self.changedNodes = changedNodes
            self.prunedObjects = prunedObjects
            self.worstCaseBrokenNodes = worstCaseBrokenNodes
        }
    }

    package struct Status: Hashable, Sendable, Codable {
        package enum Nodes: String, Sendable, Codable, CaseIterable { case all, failing, none }

        package var branch: String
        package var nodes: Nodes

        package init(branch: String = "aplomb/status", nodes: Nodes = .failing) {
            self.branch = branch
            self.nodes = nodes
        }
    }

    package var name: String
    /// The folder that holds the `Fleet`, relative to the repository's root; empty for the root.
    package var path: String
    package var provider: Provider
    package var intervalSeconds: Int
    package var prune: Bool
    package var driftMode: DriftMode
    package var limits: Limits
    package var status: Status
    /// Objects that are only observed, or ignored.
    package var ownership: OwnershipRules
    package var source: SourceRange

    package init(
        name: String,
        path: String = "",
        provider: Provider = .local,
        intervalSeconds: Int = 300,
        prune: Bool,
        driftMode: DriftMode = .report,
        limits: Limits = Limits(),
        status: Status = Status(),
        ownership: OwnershipRules = OwnershipRules(),
        source: SourceRange
    ) {
        self.name = name
        self.path = path
        self.provider = provider
        self.intervalSeconds = intervalSeconds
        self.prune = prune
        self.driftMode = driftMode
        self.limits = limits
        self.status = status
        self.ownership = ownership
        self.source = source
    }
}

/// A node that the fleet names: kind `Node`.
package struct DesiredNode: Hashable, Sendable, Codable {
    /// Where the node runs.
    package enum Host: Hashable, Sendable, Codable {
        /// Registered by its own agent; only its tags are declared here.
        case managed
        /// The machine on which Aplomb runs.
        case local
        /// A copy-on-write clone of the machine on which Aplomb runs.
        case sandbox(Sandbox)
    }

    package struct Sandbox: Hashable, Sendable, Codable {
        package enum Network: String, Sendable, Codable, CaseIterable { case none, host }
        package enum Initializer: String, Sendable, Codable, CaseIterable { case none, systemd }

        package var network: Network
        package var initializer: Initializer

        package init(network: Network = .none, initializer: Initializer = .none) {
            self.network = network
            self.initializer = initializer
        }
    }

    package var name: String
    package var tags: [String: String]
    package var host: Host
    package var source: SourceRange

    package init(
        name: String,
        tags: [String: String] = [:],
        host: Host = .managed,
        source: SourceRange
    ) {
        self.name = name
        self.tags = tags
        self.host = host
        self.source = source
    }
}

/// A query over tags: AND between keys, OR between the values of a key.
///
/// *Shape*: an empty list of values means any value. A node that matches any key of `not` is out.
/// *Source*: `TAG_FILTERS_1_0` of Resource Groups; `not` is Aplomb's.
package struct TagQuery: Hashable, Sendable, Codable {
    package var tags: [String: [String]]
    package var not: [String: [String]]

    package init(tags: [String: [String]], not: [String: [String]] = [:]) {
        self.tags = tags
        self.not = not
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        tags = try container.decode([String: [String]].self, forKey: .tags)
        // AWS has no such word: its requests leave it out.
        not = try container.decodeIfPresent([String: [String]].self, forKey: .not) ?? [:]
    }

    /// Decides for one set of tags.
    package func matches(_ nodeTags: [String: String]) -> Bool {
        tags.allSatisfy { key, values in Self.holds(key, values, in: nodeTags) }
            && !not.contains { key, values in Self.holds(key, values, in: nodeTags) }
    }

    private static func holds(_ key: String, _ values: [String], in tags: [String: String]) -> Bool
    {
        guard let value = tags[key] else { return false }
        return values.isEmpty || values.contains(value)
    }
}

/// A named set of nodes: kind `ResourceGroup`.
package struct DesiredGroup: Hashable, Sendable, Codable {
    package var name: String
    package var description: String?
    package var selection: GroupSelection
    package var source: SourceRange
    /// Where each field that the author wrote stands, by path (`spec.union[0]`).
    package var fieldSources: FieldSources

    package init(
        name: String,
        description: String? = nil,
        selection: GroupSelection,
        source: SourceRange,
        fieldSources: FieldSources = [:]
    ) {
        self.name = name
        self.description = description
        self.selection = selection
        self.source = source
        self.fieldSources = fieldSources
    }

    /// Makes a group by tags alone.
    package init(name: String, description: String? = nil, query: TagQuery, source: SourceRange) {
        self.init(
            name: name,
            description: description,
            selection: .query(GroupQuery(tags: query)),
            source: source
        )
    }
}

/// An SSM document of the repository, as it is.
package struct DesiredDocument: Hashable, Sendable, Codable {
    package enum Format: String, Sendable, Codable { case yaml = "YAML", json = "JSON" }

    package var name: String
    /// `Command`, `Automation`, `Session`, `Policy` …: what `CreateDocument` is told.
    package var documentType: String
    package var format: Format
    package var content: String
    package var digest: ContentDigest
    package var source: SourceRange

    package init(
        name: String,
        documentType: String,
        format: Format,
        content: String,
        source: SourceRange
    ) {
        self.name = name
        self.documentType = documentType
        self.format = format
        self.content = content
        self.digest = ContentDigest(of: content)
        self.source = source
    }
}

/// What runs where, when, and how carefully: kind `Association`.
package struct DesiredAssociation: Hashable, Sendable, Codable {
    /// One entry of `targets`; the entries of the list are united.
    package enum Target: Hashable, Sendable, Codable {
        case group(String)
        case nodes([String])
        case tags(TagQuery)
    }

    package enum Trigger: String, Sendable, Codable {
        /// A change in git, a node that enters, a schedule.
        case change
        /// A policy that does not hold, and nothing else.
        case policy
    }

    package var name: String
    /// A document of this repository, or a name that the provider knows, such as `AWS-…`.
    package var document: String
    /// The wire form of Systems Manager: every value is a list of strings.
    package var parameters: [String: [String]]
    package var targets: [Target]
    package var scheduleExpression: String?
    package var maxConcurrency: RateBound
    package var maxErrors: RateBound
    package var complianceSeverity: ComplianceSeverity
    package var dependsOn: [String]
    /// What makes it run.
    package var trigger: Trigger
    /// How drift of what it did is found; `nil` for not at all.
    package var driftDetection: DriftDetection?
    package var source: SourceRange
    /// Where each field that the author wrote stands, by path (`spec.parameters.message`).
    package var fieldSources: FieldSources

    package init(
        name: String,
        document: String,
        parameters: [String: [String]] = [:],
        targets: [Target],
        scheduleExpression: String? = nil,
        maxConcurrency: RateBound = .count(50),
        maxErrors: RateBound = .count(0),
        complianceSeverity: ComplianceSeverity = .unspecified,
        dependsOn: [String] = [],
        trigger: Trigger = .change,
        driftDetection: DriftDetection? = nil,
        source: SourceRange,
        fieldSources: FieldSources = [:]
    ) {
        self.name = name
        self.document = document
        self.parameters = parameters
        self.targets = targets
        self.scheduleExpression = scheduleExpression
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.complianceSeverity = complianceSeverity
        self.dependsOn = dependsOn.sorted()
        self.trigger = trigger
        self.driftDetection = driftDetection
        self.source = source
        self.fieldSources = fieldSources
    }
}
