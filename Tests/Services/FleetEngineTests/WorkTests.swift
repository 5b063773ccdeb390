// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import Synchronization
import SystemsManagerAPI
import TestSupport
import Testing

@testable import FleetEngine

@Suite("Running work on nodes")
struct WorkTests {
    private let everyone = [TargetExpression(key: "InstanceIds", values: ["*"])]

    @Test("an execution runs on all targets and its statuses reach the targets")
    func execution() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let links = [ScriptedLink(), ScriptedLink()]
        let ids = [
            try await engine.attach("web-1", links[0]), try await engine.attach("web-2", links[1]),
        ]
        let started = try await engine.start(try await engine.makeAssociation(everyone))
        let execution = try await engine.waitForExecution(started.executionId)
        #expect(execution.status == "Success")
        #expect(execution.resourceCountByStatus == "{Success=2}")
        #expect(links.map(\.asked) == [[started.commandId], [started.commandId]])
        let cohorts = try await engine.cohorts()
        #expect(cohorts.count == 1)
        #expect(cohorts.first?.status == .success)
        #expect(Set(cohorts.first?.instanceIds ?? []) == Set(ids))
        #expect(cohorts.first?.executionId == started.executionId)
        let command = try await engine.waitForCommand(started.commandId)
        #expect(command.completedCount == 2 && command.errorCount == 0)
        let invocation = try await engine.perform(
            GetCommandInvocation(commandId: started.commandId, instanceId: ids[0])
        )
        #expect(invocation.standardOutputContent == "hello\n")
        #expect(invocation.pluginName == "say")
        #expect(invocation.responseCode == 0)
        let association = try await engine.perform(
            DescribeAssociation(associationId: started.associationId)
        )
        #expect(association.associationDescription.lastSuccessfulExecutionDate != nil)
        try await engine.close()
    }

    @Test("results hold for a new version of an association that does the same, and for no other")
    func carriedResults() async throws {
        let engine = try await EngineFixture().open()
        try await engine.attach("web-1", ScriptedLink())
        let id = try await engine.makeAssociation(everyone)
        _ = try await engine.waitForExecution(try await engine.start(id).executionId)
        // When, how fast and where it runs does not change what it did.
        _ = try await engine.perform(
            UpdateAssociation(
                associationId: id,
                documentVersion: "$DEFAULT",
                targets: everyone,
                scheduleExpression: "rate(1 day)"
            )
        )
        #expect(try await engine.cohorts().map(\.associationVersion) == [2])
        _ = try await engine.perform(
            UpdateAssociation(
                associationId: id,
                documentVersion: "1",
                targets: everyone
            )
        )
        #expect(try await engine.cohorts().map(\.associationVersion) == [2])
        try await engine.close()
    }

    @Test("MaxErrors 0 with MaxConcurrency 1 leaves the rest terminated")
    func maxErrors() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        for index in 1...4 {
            try await engine.attach(
                "web-\(index)",
                ScriptedLink(index == 2 ? .failed : .success)
            )
        }
        let id = try await engine.makeAssociation(everyone, maxConcurrency: "1")
        let started = try await engine.start(id)
        let execution = try await engine.waitForExecution(started.executionId)
        #expect(execution.status == "Failed")
        #expect(execution.resourceCountByStatus == "{Failed=1, Success=1, Terminated=2}")
        let statuses = Dictionary(
            uniqueKeysWithValues: try await engine.cohorts().map {
                ($0.status, $0.instanceIds.count)
            }
        )
        #expect(statuses == [.success: 1, .failed: 1, .terminated: 2])
        try await engine.close()
    }

    @Test("progress tells of every node and ends")
    func progress() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let gate = Gate()
        let id = try await engine.attach(
            "web-1",
            ScriptedLink { _ in
                await gate.wait()
                return .success
            }
        )
        let started = try await engine.start(try await engine.makeAssociation(everyone))
        var seen: [String] = []
        var last: CommandProgress?
        for await progress in engine.progress(of: started.commandId) {
            seen += progress.transitions.filter { $0.instanceId == id }.map(\.statusDetails)
            if seen.last == "InProgress" { gate.open() }
            last = progress
        }
        #expect(seen.last == "Success")
        #expect(last?.isFinished == true)
        #expect(last?.counts == ["Success": 1])
        try await engine.close()
    }

    @Test("P-01: the store says InProgress before the node is asked")
    func markedFirst() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let seen = Mutex<[String]>([])
        let holder = Mutex<EmbeddedEngine?>(engine)
        try await engine.attach(
            "web-1",
            ScriptedLink { _ in
                guard let engine = holder.withLock({ $0 }) else { return .failed }
                let list = try? await engine.perform(ListCommandInvocations())
                let statuses = list?.commandInvocations.map(\.status) ?? []
                seen.withLock { $0 = statuses }
                return .success
            }
        )
        let started = try await engine.start(try await engine.makeAssociation(everyone))
        _ = try await engine.waitForExecution(started.executionId)
        #expect(seen.withLock { $0 } == ["InProgress"])
        holder.withLock { $0 = nil }
        try await engine.close()
    }

    @Test("FT-01, FT-02: after a crash what ran is Interrupted, what was not sent is planned again")
    func crash() async throws {
        let fixture = try EngineFixture()
        let gate = Gate()
        let stuck = ScriptedLink { _ in
            await gate.wait()
            return .success
        }
        let other = ScriptedLink()
        var ids: [NodeID] = []
        let started: StartedExecution
        do {
            let engine = try await fixture.open()
            ids.append(try await engine.attach("web-1", stuck))
            ids.append(try await engine.attach("web-2", other))
            started = try await engine.start(
                try await engine.makeAssociation(everyone, maxConcurrency: "1")
            )
            for await progress in engine.progress(of: started.commandId)
            where progress.counts["InProgress"] == 1 { break }
            // Gone without a word: the file is closed under the engine, as by SIGKILL.
            try engine.store.close()
        }
        for round in 1...2 {
            let engine = try await fixture.open()
            let command = try await engine.waitForCommand(started.commandId)
            #expect(command.status == "Failed", "round \(round)")
            #expect(command.completedCount == 2)
            #expect(command.errorCount == 1)
            let rows = try await engine.perform(
                ListCommandInvocations(commandId: started.commandId)
            ).commandInvocations
            #expect(rows.map(\.statusDetails) == ["Interrupted", "Cancelled"])
            let cohorts = try await engine.cohorts()
            #expect(cohorts.map(\.status) == [.interrupted])
            #expect(cohorts.map(\.interruptions) == [1])
            #expect(cohorts.map(\.instanceIds) == [[ids[0]]])
            try await engine.close()
        }
        gate.open()
        #expect(stuck.asked.count == 1)
        #expect(other.asked.isEmpty)
    }

    @Test("closing stops what runs, reports it and forgets what was not sent")
    func close() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let stuck = ScriptedLink { _ in
            await Gate().wait()
            return Task.isCancelled ? .cancelled : .success
        }
        try await engine.attach("web-1", stuck)
        try await engine.attach("web-2")
        let started = try await engine.start(
            try await engine.makeAssociation(everyone, maxConcurrency: "1")
        )
        for await progress in engine.progress(of: started.commandId)
        where progress.counts["InProgress"] == 1 { break }
        try await engine.close()
        let next = try await fixture.open()
        #expect(try await next.waitForCommand(started.commandId).status == "Cancelled")
        #expect(try await next.cohorts().map(\.status) == [.cancelled])
        try await next.close()
    }

    @Test("CancelCommand ends the pending and stops the running")
    func cancel() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let stuck = ScriptedLink { _ in
            await Gate().wait()
            return .cancelled
        }
        try await engine.attach("web-1", stuck)
        try await engine.attach("web-2")
        let command = try await engine.perform(
            SendCommand(
                documentName: "AWS-RunShellScript",
                targets: everyone,
                parameters: ["commands": ["sleep 100"]],
                maxConcurrency: .count(1)
            )
        ).command
        for await progress in engine.progress(of: command.commandId)
        where progress.counts["InProgress"] == 1 { break }
        _ = try await engine.perform(CancelCommand(commandId: command.commandId))
        let ended = try await engine.waitForCommand(command.commandId)
        #expect(ended.status == "Cancelled")
        let rows = try await engine.perform(
            ListCommandInvocations(commandId: command.commandId)
        ).commandInvocations
        #expect(rows.map(\.status) == ["Cancelled", "Cancelled"])
        await expectError(.invalidCommandId, engine, CancelCommand(commandId: "none"))
        try await engine.close()
    }

    @Test("a node that is away is waited for, and timed out in the end")
    func offline() async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let (late, never) = (ScriptedLink(), ScriptedLink())
        let ids = [
            try await engine.attach("web-1", late), try await engine.attach("web-2", never),
        ]
        for id in ids { engine.detach(id) }
        let command = try await engine.perform(
            SendCommand(
                documentName: "AWS-RunShellScript",
                instanceIds: ids,
                parameters: ["commands": ["true"]],
                timeoutSeconds: 60
            )
        ).command
        for await progress in engine.progress(of: command.commandId) {
            if progress.counts["Delayed"] == 2 { try await engine.attach("web-1", late) }
            if progress.counts["Success"] == 1 { fixture.clock.advance(by: .seconds(61)) }
        }
        let ended = try await engine.waitForCommand(command.commandId)
        #expect(ended.statusDetails == "DeliveryTimedOut")
        #expect(ended.deliveryTimedOutCount == 1)
        #expect(late.asked.count == 1 && never.asked.isEmpty)
        try await engine.close()
    }

    @Test("a node that cannot be started is Undeliverable with the words, and is not an error")
    func undeliverable() async throws {
        struct NoRoom: Error, CustomStringConvertible { var description: String { "no room" } }
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let id = try await engine.attach(NodeRegistration(name: "web-1")) { _ in throw NoRoom() }
        let started = try await engine.start(try await engine.makeAssociation(everyone))
        _ = try await engine.waitForExecution(started.executionId)
        let invocation = try await engine.perform(
            GetCommandInvocation(commandId: started.commandId, instanceId: id)
        )
        #expect(invocation.status == "Failed")
        #expect(invocation.statusDetails == "Undeliverable")
        #expect(invocation.standardErrorContent.contains("no room"))
        #expect(try await engine.waitForCommand(started.commandId).errorCount == 0)
        try await engine.close()
    }
}
