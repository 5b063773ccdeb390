// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import Reports

/// Planning at one and ten times ten thousand nodes, each with a hundred associations, and what is
/// made of the plan.
///
/// No peer plans so; the row of the unchanged fleet is the floor of the others.
var planBenchmarks: [Benchmark] {
    [10_000, 100_000].flatMap { nodes in
        let rounds = nodes > 10_000 ? 9 : 21
        let fleet = BenchmarkFleet(nodes: nodes, associations: 100)
        func benchmark(
            _ name: String,
            _ work: @escaping (PlanningInput) throws -> Int,
            _ input: @escaping () -> PlanningInput
        ) -> Benchmark {
            Benchmark("plan/\(name)", size: "\(nodes) nodes x 100", rounds: rounds) {
                let input = input()
                return Benchmark.Work(ours: { try await Benchmark.time { try work(input) } })
            }
        }
        func viewing(_ name: String, _ view: @escaping (Plan) -> Int) -> Benchmark {
            Benchmark("plan/\(name)", size: "\(nodes) nodes x 100", rounds: rounds) {
                let plan = Planner.plan(fleet.input(editing: 1))
                return Benchmark.Work(ours: { await Benchmark.time { view(plan) } })
            }
        }
        let plan = { (input: PlanningInput) in Planner.plan(input).runs.count }
        return [
            benchmark("unchanged", plan) { fleet.input() },
            benchmark("one document changed", plan) { fleet.input(editing: 1) },
            benchmark("100 nodes failing", plan) { fleet.input(failing: 100) },
            Benchmark("plan/check", size: "\(nodes) nodes x 100", rounds: rounds) {
                let input = fleet.input(editing: 1)
                let plan = Planner.plan(input)
                return Benchmark.Work(ours: {
                    await Benchmark.time { PlanCheck.violations(of: plan, input: input).count }
                })
            },
            viewing("digest") { plan in
                Plan.digest(
                    fleet: plan.fleet,
                    commit: plan.commit,
                    changes: plan.changes,
                    runs: plan.runs,
                    waits: plan.waits,
                    findings: plan.findings
                ).rawValue.utf8.count
            },
            viewing("JSON") { PlanJSONView.render($0).utf8.count },
            viewing("terminal") {
                PlanTerminalView.render($0, style: TerminalStyle(width: 100)).utf8.count
            },
        ]
    }
}
