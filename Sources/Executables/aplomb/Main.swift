// SPDX-License-Identifier: Apache-2.0
import Commands
import FleetModel
import Foundation
import SystemPackage

@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let variables = ProcessInfo.processInfo.environment
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let environment = CommandEnvironment(
            openProvider: { try await Provider.open($0, variables: variables) },
            rehearse: LocalRehearsal.run,
            serve: LocalServer.run,
            makeDatabase: ExportFile.make,
            now: { Timestamp(Date()) },
            makeRunID: { UUID().uuidString.lowercased() },
            randomBytes: { count in
                var generator = SystemRandomNumberGenerator()
                return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            },
            pause: { try? await Task.sleep(for: .milliseconds($0)) },
            jitter: { Double.random(in: 0..<1) },
            variables: variables,
            userID: getuid(),
            processID: getpid(),
            workingDirectory: FilePath(FileManager.default.currentDirectoryPath),
            gitHelper: FilePath(program ?? "aplomb").removingLastComponent()
                .appending("aplomb-git"),
            console: Console(variables: variables)
        )
        let arguments = Array(CommandLine.arguments.dropFirst())
        let work = Task { await Aplomb.main(arguments, in: environment) }
        let stops = StopSignals { work.cancel() }
        let status = await work.value
        // What came to its end although it was told to stop has ended well.
        exit(status == .success ? 0 : stops.received.map { 128 + $0 } ?? status.rawValue)
    }
}
