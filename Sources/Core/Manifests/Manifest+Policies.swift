// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import InventoryQueries
import PositionedYAML

/// A policy, with what only its remedy needs.
struct DeclaredPolicy: Sendable {
    var policy: DesiredPolicy
    /// The association that runs a remedy's document.
    var remedy: DesiredAssociation?
    /// Where each value stands, by path (`spec.remedy.association`).
    var fieldSources: [String: SourceRange]

    /// Where a field stands; the policy itself when the author did not write it.
    func place(_ path: String) -> SourceRange { fieldSources[path] ?? policy.source }
}

extension Manifest {
    /// Reads a policy; a mistake in an expression is noted where it stands.
    mutating func policy(
        name: String,
        spec: Node?,
        _ sources: [String: SourceRange]
    ) -> DeclaredPolicy {
        let targets = (spec?["targets"]?.sequence ?? []).compactMap(target)
        var policy = DesiredPolicy(
            name: name,
            description: spec?["description"]?.text,
            owner: spec?["owner"]?.text,
            targets: targets,
            expectations: expectations(spec?["expect"]),
            remedy: remedy(spec?["remedy"]),
            source: node.range
        )
        if let severity = spec?["complianceSeverity"]?.text.flatMap(ComplianceSeverity.init) {
            policy.complianceSeverity = severity
        }
        if let text = spec?["enforcement"]?.text.flatMap(DesiredPolicy.Enforcement.init) {
            policy.enforcement = text
        }
        if let count = spec?["maxAttempts"]?.text.flatMap({ Int($0) }) {
            policy.maxAttempts = count
        }
        if policy.enforcement == .remediate, policy.remedy == nil {
            diagnostics.append(
                Diagnostic(
                    .missingField,
                    "'enforcement: remediate' needs a remedy",
                    at: spec?["enforcement"]?.range ?? node.range,
                    hint: "for example remedy: {association: close-ssh}"
                )
            )
        }
        return DeclaredPolicy(
            policy: policy,
            remedy: remedyAssociation(of: policy, spec),
            fieldSources: sources
        )
    }

    private mutating func expectations(_ list: Node?) -> [DesiredPolicy.Expectation] {
        var expectations: [DesiredPolicy.Expectation] = []
        for item in list?.sequence ?? [] {
            for quantifier in DesiredPolicy.Expectation.Quantifier.allCases {
                guard let inventory = item[quantifier.rawValue] else { continue }
                let type = inventory["type"]?.text ?? ""
                guard let condition = inventory["where"] else {
                    if quantifier == .all {
                        diagnostics.append(
                            Diagnostic(
                                .missingField,
                                "'all' without 'where' is true of every node",
                                at: inventory.range,
                                hint: "say what every entry must be: where: 'Name = \"sudo\"'"
                            )
                        )
                    }
                    expectations.append(.init(quantifier, InventoryQuery(typeName: type)))
                    continue
                }
                do throws(ExpressionError) {
                    let expression = try InventoryExpression(
                        parsing: condition.text ?? "",
                        typeName: type
                    )
                    let query = InventoryQuery(typeName: type, condition: expression)
                    expectations.append(.init(quantifier, query))
                } catch {
                    note(error, in: condition)
                }
            }
        }
        return expectations
    }

    private func remedy(_ node: Node?) -> DesiredPolicy.Remedy? {
        if let name = node?["association"]?.text { return .association(name) }
        if let name = node?["document"]?.text { return .document(name) }
        return node?["runbook"]?.text.map { .runbook($0) }
    }

    private func remedyAssociation(of policy: DesiredPolicy, _ spec: Node?) -> DesiredAssociation? {
        guard case .document(let document)? = policy.remedy, policy.enforcement == .remediate else {
            return nil
        }
        return DesiredAssociation(
            name: DesiredPolicy.remedyName(of: policy.name),
            document: document,
            targets: policy.targets,
            maxConcurrency: spec?["maxConcurrency"]?.text.flatMap { RateBound($0) } ?? .count(50),
            maxErrors: spec?["maxErrors"]?.text.flatMap { RateBound($0) } ?? .count(0),
            complianceSeverity: policy.complianceSeverity,
            trigger: .policy,
            source: policy.source
        )
    }
}
