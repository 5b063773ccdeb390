// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SystemsManagerAPI

/// How nodes comply: what was reported, and how associations fared.
struct ComplianceSource {
    /// *Source*: the compliance type of State Manager.
    static let associationType = "Association"

    private let reader: StoreReader
    private let cohorts: [(record: TargetCohortRecord, association: AssociationRecord)]

    init(_ reader: StoreReader) throws {
        self.reader = reader
        let associations = Dictionary(
            uniqueKeysWithValues: try reader.associations().map { ($0.number, $0) }
        )
        // What has not ended says nothing yet.
        cohorts = try reader.targetCohorts().filter(\.status.isTerminal).compactMap { cohort in
            associations[cohort.association].map { (cohort, $0) }
        }
    }

    /// All items of a node, sorted by type and id.
    func items(of node: NodeKey) throws -> [ComplianceItem] {
        items(of: node, try reader.complianceItems(node: node.number)).sorted {
            ($0.complianceType, $0.id) < ($1.complianceType, $1.id)
        }
    }

    /// How associations fared on a node, and what was reported; of an association, the former counts.
    private func items(of node: NodeKey, _ reported: [ComplianceRecord]) -> [ComplianceItem] {
        let derived = cohorts.filter { $0.record.nodes.contains(node.number) }.map {
            ComplianceItem($0.record, $0.association, node.id)
        }
        let ids = Set(derived.map(\.id))
        return derived
            + reported.map { ComplianceItem($0, node.id) }
            .filter { $0.complianceType != Self.associationType || !ids.contains($0.id) }
    }

    /// One row for each node and type, sorted by both.
    func summaries() throws -> [ResourceComplianceSummaryItem] {
        let tallies = try reader.complianceTallies(exceptType: Self.associationType)
        let associations = Dictionary(
            grouping: try reader.complianceItems(complianceType: Self.associationType),
            by: \.node
        )
        return try reader.nodeKeys().flatMap { node in
            let items = items(of: node, associations[node.number] ?? [])
            let own = items.map { ComplianceTally($0) }
            let others = (tallies[node.number] ?? []).map { ComplianceTally($0) }
            return Dictionary(grouping: own + others, by: \.complianceType)
                .sorted { $0.key < $1.key }
                .compactMap { ResourceComplianceSummaryItem(node.id, $1) }
        }
    }
}

/// Items of a node that are alike, as far as a summary is concerned.
struct ComplianceTally {
    var complianceType: String
    var status: ComplianceStatus
    var severity: ComplianceItemSeverity
    var count: Int
    /// Of the latest of them.
    var executionSummary: ComplianceExecutionSummary

    init(_ item: ComplianceItem) {
        complianceType = item.complianceType
        status = item.status
        severity = item.severity
        count = 1
        executionSummary = item.executionSummary
    }

    init(_ record: ComplianceTallyRecord) {
        complianceType = record.complianceType
        status = ComplianceStatus(rawValue: record.status) ?? .nonCompliant
        severity = ComplianceItemSeverity(rawValue: record.severity) ?? .unspecified
        count = record.count
        executionSummary = ComplianceExecutionSummary(
            record.executedAt,
            record.executionID,
            record.executionType
        )
    }
}

extension ComplianceExecutionSummary {
    /// Reads what the store has: empty for what nobody said.
    fileprivate init(_ time: Timestamp, _ id: String, _ type: String) {
        self.init(
            executionTime: time,
            executionId: id.isEmpty ? nil : id,
            executionType: type.isEmpty ? nil : type
        )
    }
}

extension ComplianceItem {
    fileprivate init(
        _ cohort: TargetCohortRecord,
        _ association: AssociationRecord,
        _ node: NodeID
    ) {
        self.init(
            complianceType: ComplianceSource.associationType,
            resourceId: node,
            id: association.id.rawValue,
            title: association.name ?? "",
            status: cohort.status == .success ? .compliant : .nonCompliant,
            severity: ComplianceItemSeverity(rawValue: association.complianceSeverity.rawValue)
                ?? .unspecified,
            executionSummary: ComplianceExecutionSummary(
                executionTime: cohort.executedAt,
                executionId: cohort.executionID.rawValue,
                executionType: "Command"
            ),
            details: [
                "DetailedStatus": cohort.statusDetails,
                "DocumentName": association.document,
                "DocumentVersion": association.documentVersion,
            ]
        )
    }

    fileprivate init(_ record: ComplianceRecord, _ node: NodeID) {
        self.init(
            complianceType: record.complianceType,
            resourceId: node,
            id: record.id,
            title: record.title,
            status: ComplianceStatus(rawValue: record.status) ?? .nonCompliant,
            severity: ComplianceItemSeverity(rawValue: record.severity) ?? .unspecified,
            executionSummary: ComplianceExecutionSummary(
                record.executedAt,
                record.executionID,
                record.executionType
            ),
            details: record.details
        )
    }

    /// The value that a filter's key means.
    func field(_ key: String) -> String? {
        switch key {
        case "ComplianceType": complianceType
        case "ResourceId": resourceId.rawValue
        case "ResourceType": resourceType
        case "Status": status.rawValue
        case "Severity": severity.rawValue
        case "Id": id
        case "Title": title
        case "ExecutionId": executionSummary.executionId
        case "ExecutionType": executionSummary.executionType
        case "ExecutionTime": executionSummary.executionTime.description
        default: details[key]
        }
    }
}

/// Conditions that all hold; of the values of one, any.
struct ComplianceFilter: Sendable {
    static let summaryKeys: Set = [
        "ComplianceType", "OverallSeverity", "ResourceId", "ResourceType", "Severity", "Status",
    ]
    /// *Source*: the attributes of `AWS:ComplianceItem`.
    static let itemKeys: Set = [
        "Classification", "ComplianceType", "DocumentName", "DocumentVersion", "ExecutionId",
        "ExecutionTime", "ExecutionType", "Id", "InstalledTime", "PatchBaselineId", "PatchGroup",
        "PatchSeverity", "PatchState", "ResourceId", "ResourceType", "Severity", "Status", "Title",
    ]

    private var filters: [ComplianceStringFilter]

    /// *Errors*: `InvalidFilter`.
    init(_ filters: [ComplianceStringFilter]?, allowing keys: Set<String>) throws {
        self.filters = filters ?? []
        for filter in self.filters {
            guard keys.contains(filter.key) else {
                throw SystemsManagerError(.invalidFilter, "'\(filter.key)' is no key to filter by")
            }
            guard (1...20).contains(filter.values.count) else {
                throw SystemsManagerError(
                    .invalidFilter,
                    "filter \(filter.key) has between 1 and 20 values"
                )
            }
        }
    }

    func matches(_ field: (String) -> String?) -> Bool {
        filters.allSatisfy { filter in
            let found = field(filter.key) ?? ""
            return switch filter.type ?? .equal {
            case .equal: filter.values.contains(found)
            case .notEqual: !filter.values.contains(found)
            case .beginWith: filter.values.contains { found.hasPrefix($0) }
            case .lessThan: filter.values.contains { found < $0 }
            case .greaterThan: filter.values.contains { found > $0 }
            }
        }
    }
}
