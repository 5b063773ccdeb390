// SPDX-License-Identifier: Apache-2.0
import Dispatch
import FleetAgent
import FleetModel
import FoundationEssentials
import Glibc

/// The agent of a node.
@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.first == "supervise", let folder = arguments.dropFirst().first else {
            usage()
        }
        exit(await supervise(folder))
    }

    /// Runs one document in a process of its own; SIGTERM ends it and what it started.
    private static func supervise(_ folder: String) async -> Int32 {
        let work = Task {
            await DocumentSupervisor.run(folder: folder, now: { Timestamp(Date()) })
        }
        signal(SIGTERM, SIG_IGN)
        let termination = DispatchSource.makeSignalSource(signal: SIGTERM)
        termination.setEventHandler { work.cancel() }
        termination.activate()
        let status = await work.value
        termination.cancel()
        return status
    }

    private static func usage() -> Never {
        let text = "usage: aplomb-agent supervise FOLDER\n"
        _ = write(2, text, text.utf8.count)
        exit(64)
    }
}
