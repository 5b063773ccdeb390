// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// What policies say of groups, nodes and remedies.
extension Resolver {
    mutating func checkPolicies() {
        for declared in table.policies {
            checkTargets(of: declared)
            checkRemedy(of: declared)
        }
    }

    private mutating func checkTargets(of declared: DeclaredPolicy) {
        for (index, target) in declared.policy.targets.enumerated() {
            let path = "spec.targets[\(index)]"
            switch target {
            case .group(let name):
                guard !table.has(.resourceGroup, name), !isIgnored(.resourceGroup, name) else {
                    continue
                }
                reportMissing(
                    "there is no ResourceGroup '\(name)'",
                    name,
                    among: table.names(of: .resourceGroup),
                    at: declared.place("\(path).group")
                )
            case .nodes(let names):
                for (position, name) in names.enumerated()
                where !table.has(.node, name) && !isIgnored(.node, name) {
                    reportMissing(
                        "there is no Node '\(name)'",
                        name,
                        among: table.names(of: .node),
                        at: declared.place("\(path).nodes[\(position)]")
                    )
                }
            case .tags: break
            }
        }
    }

    private mutating func checkRemedy(of declared: DeclaredPolicy) {
        switch declared.policy.remedy {
        case .association(let name)?:
            guard !table.has(.association, name), !isIgnored(.association, name) else { return }
            reportMissing(
                "there is no Association '\(name)' to make nodes comply",
                name,
                among: table.names(of: .association),
                at: declared.place("spec.remedy.association")
            )
        case .runbook?:
            diagnostics.append(
                Diagnostic(
                    .warning,
                    .notActedUpon,
                    "runbooks are not run by this version; what does not comply is reported",
                    at: declared.place("spec.remedy.runbook"),
                    hint: "use an association or a document"
                )
            )
        // Its association is checked like every other.
        case .document?, nil: break
        }
    }
}
