// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning
package import SystemsManagerAPI

/// Carries a plan out, and makes no choice of its own.
///
/// Objects first, in the plan's order; then wave by wave the associations of that wave and their
/// runs; deletions last. A failed change stops everything that was not begun; a failed run stops
/// what depends on it.
package struct Executor: Sendable {
    package struct Configuration: Sendable {
        package var now: @Sendable () -> Timestamp
        /// Waits between two looks at a running command; returns early when the task is cancelled.
        package var pause: @Sendable (_ milliseconds: Int) async -> Void
        package var report: @Sendable (ExecutionEvent) -> Void

        package init(
            now: @escaping @Sendable () -> Timestamp,
            pause: @escaping @Sendable (_ milliseconds: Int) async -> Void,
            report: @escaping @Sendable (ExecutionEvent) -> Void = { _ in }
        ) {
            self.now = now
            self.pause = pause
            self.report = report
        }
    }

    let provider: any SystemsManager
    let journal: RunJournal
    let configuration: Configuration

    package init(
        provider: any SystemsManager,
        journal: RunJournal,
        configuration: Configuration
    ) {
        self.provider = provider
        self.journal = journal
        self.configuration = configuration
    }

    /// Executes a plan and says how each of its lines ended.
    ///
    /// *Errors*: only those of the journal, before anything was done; the failures of operations
    /// and nodes are in the record. Cancelling the task cancels the running commands, and the
    /// record says `interrupted`.
    package func execute(
        _ plan: Plan,
        runID: String,
        associations: [String: AssociationID]
    ) async throws -> RunRecord {
        let startedAt = configuration.now()
        try journal.begin(
            .began(
                runID: runID,
                fleet: plan.fleet,
                commit: plan.commit,
                plan: plan.digest,
                at: startedAt
            )
        )
        var execution = Execution(associations: associations)
        await perform(plan, &execution)
        let outcome = outcome(of: execution)
        let finishedAt = configuration.now()
        try journal.append(.ended(outcome, at: finishedAt))
        return RunRecord(
            runID: runID,
            fleet: plan.fleet,
            commit: plan.commit,
            planDigest: plan.digest,
            startedAt: startedAt,
            finishedAt: finishedAt,
            outcome: outcome,
            messages: execution.messages,
            changes: execution.changes,
            runs: execution.runs
        )
    }

    private func perform(_ plan: Plan, _ execution: inout Execution) async {
        let objects = plan.changes.filter { $0.object.kind != .association && $0.action != .delete }
        for change in objects { await perform(change, &execution) }
        let waves = Set(plan.runs.map(\.wave)).union(
            plan.changes.filter { $0.object.kind == .association && $0.action != .delete }
                .map(\.wave)
        ).sorted()
        for wave in waves { await perform(wave: wave, of: plan, &execution) }
        for change in plan.changes where change.action == .delete {
            await perform(change, &execution)
        }
    }

    private func perform(wave: Int, of plan: Plan, _ execution: inout Execution) async {
        let changes = plan.changes.filter {
            $0.object.kind == .association && $0.action != .delete && $0.wave == wave
        }
        let runs = Dictionary(grouping: plan.runs.filter { $0.wave == wave }, by: \.object)
        for change in changes {
            if let blocker = execution.blocker(of: runs[change.object]?.first) {
                skip(change, "Association/\(blocker) failed", &execution)
            } else {
                await perform(change, &execution)
            }
        }
        guard !runs.isEmpty else { return }
        configuration.report(
            .waveStarted(
                wave: wave,
                of: plan.runs.map(\.wave).max() ?? wave,
                associations: runs.keys.map(\.name).sorted()
            )
        )
        await start(runs, wave: wave, &execution)
    }

    /// Runs the associations of a wave side by side; each under its own rate control.
    private func start(
        _ runs: [ObjectReference: [PlannedRun]],
        wave: Int,
        _ execution: inout Execution
    ) async {
        var starts: [AssociationRun] = []
        for (object, lines) in runs.sorted(by: { $0.key < $1.key }) {
            if let reason = execution.reasonToSkip(lines) {
                finish(
                    RunRecord.Run(object: object, wave: wave, status: .skipped, message: reason),
                    &execution
                )
                continue
            }
            guard let id = execution.associations[object.name] else {
                finish(
                    RunRecord.Run(
                        object: object,
                        wave: wave,
                        status: .failed,
                        message: "the provider does not know this association"
                    ),
                    &execution
                )
                continue
            }
            let nodes = lines.flatMap { zip($0.nodes, $0.nodeIDs) }
            starts.append(
                AssociationRun(
                    object: object,
                    wave: wave,
                    association: id,
                    names: Dictionary(nodes.map { ($1, $0) }, uniquingKeysWith: { $1 })
                )
            )
            record(.running(object, nodes: nodes.count), &execution)
        }
        guard execution.isSound else { return }
        let results = await withTaskGroup(of: RunRecord.Run.self) { group in
            for start in starts { group.addTask { await run(start) } }
            var results: [RunRecord.Run] = []
            for await result in group { results.append(result) }
            return results
        }
        for result in results.sorted(by: { $0.object < $1.object }) { finish(result, &execution) }
    }

    private func finish(_ run: RunRecord.Run, _ execution: inout Execution) {
        execution.runs.append(run)
        if run.status != .succeeded { execution.unsound.insert(run.object.name) }
        configuration.report(.runFinished(run))
        record(.ran(run.object, run.status), &execution)
    }

    private func perform(_ change: PlannedChange, _ execution: inout Execution) async {
        guard execution.isSound, !Task.isCancelled else {
            return skip(change, "an earlier change failed", &execution)
        }
        record(.changing(change.object), &execution)
        guard execution.isSound else { return }
        var result = RunRecord.Change(action: change.action, object: change.object, status: .done)
        do throws(SystemsManagerError) {
            for operation in change.operations {
                if let id = try await provider.perform(operation) {
                    execution.associations[change.object.name] = id
                }
            }
        } catch {
            result.status = .failed
            result.message = error.description
            execution.fail("\(change.action.rawValue) \(change.object): \(error)")
        }
        execution.changes.append(result)
        configuration.report(.changed(result))
        record(.changed(result), &execution)
    }

    private func skip(_ change: PlannedChange, _ why: String, _ execution: inout Execution) {
        let result = RunRecord.Change(
            action: change.action,
            object: change.object,
            status: .skipped,
            message: why
        )
        execution.changes.append(result)
        configuration.report(.changed(result))
    }

    /// A journal that cannot be written stops the run: without it the next one could not tell.
    private func record(_ entry: RunJournal.Entry, _ execution: inout Execution) {
        do {
            try journal.append(entry)
        } catch {
            execution.fail("the journal \(journal.path) cannot be written: \(error)")
        }
    }

    private func outcome(of execution: Execution) -> RunRecord.Outcome {
        if Task.isCancelled { return .interrupted }
        if !execution.isSound { return .failed }
        return execution.runs.allSatisfy { $0.status == .succeeded } ? .succeeded : .partial
    }
}
