// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// What defines an association in the provider's terms, as fields that can be compared and shown.
struct AssociationSpec: Hashable {
    var document: String
    var documentVersion: String
    var parameters: [String: [String]]
    var targets: [TargetExpression]
    var scheduleExpression: String?
    var maxConcurrency: RateBound?
    var maxErrors: RateBound?
    var complianceSeverity: ComplianceSeverity

    init(
        _ association: DesiredAssociation,
        documentVersion: String,
        targets: [TargetExpression]
    ) {
        document = association.document
        self.documentVersion = documentVersion
        parameters = association.parameters
        self.targets = targets
        scheduleExpression = association.scheduleExpression
        maxConcurrency = association.maxConcurrency
        maxErrors = association.maxErrors
        complianceSeverity = association.complianceSeverity
    }

    init(_ association: ObservedAssociation) {
        document = association.document
        documentVersion = association.documentVersion
        parameters = association.parameters
        // A provider may answer in any order; none of it means anything.
        targets = association.targets.map {
            TargetExpression(key: $0.key, values: $0.values.sorted())
        }.sorted { $0.key < $1.key }
        scheduleExpression = association.scheduleExpression
        maxConcurrency = association.maxConcurrency
        maxErrors = association.maxErrors
        complianceSeverity = association.complianceSeverity
    }

    var fields: [FormField] {
        var fields = [
            FormField("spec.document", document),
            FormField("spec.documentVersion", documentVersion),
        ]
        for (name, values) in parameters.sorted(by: { $0.key < $1.key }) {
            fields.append(FormField("spec.parameters.\(name)", values, separator: "\n"))
        }
        for target in targets {
            fields.append(FormField(Self.targetPath(target.key), target.values))
        }
        if let scheduleExpression {
            fields.append(FormField("spec.scheduleExpression", scheduleExpression))
        }
        if let maxConcurrency {
            fields.append(FormField("spec.maxConcurrency", maxConcurrency.description))
        }
        if let maxErrors { fields.append(FormField("spec.maxErrors", maxErrors.description)) }
        fields.append(FormField("spec.complianceSeverity", complianceSeverity.rawValue))
        return fields
    }

    /// The path of the field that lists nodes: ids at the provider, names for people.
    static let nodesPath = targetPath(TargetExpression.instanceIDs)

    /// What manifests call a target: `nodes`, `group`, `tags.Role`.
    private static func targetPath(_ key: String) -> String {
        switch key {
        case TargetExpression.instanceIDs: return "spec.targets.nodes"
        case TargetExpression.resourceGroup: return "spec.targets.group"
        case _ where key.hasPrefix(TargetExpression.tagPrefix):
            return "spec.targets.tags.\(key.dropFirst(TargetExpression.tagPrefix.count))"
        default: return "spec.targets.\(key)"
        }
    }

    var digest: ContentDigest { digestOfFields(fields) }

    /// Whether the targets are a list of nodes, and empty: providers refuse to store that.
    var targetsNothing: Bool {
        targets.allSatisfy { $0.key == TargetExpression.instanceIDs && $0.values.isEmpty }
    }

    /// Whether a field says what nodes do, rather than where, when and how carefully.
    static func changesRuns(_ path: String) -> Bool {
        path == "spec.document" || path == "spec.documentVersion"
            || path.hasPrefix("spec.parameters.")
    }

    /// Whether nodes would do something else: only then do they run again.
    func runsDifferently(from other: AssociationSpec) -> Bool {
        document != other.document || documentVersion != other.documentVersion
            || parameters != other.parameters
    }
}
