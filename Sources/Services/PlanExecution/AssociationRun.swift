// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning
import SystemsManagerAPI

/// One association to run now, on nodes that the plan froze.
struct AssociationRun {
    var object: ObjectReference
    var wave: Int
    var association: AssociationID
    var names: [NodeID: String]
}

/// How long to wait between two looks at a command: short at first, since most end at once.
private let pauseMilliseconds = (first: 5, last: 250)

extension Executor {
    /// Starts one association, follows its command to the end, and reads the results.
    func run(_ run: AssociationRun) async -> RunRecord.Run {
        let startedAt = configuration.now()
        var result = RunRecord.Run(
            object: run.object,
            wave: run.wave,
            status: .failed,
            startedAt: startedAt
        )
        configuration.report(.runStarted(progress(of: run, startedAt: startedAt)))
        do throws(SystemsManagerError) {
            let started = try await provider.perform(
                StartAssociationsOnce(
                    associationIds: [run.association],
                    instanceIds: run.names.keys.sorted()
                )
            )
            guard let execution = started.executions.first else {
                throw SystemsManagerError(
                    .internalServerError,
                    "the provider started nothing for \(run.object)"
                )
            }
            result.commandID = execution.commandId
            let command = try await follow(execution.commandId, run, startedAt: startedAt)
            result.nodes = try await results(of: execution.commandId, names: run.names)
            result.status = command.status == "Success" ? .succeeded : .failed
            if command.status != "Success" {
                result.message = "the command ended \(command.statusDetails)"
            }
        } catch {
            result.message = error.description
        }
        result.finishedAt = configuration.now()
        return result
    }

    private func follow(
        _ id: CommandID,
        _ run: AssociationRun,
        startedAt: Timestamp
    ) async throws(SystemsManagerError) -> Command {
        var pause = pauseMilliseconds.first
        var shown: RunProgress?
        var isCancelling = false
        while true {
            guard
                let command = try await provider.perform(ListCommands(commandId: id)).commands.first
            else { throw SystemsManagerError(.invalidCommandId, "command \(id) has vanished") }
            var now = progress(of: run, startedAt: startedAt)
            (now.completed, now.failed) = (command.completedCount, command.errorCount)
            if now != shown {
                configuration.report(.runProgressed(now))
                shown = now
            }
            if Command.terminalStatuses.contains(command.status) { return command }
            if Task.isCancelled, !isCancelling {
                isCancelling = true
                _ = try await provider.perform(CancelCommand(commandId: id))
            }
            await configuration.pause(pause)
            pause = min(pause * 2, pauseMilliseconds.last)
        }
    }

    private func progress(of run: AssociationRun, startedAt: Timestamp) -> RunProgress {
        RunProgress(
            object: run.object,
            wave: run.wave,
            total: run.names.count,
            startedAt: startedAt
        )
    }

    private func results(
        of id: CommandID,
        names: [NodeID: String]
    ) async throws(SystemsManagerError) -> [RunRecord.NodeResult] {
        var results: [RunRecord.NodeResult] = []
        var token: String?
        repeat {
            let page = try await provider.perform(
                ListCommandInvocations(commandId: id, details: true, nextToken: token)
            )
            results += page.commandInvocations.map { result(of: $0, names: names) }
            token = page.nextToken
        } while token != nil
        return results.sorted { $0.node < $1.node }
    }

    private func result(
        of invocation: CommandInvocation,
        names: [NodeID: String]
    ) -> RunRecord.NodeResult {
        let status = AssociationTargetStatus(statusDetails: invocation.statusDetails)
        let culprit =
            invocation.commandPlugins.first { !["Success", "Skipped"].contains($0.statusDetails) }
            ?? invocation.commandPlugins.last
        return RunRecord.NodeResult(
            node: names[invocation.instanceId] ?? invocation.instanceName,
            status: status,
            detailedStatus: invocation.statusDetails,
            responseCode: culprit?.responseCode,
            output: status == .success ? nil : culprit.map { lastLines(of: $0.output) }
        )
    }

    private func lastLines(of output: String, count: Int = 5) -> String {
        output.split(separator: "\n").suffix(count).joined(separator: "\n")
    }
}

extension Command {
    /// *Source*: SSM user guide, "Understanding command statuses".
    static let terminalStatuses: Set<String> = ["Success", "Cancelled", "Failed", "TimedOut"]
}

extension AssociationTargetStatus {
    /// Reads the details of an invocation's status; what is unknown counts as failed.
    init(statusDetails: String) {
        switch statusDetails {
        case "ExecutionTimedOut", "DeliveryTimedOut": self = .timedOut
        case "Delayed": self = .pending
        case "Cancelling": self = .inProgress
        default: self = AssociationTargetStatus(rawValue: statusDetails) ?? .failed
        }
    }
}
