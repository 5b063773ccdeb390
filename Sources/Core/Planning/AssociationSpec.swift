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
        targets = association.targets
        scheduleExpression = association.scheduleExpression
        maxConcurrency = association.maxConcurrency
        maxErrors = association.maxErrors
        complianceSeverity = association.complianceSeverity
    }

    var fields: [(path: String, value: String)] {
        var fields: [(path: String, value: String)] = [
            ("spec.document", document), ("spec.documentVersion", documentVersion),
        ]
        for (name, values) in parameters.sorted(by: { $0.key < $1.key }) {
            fields.append(("spec.parameters.\(name)", values.joined(separator: "\n")))
        }
        for target in targets {
            fields.append(("spec.targets.\(target.key)", target.values.joined(separator: ", ")))
        }
        if let scheduleExpression {
            fields.append(("spec.scheduleExpression", scheduleExpression))
        }
        if let maxConcurrency {
            fields.append(("spec.maxConcurrency", maxConcurrency.description))
        }
        if let maxErrors { fields.append(("spec.maxErrors", maxErrors.description)) }
        fields.append(("spec.complianceSeverity", complianceSeverity.rawValue))
        return fields
    }

    var digest: ContentDigest { digestOfFields(fields) }

    /// Whether nodes would do something else: only then do they run again.
    func runsDifferently(from other: AssociationSpec) -> Bool {
        document != other.document || documentVersion != other.documentVersion
            || parameters != other.parameters
    }
}
