// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import LinuxHost

/// Runs documents on one machine, each step to its end, in order.
///
/// A failed step does not stop later ones unless an exit rule says so (`StepFlow`).
package struct DocumentRunner: Sendable {
    /// Characters of output that are kept: the limits of the API less room for the mark between
    /// head and tail.
    ///
    /// *Source*: GetCommandInvocation, 24,000 and 8,000.
    private static let outputLimit = OutputLimit(headBytes: 11_950, tailBytes: 11_950)
    private static let errorLimit = OutputLimit(headBytes: 3_900, tailBytes: 3_900)

    private let machine: Machine
    private let runner: ProcessRunner
    private let inventory: InventoryCollector
    private let now: @Sendable () -> Timestamp

    package init(
        _ machine: Machine,
        runner: ProcessRunner,
        inventory: InventoryCollector,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.machine = machine
        self.runner = runner
        self.inventory = inventory
        self.now = now
    }

    /// Runs a document.
    ///
    /// Cancelling the task ends the running step's tree; later steps do not run. `onStep` is told all
    /// steps that have ended, each time one more has.
    package func run(
        _ document: AgentDocument,
        onStep: ([StepResult]) -> Void = { _ in }
    ) async -> DocumentResult {
        var flow = StepFlow(document)
        var results: [StepResult] = []
        for (index, step) in document.steps.enumerated() {
            guard !Task.isCancelled else {
                results.append(StepResult(name: step.name, status: .cancelled))
                continue
            }
            switch flow.decide(step, at: index) {
            case .skip(let why):
                results.append(
                    StepResult(name: step.name, status: .skipped, standardOutput: why)
                )
            case .run:
                results.append(flow.ended(step, await run(step)))
                onStep(results)
            }
        }
        return DocumentResult(status: StepFlow.status(of: results), steps: results)
    }

    private func run(_ step: AgentStep) async -> StepResult {
        switch step.action {
        case .skip(let why):
            return StepResult(name: step.name, status: .skipped, standardOutput: why)
        case .refuse(let why):
            return StepResult(
                name: step.name,
                status: .failed,
                responseCode: 1,
                standardError: why
            )
        case .runShellScript(let script):
            let start = now()
            var result = await run(script, name: step.name)
            result.startedAt = start
            result.finishedAt = now()
            return result
        case .softwareInventory(let inputs):
            let start = now()
            var result = Self.result(await inventory.collect(inputs), name: step.name)
            if Task.isCancelled { result.status = .cancelled }
            result.startedAt = start
            result.finishedAt = now()
            return result
        }
    }

    /// A type that failed fails the step, and what the others came to is reported all the same.
    private static func result(
        _ collection: InventoryCollector.Collection,
        name: String
    ) -> StepResult {
        let lines = { (texts: [String]) in texts.map { $0 + "\n" }.joined() }
        let output = lines(collection.notes)
        let errors = lines(collection.failures.map { "\($0.name): \($0.why)" })
        return StepResult(
            name: name,
            status: collection.failures.isEmpty ? .success : .failed,
            responseCode: collection.failures.isEmpty ? 0 : 1,
            standardOutput: cut(output, outputLimit),
            standardError: cut(errors, errorLimit),
            standardOutputBytes: Int64(output.utf8.count),
            standardErrorBytes: Int64(errors.utf8.count),
            inventory: collection.reports
        )
    }

    private static func cut(_ text: String, _ limit: OutputLimit) -> String {
        let bytesMax = limit.headBytes + limit.tailBytes
        guard text.utf8.count > bytesMax else { return text }
        return String(decoding: text.utf8.prefix(bytesMax), as: UTF8.self)
            + "\n--output truncated--\n"
    }

    private func run(_ script: ShellScript, name: String) async -> StepResult {
        guard let text = ScriptText.normalised(script.script) else {
            return failure(name, 1, "the script contains a NUL byte, which no shell can read")
        }
        var request = ProcessRequest.script(text)
        request.environment.merge(script.environment) { $1 }
        request.timeout = .seconds(script.timeoutSeconds)
        request.outputLimit = Self.outputLimit
        request.errorLimit = Self.errorLimit
        if let directory = script.workingDirectory, !directory.isEmpty {
            guard await exists(directory) else {
                return failure(name, 1, "the working directory \(directory) does not exist")
            }
            request.workingDirectory = directory
        }
        do {
            return Self.result(try await runner.run(request, on: machine), name: name)
        } catch {
            return failure(name, Self.code(of: error), error.description)
        }
    }

    private func exists(_ directory: String) async -> Bool {
        guard directory.hasPrefix("/") else { return false }
        // A link in the last place is described itself: ask for what is behind it.
        return (try? HostFiles(machine).status(directory + "/.")) != nil
    }

    private func failure(_ name: String, _ code: Int, _ why: String) -> StepResult {
        StepResult(name: name, status: .failed, responseCode: code, standardError: why + "\n")
    }

    private static func code(of error: HostError) -> Int {
        switch error.code {
        case .notFound: StepFlow.ExitCode.notFound
        case .notPermitted: StepFlow.ExitCode.cannotExecute
        default: 1
        }
    }

    private static func result(_ process: ProcessResult, name: String) -> StepResult {
        let (status, code) = end(of: process)
        return StepResult(
            name: name,
            status: status,
            responseCode: code,
            standardOutput: text(process.output),
            standardError: text(process.error),
            standardOutputBytes: Int64(process.output.totalBytes),
            standardErrorBytes: Int64(process.error.totalBytes)
        )
    }

    private static func end(of process: ProcessResult) -> (StepResult.Status, Int) {
        if process.timedOut { return (.timedOut, StepFlow.ExitCode.killed) }
        if process.cancelled { return (.cancelled, StepFlow.ExitCode.killed) }
        switch process.termination {
        case .exited(0): return (.success, 0)
        case .exited(let code): return (.failed, Int(code))
        case .signalled(let signal): return (.failed, 128 + Int(signal))
        case .interrupted: return (.interrupted, -1)
        }
    }

    private static func text(_ output: CapturedOutput) -> String {
        let text = output.text { "\n--output truncated-- (\($0) bytes left out)\n" }
        // A NUL would end the text in many a reader.
        guard text.utf8.contains(0) else { return text }
        return String(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : Character($0) })
    }
}
