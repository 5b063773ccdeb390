// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Checks that a plan keeps to the exceptions in force, and uses none that has lapsed.
///
/// A part of `PlanCheck`; it reads the manifests' exceptions, and not what the plan says of them.
enum ExceptionCheck {
    static func violations(of plan: Plan, input: PlanningInput) -> [String] {
        suspensionViolations(plan, input) + allowanceViolations(plan, input)
            + listViolations(plan, input)
    }

    /// Nothing that is suspended runs or changes.
    private static func suspensionViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        var suspended: Set<String> = []
        var targets: [DesiredAssociation.Target] = []
        for exception in inForce(input) {
            guard case .suspend(let suspension) = exception.effect else { continue }
            suspended.formUnion(suspension.associations)
            targets += suspension.targets
        }
        var violations: [String] = []
        for run in plan.runs where suspended.contains(run.object.name) {
            violations.append("\(run.object) runs and is suspended")
        }
        for change in plan.changes where change.object.kind == .association {
            guard suspended.contains(change.object.name) else { continue }
            violations.append("\(change.object) changes and is suspended")
        }
        guard !targets.isEmpty, !plan.runs.isEmpty else { return violations }
        let table = NodeTable(input)
        let nodes = Set(table.names(of: table.select(targets)))
        for run in plan.runs {
            guard let node = run.nodes.first(where: nodes.contains) else { continue }
            violations.append("\(run.object) runs on '\(node)', which is suspended")
        }
        return violations
    }

    /// A limit is raised by an exception in force, or not at all.
    private static func allowanceViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        guard !plan.limits.allowed.isEmpty else { return [] }
        let names = inForce(input).filter {
            if case .allow = $0.effect { true } else { false }
        }.map(\.name)
        return plan.limits.allowed.filter { sentence in
            !names.contains { sentence.contains("Exception/\($0) of ") }
        }.map { "no exception in force raises a limit: \($0)" }
    }

    /// Every exception is told of, and nothing is ignored without one.
    private static func listViolations(_ plan: Plan, _ input: PlanningInput) -> [String] {
        var violations: [String] = []
        if plan.exceptions.map(\.name) != input.desired.exceptions.map(\.name) {
            violations.append("the plan does not list the exceptions of git")
        }
        let names = Set(inForce(input).map(\.name))
        for exception in plan.exceptions where exception.isInForce != names.contains(exception.name)
        {
            violations.append("Exception/\(exception.name) is not what its expiry says")
        }
        for exception in plan.exceptions where !exception.ignored.isEmpty {
            guard exception.effect != .ignore || !names.contains(exception.name) else { continue }
            violations.append("Exception/\(exception.name) ignores what it may not")
        }
        return violations
    }

    /// The most deletions that an exception in force allows.
    static func prunedObjectsAllowed(_ input: PlanningInput) -> Int {
        inForce(input).compactMap { exception in
            if case .allow(let limits) = exception.effect { limits.prunedObjects } else { nil }
        }.max() ?? 0
    }

    private static func inForce(_ input: PlanningInput) -> [DesiredException] {
        input.desired.exceptions.filter { input.now < $0.expires }
    }
}
