// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension LimitsVerdict {
    /// Measures the lines of a plan and holds them against the fleet's limits.
    ///
    /// Nodes on which nothing of the fleet has ever run are counted and not refused: a limit guards
    /// what is in service, and a first convergence touches everything by nature.
    init(checking changes: [PlannedChange], _ runs: [PlannedRun], for input: PlanningInput) {
        let veterans = Self.veterans(input.observed)
        var touched: Set<String> = []
        for run in runs { touched.formUnion(run.nodes) }
        let inService = touched.intersection(veterans)
        self.init(
            changedNodes: touched.count,
            prunedObjects: changes.count { $0.action == .delete },
            worstCaseBrokenNodes: Self.worstCase(runs) { _ in true },
            newNodes: touched.count - inService.count
        )
        let limits = input.desired.fleet.limits
        let fleetSize = input.observed.nodes.count
        if let limit = limits.changedNodes {
            let most = limit.allowedErrors(of: fleetSize)
            if inService.count > most {
                refused.append(
                    "\(inService.count) nodes in service would change; "
                        + "limits.changedNodes \(limit) allows \(most) of \(fleetSize)"
                )
            }
        }
        if let limit = limits.prunedObjects, prunedObjects > limit {
            refused.append(
                "\(prunedObjects) objects would be deleted; limits.prunedObjects allows \(limit)"
            )
        }
        if let limit = limits.worstCaseBrokenNodes {
            let most = limit.allowedErrors(of: fleetSize)
            let worst = Self.worstCase(runs) { veterans.contains($0) }
            if worst > most {
                refused.append(
                    "\(worst) nodes in service could break at worst in one wave; "
                        + "limits.worstCaseBrokenNodes \(limit) allows \(most)"
                )
            }
        }
    }

    /// Nodes on which some association has run.
    private static func veterans(_ observed: ObservedState) -> Set<String> {
        var set = NodeSet()
        for association in observed.associations {
            for cohort in association.cohorts where cohort.status != .cancelled {
                set.formUnion(cohort.nodes)
            }
        }
        return Set(
            set.members.lazy.filter(observed.nodes.indices.contains).map {
                observed.nodes[$0].name
            }
        )
    }

    /// The most nodes that one wave could break: per run `maxErrors` and all in flight, and never
    /// more than the wave has.
    private static func worstCase(
        _ runs: [PlannedRun],
        counting counts: (String) -> Bool
    ) -> Int {
        Dictionary(grouping: runs, by: \.wave).values.map { wave in
            var union: Set<String> = []
            var sum = 0
            for run in wave {
                let nodes = run.nodes.filter(counts)
                union.formUnion(nodes)
                sum += min(nodes.count, run.worstCaseBrokenNodes)
            }
            return min(sum, union.count)
        }.max() ?? 0
    }
}
