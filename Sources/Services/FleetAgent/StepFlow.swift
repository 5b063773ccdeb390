// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// Decides which steps of a document run, and what their ends mean together.
///
/// *Source*: the agent of AWS: control flow within a step's inputs, exit codes 168, 169 and 194, and
/// the order in which step statuses decide about the document.
package struct StepFlow: Sendable {
    /// The exit codes that mean more than their number.
    package enum ExitCode {
        package static let successAndExit: Int32 = 168
        package static let failAndExit: Int32 = 169
        package static let reboot: Int32 = 194
        /// What a tree ends with that was killed for its time or by request.
        package static let killed = 137
        package static let cannotExecute = 126
        package static let notFound = 127
    }

    /// What is to be done with a step.
    package enum Decision: Hashable, Sendable {
        case run
        case skip(String)
    }

    private let stepCount: Int
    private var exitedAt: String?

    package init(_ document: AgentDocument) { stepCount = document.steps.count }

    /// Says whether the step at a place runs.
    package func decide(_ step: AgentStep, at index: Int) -> Decision {
        guard let exitedAt, !(step.finallyStep && index == stepCount - 1) else { return .run }
        return .skip("skipped: the step \(exitedAt) ended the document before")
    }

    /// Notes how a step ended, and completes what it reports.
    package mutating func ended(_ step: AgentStep, _ result: StepResult) -> StepResult {
        var result = result
        let code = Int32(truncatingIfNeeded: result.responseCode)
        switch result.status {
        case .success:
            if step.onSuccess != .next { exitedAt = step.name }
        case .failed where code == ExitCode.successAndExit:
            exitedAt = step.name
            result.status = .success
            result.standardError = ""
            result.standardOutput += "\nexit code 168: the steps that follow are skipped\n"
        case .failed where code == ExitCode.failAndExit:
            exitedAt = step.name
            result.standardError += "\nexit code 169: the steps that follow are skipped\n"
        case .failed, .timedOut:
            if code == ExitCode.reboot {
                result.standardError +=
                    "\nexit code 194 asks for a reboot, which is not supported on this node\n"
            }
            guard step.onFailure != .next else { break }
            exitedAt = step.name
            guard step.onFailure == .successAndExit else { break }
            result.status = .success
            result.responseCode = Int(ExitCode.successAndExit)
        case .cancelled, .skipped, .interrupted:
            break
        }
        return result
    }

    /// Sums up the steps.
    ///
    /// What nobody saw the end of weighs most: it must not be run again.
    package static func status(of steps: [StepResult]) -> StepResult.Status {
        let order: [StepResult.Status] = [.interrupted, .failed, .timedOut, .cancelled]
        return order.first { status in steps.contains { $0.status == status } } ?? .success
    }
}
