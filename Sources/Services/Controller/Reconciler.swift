// SPDX-License-Identifier: Apache-2.0
import Drifts
package import FleetModel
import Git
package import PlanExecution
package import Planning
package import Reports
package import SystemPackage
import SystemsManagerAPI

/// Joins what git says, what the provider says, and the plan that follows.
package struct Reconciler: Sendable {
    package struct Configuration: Sendable {
        package var openProvider: ProviderOpener
        package var stateDirectory: FilePath
        package var now: @Sendable () -> Timestamp
        package var makeRunID: @Sendable () -> String
        package var pause: @Sendable (_ milliseconds: Int) async -> Void
        package var jitter: @Sendable () -> Double
        /// What a run writes into its lock about itself.
        package var holder: String
        package var report: @Sendable (ExecutionEvent) -> Void

        package init(
            openProvider: @escaping ProviderOpener,
            stateDirectory: FilePath,
            now: @escaping @Sendable () -> Timestamp,
            makeRunID: @escaping @Sendable () -> String,
            pause: @escaping @Sendable (_ milliseconds: Int) async -> Void,
            jitter: @escaping @Sendable () -> Double,
            holder: String,
            report: @escaping @Sendable (ExecutionEvent) -> Void = { _ in }
        ) {
            self.openProvider = openProvider
            self.stateDirectory = stateDirectory
            self.now = now
            self.makeRunID = makeRunID
            self.pause = pause
            self.jitter = jitter
            self.holder = holder
            self.report = report
        }
    }

    /// What an operator asked of a reconcile.
    package struct Options: Sendable {
        /// Do exactly this plan or nothing.
        package var expectedDigest: ContentDigest?
        package var failedTargets: PlanningInput.FailedTargets
        /// Accept a branch that was rewritten.
        package var acceptsRewrite: Bool
        package var publishesStatus: Bool
        /// Ask nodes for the inventory that policies and groups want to know, however new it is.
        package var refreshesInventory: Bool
        /// Told the plan once it has passed every check, before anything of it is done.
        package var willExecute: @Sendable (Plan) -> Void

        package init(
            expectedDigest: ContentDigest? = nil,
            failedTargets: PlanningInput.FailedTargets = .hold,
            acceptsRewrite: Bool = false,
            publishesStatus: Bool = true,
            refreshesInventory: Bool = false,
            willExecute: @escaping @Sendable (Plan) -> Void = { _ in }
        ) {
            self.expectedDigest = expectedDigest
            self.failedTargets = failedTargets
            self.acceptsRewrite = acceptsRewrite
            self.publishesStatus = publishesStatus
            self.refreshesInventory = refreshesInventory
            self.willExecute = willExecute
        }
    }

    /// What a reconcile did and found.
    package struct Result: Sendable {
        /// The plan that was executed.
        package var plan: Plan
        /// `nil` when there was nothing to execute.
        package var record: RunRecord?
        /// The plan made again afterwards: what is still not as git says.
        package var remaining: Plan
        package var status: FleetStatus
        package var publication: StatusPublication
        package var compliance: CompliancePublication
    }

    let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    /// Plans, and touches nothing.
    package func plan(
        _ loaded: LoadedFleet,
        failedTargets: PlanningInput.FailedTargets = .hold
    ) async throws -> Plan {
        let desired = try loaded.valid()
        let request = self.request(for: desired, loaded, mode: .readOnly)
        return try await withProvider(request) { session in
            let input = try await input(loaded, desired, session, request.directory, failedTargets)
            return try await sound(Planner.plan(input), input, loaded)
        }
    }

    /// Plans, checks, executes, looks again, and publishes what is.
    ///
    /// *Errors*: `FleetLock.Held`, `ReconcileError` (of a suspended fleet, too, whose status is
    /// published), and those of git and the provider; then nothing was executed. Once execution
    /// began, failures are in the result.
    package func reconcile(_ loaded: LoadedFleet, _ options: Options) async throws -> Result {
        let desired = try loaded.valid()
        let request = self.request(for: desired, loaded, mode: .readWrite)
        try StateFile.makePrivateDirectory(request.directory.path)
        let lock = try FleetLock(path: request.directory.lock, holder: configuration.holder)
        defer { withExtendedLifetime(lock) {} }
        try await checkAncestry(loaded, request.directory, options)
        if let exception = desired.suspension(at: configuration.now()) {
            throw try await report(exception, loaded, desired, options)
        }
        return try await withProvider(request) { session in
            try await reconcile(loaded, desired, session, request.directory, options)
        }
    }

    private func reconcile(
        _ loaded: LoadedFleet,
        _ desired: DesiredState,
        _ session: ProviderSession,
        _ directory: FleetDirectory,
        _ options: Options
    ) async throws -> Result {
        let journal = RunJournal(path: directory.journal)
        let cutShort = try journal.interruptedRun(foundAt: configuration.now())
        let before = try await freshInput(loaded, desired, session, directory, options)
        let plan = try await sound(Planner.plan(before), before, loaded)
        try refuse(plan, options)
        try accept(loaded, directory)
        var drift = try await lookedAt(
            plan,
            before,
            session,
            directory,
            afterCutRun: cutShort != nil
        )
        try StateFile.write(drift, to: directory.drift)
        var record = cutShort
        var after = before
        var remaining = plan
        if !plan.isEmpty {
            options.willExecute(plan)
            try note(plan, before, directory)
            try forgetRehearsals(plan, before, directory)
            record = try await execute(plan, before, session, journal)
            await session.refreshInventory(touchedNodes(plan), desired.inventoryTypes)
            after = try await input(loaded, desired, session, directory, .hold)
            after = try await verified(after, plan, session, directory)
            after.previousMembers = nil
            remaining = Planner.plan(after)
            drift.settle(
                remaining,
                at: configuration.now(),
                isComplete: after.observed.completeness == .complete
            )
            try StateFile.write(drift, to: directory.drift)
        }
        try settle(&after, directory)
        try settleRehearsals(&after, directory)
        try remember(membersOf: after, was: before.previousMembers, directory)
        try remember(objectsOf: after, directory)
        if let record { try StateFile.write(record, to: directory.lastRun) }
        let publisher = CompliancePublisher(manager: session.manager, path: directory.compliance)
        let compliance = await publisher.publish(after)
        let publication = try await publish(
            StatusContent(
                desired: desired,
                observed: after.observed,
                remaining: remaining,
                record: record,
                drift: drift
            ),
            loaded,
            options
        )
        try forget(publishedBy: publication, &drift, directory)
        return Result(
            plan: plan,
            record: plan.isEmpty ? nil : record,
            remaining: remaining,
            status: publication.status,
            publication: publication,
            compliance: compliance
        )
    }

    private func execute(
        _ plan: Plan,
        _ input: PlanningInput,
        _ session: ProviderSession,
        _ journal: RunJournal
    ) async throws -> RunRecord {
        let executor = Executor(
            provider: session.manager,
            journal: journal,
            configuration: Executor.Configuration(
                now: configuration.now,
                pause: configuration.pause,
                report: configuration.report
            )
        )
        let known = input.observed.associations.map { ($0.name, $0.id) }
        return try await executor.execute(
            plan,
            runID: configuration.makeRunID(),
            associations: Dictionary(known, uniquingKeysWith: { first, _ in first })
        )
    }

    /// The input, once the nodes that somebody wants to know of have reported.
    ///
    /// Where a person named the plan, nothing is asked: exactly that plan, or nothing.
    private func freshInput(
        _ loaded: LoadedFleet,
        _ desired: DesiredState,
        _ session: ProviderSession,
        _ directory: FleetDirectory,
        _ options: Options
    ) async throws -> PlanningInput {
        let failed = options.failedTargets
        let input = try await input(loaded, desired, session, directory, failed)
        guard options.expectedDigest == nil else { return input }
        let maxAge = options.refreshesInventory ? 0 : desired.fleet.intervalSeconds
        let silent = Planner.nodesToAsk(input, maxAge: maxAge)
        guard !silent.isEmpty else { return try await rehearsed(input, session, directory) }
        await session.refreshInventory(silent, desired.inventoryTypes)
        let told = try await self.input(loaded, desired, session, directory, failed)
        return try await rehearsed(told, session, directory)
    }

    private func touchedNodes(_ plan: Plan) -> [NodeID] {
        Set(plan.runs.flatMap(\.nodeIDs)).sorted()
    }

    // MARK: - Planning

    func input(
        _ loaded: LoadedFleet,
        _ desired: DesiredState,
        _ session: ProviderSession,
        _ directory: FleetDirectory,
        _ failedTargets: PlanningInput.FailedTargets
    ) async throws -> PlanningInput {
        let observer = FleetObserver(manager: session.manager, now: configuration.now)
        let ownership = Ownership(
            repository: loaded.location.description,
            fleet: desired.fleet.name
        )
        return PlanningInput(
            desired: desired,
            observed: try await observer.observe(desired, ownership: ownership),
            commit: loaded.commit?.id.hex ?? "",
            repository: ownership.repository,
            now: configuration.now(),
            failedTargets: failedTargets,
            // Only words depend on it: a file that cannot be read says nothing, and is replaced.
            previousMembers: try? StateFile.read(GroupMembers.self, at: directory.members),
            remedies: try StateFile.read(RemedyLedger.self, at: directory.remedies)
                ?? RemedyLedger(),
            applied: try StateFile.read(AppliedObjects.self, at: directory.applied)
                ?? AppliedObjects(),
            // A file that cannot be read says nothing: it is rehearsed again.
            rehearsals: (try? StateFile.read(RehearsalLedger.self, at: directory.rehearsals))
                ?? RehearsalLedger()
        )
    }

    /// Counts a remedy as tried before it is: what was cut short has been tried; and forgets what
    /// is deleted, so that nobody else is blamed for that.
    private func note(
        _ plan: Plan,
        _ input: PlanningInput,
        _ directory: FleetDirectory
    ) throws {
        var ledger = input.remedies
        ledger.note(plan, input.desired)
        if ledger != input.remedies { try StateFile.write(ledger, to: directory.remedies) }
        let applied = input.applied.forgetting(deletionsOf: plan)
        if applied != input.applied { try StateFile.write(applied, to: directory.applied) }
    }

    /// Forgets the remedies of nodes that comply now.
    private func settle(_ input: inout PlanningInput, _ directory: FleetDirectory) throws {
        var ledger = input.remedies
        ledger.settle(input)
        guard ledger != input.remedies else { return }
        try StateFile.write(ledger, to: directory.remedies)
        input.remedies = ledger
    }

    /// Notes who is in which group, so that the next plan can say who entered and who left.
    private func remember(
        membersOf input: PlanningInput,
        was previous: GroupMembers?,
        _ directory: FleetDirectory
    ) throws {
        let members = Planner.members(input)
        if members != previous { try StateFile.write(members, to: directory.members) }
    }

    /// Notes what the provider has of ours, so that the next plan can tell what was deleted.
    private func remember(objectsOf input: PlanningInput, _ directory: FleetDirectory) throws {
        let known = try StateFile.read(AppliedObjects.self, at: directory.applied)
        let applied = (known ?? AppliedObjects()).updated(with: input)
        if applied != known { try StateFile.write(applied, to: directory.applied) }
    }

    /// The plan with its authors, once it has passed the check that knows nothing of the planner.
    func sound(
        _ plan: Plan,
        _ input: PlanningInput,
        _ loaded: LoadedFleet
    ) async throws -> Plan {
        let violations = PlanCheck.violations(of: plan, input: input)
        if let first = violations.first {
            throw ReconcileError(
                .unsoundPlan,
                "the plan breaks \(violations.count) rules of plans: \(first)",
                hint: "this is a mistake in Aplomb; nothing was done"
            )
        }
        return await plan.withAuthors(from: loaded)
    }

    private func refuse(_ plan: Plan, _ options: Options) throws(ReconcileError) {
        if let expected = options.expectedDigest, !plan.digest.isNamed(by: expected) {
            throw ReconcileError(
                .stalePlan,
                "the plan is now \(plan.digest.short), not \(expected.short)",
                hint: "an input moved since; look at 'aplomb plan' again"
            )
        }
        if let first = plan.limits.refused.first {
            throw ReconcileError(
                .limitsExceeded,
                plan.limits.refused.count == 1
                    ? first
                    : plan.limits.refused.joined(separator: "; "),
                hint: "make the change smaller, change 'limits' of the Fleet in git, or allow it "
                    + "for a time with an Exception"
            )
        }
    }

    func request(
        for desired: DesiredState,
        _ loaded: LoadedFleet,
        mode: ProviderSession.Mode
    ) -> ProviderSession.Request {
        let ownership = Ownership(
            repository: loaded.location.description,
            fleet: desired.fleet.name
        )
        return ProviderSession.Request(
            desired: desired,
            ownership: ownership,
            directory: FleetDirectory(
                stateDirectory: configuration.stateDirectory,
                ownership: ownership
            ),
            mode: mode
        )
    }

    /// Opens the provider, and closes it however the work ends.
    func withProvider<Value: Sendable>(
        _ request: ProviderSession.Request,
        _ body: (ProviderSession) async throws -> Value
    ) async throws -> Value {
        let session = try await configuration.openProvider(request)
        do {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }
}
