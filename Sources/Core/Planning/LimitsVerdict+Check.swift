// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension LimitsVerdict {
    /// Measures the lines of a plan and holds them against the fleet's limits.
    ///
    /// Nodes on which nothing of the fleet has ever run are counted and not refused: a limit guards
    /// what is in service, and a first convergence touches everything by nature.
    init(
        checking changes: [PlannedChange],
        _ runs: [(line: PlannedRun, nodes: NodeSet)],
        for input: PlanningInput
    ) {
        let touched = runs.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
        let veterans = touched.isEmpty ? NodeSet() : Self.veterans(input.observed)
        let inService = touched.intersection(veterans)
        self.init(
            changedNodes: touched.count,
            prunedObjects: changes.count { $0.action == .delete },
            worstCaseBrokenNodes: Self.worstCase(runs, among: touched),
            newNodes: touched.count - inService.count
        )
        let limits = input.desired.fleet.limits
        let fleetSize = input.observed.nodes.count
        if let limit = limits.changedNodes {
            let most = limit.allowedErrors(of: fleetSize)
            judge(
                inService.count,
                most: most,
                "\(inService.count) nodes in service would change; "
                    + "limits.changedNodes \(limit) allows \(most) of \(fleetSize)",
                input.allowances {
                    $0.changedNodes.map { ("\($0)", $0.allowedErrors(of: fleetSize)) }
                }
            )
        }
        if let limit = limits.prunedObjects {
            judge(
                prunedObjects,
                most: limit,
                "\(prunedObjects) objects would be deleted; limits.prunedObjects allows \(limit)",
                input.allowances { $0.prunedObjects.map { ("\($0)", $0) } }
            )
        }
        if let limit = limits.worstCaseBrokenNodes {
            let most = limit.allowedErrors(of: fleetSize)
            let worst = Self.worstCase(runs, among: veterans)
            judge(
                worst,
                most: most,
                "\(worst) nodes in service could break at worst in one wave; "
                    + "limits.worstCaseBrokenNodes \(limit) allows \(most)",
                input.allowances {
                    $0.worstCaseBrokenNodes.map { ("\($0)", $0.allowedErrors(of: fleetSize)) }
                }
            )
        }
    }

    /// Refuses what is over a limit, unless an exception in force allows as much.
    ///
    /// Of several the one is named that allows the least: the plan needs no more.
    private mutating func judge(
        _ measured: Int,
        most: Int,
        _ sentence: String,
        _ allowances: [Allowance]
    ) {
        guard measured > most else { return }
        let enough = allowances.filter { $0.most >= measured }.min {
            ($0.most, $0.exception.name) < ($1.most, $1.exception.name)
        }
        if let enough {
            let exception = enough.exception
            allowed.append(
                "\(sentence); Exception/\(exception.name) of \(exception.owner) allows "
                    + "\(enough.words) until \(exception.expiryWords)"
            )
        } else {
            let best = allowances.max { $0.most < $1.most }
            let more = best.map { ", and Exception/\($0.exception.name) \($0.words)" } ?? ""
            refused.append(sentence + more)
        }
    }

    /// Nodes on which some association has run; what was never sent has not.
    private static func veterans(_ observed: ObservedState) -> NodeSet {
        let unsent: Set<AssociationTargetStatus> = [.cancelled, .terminated, .pending]
        return observed.associations.reduce(into: NodeSet()) { result, association in
            for cohort in association.cohorts where !unsent.contains(cohort.status) {
                result.formUnion(cohort.nodes)
            }
        }
    }

    /// The most nodes that one wave could break, and never more than the wave has.
    ///
    /// The lines of one association are one command: rate control counts over all of them.
    private static func worstCase(
        _ runs: [(line: PlannedRun, nodes: NodeSet)],
        among counted: NodeSet
    ) -> Int {
        Dictionary(grouping: runs, by: \.line.wave).values.map { wave in
            let commands = Dictionary(grouping: wave, by: \.line.object.name).values
            let union = wave.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
            let sum = commands.reduce(0) { sum, lines in
                let nodes = lines.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
                let worst =
                    lines.map { line, _ in
                        mostBroken(of: nodes.count, line.maxConcurrency, line.maxErrors)
                    }.max() ?? 0
                return sum + min(nodes.intersection(counted).count, worst)
            }
            return min(sum, union.intersection(counted).count)
        }.max() ?? 0
    }
}

/// How much more than a limit an exception allows.
private struct Allowance {
    var exception: DesiredException
    /// As its author wrote it.
    var words: String
    var most: Int
}

extension PlanningInput {
    /// What the exceptions in force allow of one limit, by name.
    fileprivate func allowances(
        of limit: (DesiredFleet.Limits) -> (words: String, most: Int)?
    ) -> [Allowance] {
        exceptionsInForce.compactMap { exception in
            guard case .allow(let limits) = exception.effect, let (words, most) = limit(limits)
            else { return nil }
            return Allowance(exception: exception, words: words, most: most)
        }
    }
}
