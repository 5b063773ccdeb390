// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import FleetModel
import FoundationEssentials
import PlanExecution
import Reports
import SystemPackage

extension CommandEnvironment {
    /// What reads fleets from a repository as the options say.
    func loader(
        _ source: SourceSelection,
        _ stateDirectory: FilePath,
        content: FleetLoader.Content = .workTree
    ) throws(CommandError) -> FleetLoader {
        FleetLoader(
            FleetLoader.Configuration(
                repository: source.repository,
                path: source.path,
                revision: source.ref,
                content: content,
                workingDirectory: workingDirectory,
                stateDirectory: stateDirectory,
                gitHelper: gitHelper,
                access: try source.remote.access(to: source.repository, in: self),
                now: now
            )
        )
    }

    /// What plans and reconciles, in the state directory of the options.
    func reconciler(
        _ stateDirectory: FilePath,
        report: @escaping @Sendable (ExecutionEvent) -> Void = { _ in }
    ) -> Reconciler {
        Reconciler(
            Reconciler.Configuration(
                openProvider: openProvider,
                stateDirectory: stateDirectory,
                now: now,
                makeRunID: makeRunID,
                pause: pause,
                jitter: jitter,
                holder: "process \(processID) since \(now())",
                report: report
            )
        )
    }

    /// Shows what is wrong with a revision, where people look.
    func showDiagnostics(_ loaded: LoadedFleet) {
        console.write(
            DiagnosticsTerminalView.render(
                loaded.diagnostics,
                texts: loaded.texts,
                style: console.style(.error)
            ),
            to: .error
        )
    }

    /// Says how many warnings a usable revision has.
    func showWarnings(_ loaded: LoadedFleet) {
        let count = loaded.diagnostics.count
        guard count > 0, console.isTerminal(.error) else { return }
        console.note(
            "\(count) \(count == 1 ? "warning" : "warnings"); 'aplomb validate' lists them"
        )
    }

    /// Writes a result to a file that someone named.
    func write(_ text: String, toFile name: String) throws {
        let path = workingDirectory.pushing(FilePath(name))
        do {
            try Data(text.utf8).write(to: URL(filePath: path.string), options: .atomic)
        } catch {
            throw CommandError(.failed, "cannot write '\(name)': \(error)")
        }
    }

    /// Reads standard input to its end.
    func readStandardInput(bytesMax: Int = 1 << 20) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= bytesMax {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = try FileDescriptor.standardInput.read(
                    into: UnsafeMutableRawBufferPointer(buffer)
                )
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
        throw CommandError(.usage, "standard input is larger than \(bytesMax) bytes")
    }

    /// Makes a private folder for the time of some work, and removes it whatever happens.
    func withTemporaryDirectory<Value>(
        _ name: String,
        _ body: (FilePath) async throws -> Value
    ) async throws -> Value {
        let base = FilePath(variables["TMPDIR"] ?? "/tmp")
        let directory = base.appending("\(name)-\(processID)-\(makeRunID())")
        try StateFile.makePrivateDirectory(directory)
        defer { try? FileManager.default.removeItem(atPath: directory.string) }
        return try await body(directory)
    }
}

extension CommandError {
    /// Says that there is nothing of a name, and which name was meant.
    static func missing(
        _ kind: String,
        _ name: String,
        among names: [String],
        status: ExitStatus = .failed
    ) -> CommandError {
        let meant = nearestName(to: name, among: names).map { "did you mean '\($0)'? " } ?? ""
        let known =
            names.isEmpty ? "there are none" : "known: \(names.prefix(20).joined(separator: ", "))"
        return CommandError(status, "there is no \(kind) '\(name)'", hint: meant + known)
    }
}
