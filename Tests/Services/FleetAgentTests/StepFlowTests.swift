// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Testing

@testable import FleetAgent

@Suite("Which steps run, and what they mean together")
struct StepFlowTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var steps: [AgentStep]
        /// What the n-th step reports when it runs.
        var ends: [(StepResult.Status, Int)]
        var statuses: [StepResult.Status]
        var document: StepResult.Status

        var testDescription: String { name }
    }

    private static func step(
        _ name: String,
        onFailure: AgentStep.Continuation = .next,
        onSuccess: AgentStep.Continuation = .next,
        finally: Bool = false
    ) -> AgentStep {
        AgentStep(
            name: name,
            action: .skip(""),
            onFailure: onFailure,
            onSuccess: onSuccess,
            finallyStep: finally
        )
    }

    static let cases = [
        Case(
            name: "a failed step does not stop later ones",
            steps: [step("a"), step("b")],
            ends: [(.failed, 1), (.success, 0)],
            statuses: [.failed, .success],
            document: .failed
        ),
        Case(
            name: "onFailure exit",
            steps: [step("a", onFailure: .exit), step("b")],
            ends: [(.failed, 1), (.success, 0)],
            statuses: [.failed, .skipped],
            document: .failed
        ),
        Case(
            name: "onFailure successAndExit",
            steps: [step("a", onFailure: .successAndExit), step("b")],
            ends: [(.failed, 1), (.success, 0)],
            statuses: [.success, .skipped],
            document: .success
        ),
        Case(
            name: "onSuccess exit, with a finally step",
            steps: [step("a", onSuccess: .exit), step("b"), step("c", finally: true)],
            ends: [(.success, 0), (.success, 0), (.success, 0)],
            statuses: [.success, .skipped, .success],
            document: .success
        ),
        Case(
            name: "a finally step that is not the last is skipped",
            steps: [step("a", onSuccess: .exit), step("b", finally: true), step("c")],
            ends: [(.success, 0), (.success, 0), (.success, 0)],
            statuses: [.success, .skipped, .skipped],
            document: .success
        ),
        Case(
            name: "code 168 is success and exit",
            steps: [step("a"), step("b")],
            ends: [(.failed, 168), (.success, 0)],
            statuses: [.success, .skipped],
            document: .success
        ),
        Case(
            name: "code 169 is failure and exit",
            steps: [step("a"), step("b")],
            ends: [(.failed, 169), (.success, 0)],
            statuses: [.failed, .skipped],
            document: .failed
        ),
        Case(
            name: "a timeout is no failure but decides",
            steps: [step("a"), step("b")],
            ends: [(.timedOut, 137), (.success, 0)],
            statuses: [.timedOut, .success],
            document: .timedOut
        ),
        Case(
            name: "failed weighs more than timed out",
            steps: [step("a"), step("b")],
            ends: [(.timedOut, 137), (.failed, 1)],
            statuses: [.timedOut, .failed],
            document: .failed
        ),
        Case(
            name: "interrupted weighs most",
            steps: [step("a"), step("b")],
            ends: [(.interrupted, -1), (.failed, 1)],
            statuses: [.interrupted, .failed],
            document: .interrupted
        ),
    ]

    @Test("the rules of the agent of AWS", arguments: cases)
    func table(_ test: Case) {
        var flow = StepFlow(AgentDocument(name: "d", version: "1", steps: test.steps))
        var results: [StepResult] = []
        for (index, step) in test.steps.enumerated() {
            switch flow.decide(step, at: index) {
            case .skip: results.append(StepResult(name: step.name, status: .skipped))
            case .run:
                let (status, code) = test.ends[index]
                results.append(
                    flow.ended(
                        step,
                        StepResult(name: step.name, status: status, responseCode: code)
                    )
                )
            }
        }
        #expect(results.map(\.status) == test.statuses)
        #expect(StepFlow.status(of: results) == test.document)
    }
}
