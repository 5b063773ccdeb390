// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// What exceptions say of nodes, groups, policies and objects.
extension Resolver {
    mutating func checkExceptions() {
        for declared in table.exceptions {
            switch declared.exception.effect {
            case .suspend(let suspension):
                check(suspension.targets, of: declared, at: "spec.suspend.targets")
                check(
                    suspension.associations,
                    are: .association,
                    of: declared,
                    at: "spec.suspend.associations"
                )
            case .ignore(.policies(let names, let targets)):
                check(names, are: .policy, of: declared, at: "spec.ignore.policies")
                check(targets, of: declared, at: "spec.ignore.targets")
            case .ignore(.objects(let objects)):
                for (index, object) in objects.enumerated() {
                    check(object, of: declared, at: "spec.ignore.objects[\(index)].name")
                }
            case .allow(let limits): checkLimits(limits, of: declared)
            }
        }
    }

    private mutating func check(
        _ names: [String],
        are kind: ManifestKind,
        of declared: DeclaredException,
        at path: String
    ) {
        for (index, name) in names.enumerated() where !table.has(kind, name) {
            reportMissing(
                "there is no \(kind.rawValue) '\(name.excerpt)'",
                name,
                among: table.names(of: kind),
                at: declared.place("\(path)[\(index)]")
            )
        }
    }

    private mutating func check(
        _ targets: [DesiredAssociation.Target],
        of declared: DeclaredException,
        at path: String
    ) {
        for (index, target) in targets.enumerated() {
            switch target {
            case .group(let name):
                guard !table.has(.resourceGroup, name) else { continue }
                reportMissing(
                    "there is no ResourceGroup '\(name)'",
                    name,
                    among: table.names(of: .resourceGroup),
                    at: declared.place("\(path)[\(index)].group")
                )
            case .nodes(let names):
                for (position, name) in names.enumerated() where isLocal && !table.has(.node, name)
                {
                    reportMissing(
                        "there is no Node '\(name)'",
                        name,
                        among: table.names(of: .node),
                        at: declared.place("\(path)[\(index)].nodes[\(position)]")
                    )
                }
            case .tags(let query):
                warnIfEmpty(
                    query,
                    "this query",
                    at: declared.place("\(path)[\(index)].tags"),
                    hint: "the exception concerns nobody until a Node has the tags that it asks for"
                )
            }
        }
    }

    private mutating func check(
        _ object: DesiredException.Object,
        of declared: DeclaredException,
        at path: String
    ) {
        let kind = object.kind.rawValue
        guard !table.has(kind, object.name) else { return }
        reportMissing(
            "there is no \(kind) '\(object.name.excerpt)'",
            object.name,
            among: table.names(of: kind),
            at: declared.place(path)
        )
    }

    /// A limit that is not there, or is as high already, needs no exception.
    private mutating func checkLimits(
        _ limits: DesiredFleet.Limits,
        of declared: DeclaredException
    ) {
        guard let fleet = settings?.fleet.limits else { return }
        func isMoot(_ allowed: RateBound?, _ limit: RateBound?) -> Bool {
            switch (allowed, limit) {
            case (nil, _): false
            case (_?, nil): true
            case (.count(let allowed)?, .count(let limit)?): allowed <= limit
            case (.percent(let allowed)?, .percent(let limit)?): allowed <= limit
            case (.count?, .percent?), (.percent?, .count?): false
            }
        }
        let pruned = limits.prunedObjects.map { $0 <= fleet.prunedObjects ?? .max } ?? false
        let moot = [
            ("changedNodes", isMoot(limits.changedNodes, fleet.changedNodes)),
            ("prunedObjects", pruned),
            (
                "worstCaseBrokenNodes",
                isMoot(limits.worstCaseBrokenNodes, fleet.worstCaseBrokenNodes)
            ),
        ]
        for (name, _) in moot.filter(\.1) {
            diagnostics.append(
                Diagnostic(
                    .warning,
                    .notActedUpon,
                    "the Fleet has no lower limit of '\(name)' to raise",
                    at: declared.place("spec.allow.limits.\(name)"),
                    hint: "remove it here, or set the limit in the Fleet"
                )
            )
        }
    }
}
