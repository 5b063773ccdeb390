// SPDX-License-Identifier: Apache-2.0
import AgentJournal
import FleetAgent
import FleetModel
import Foundation
import LinuxHost

/// What a test tells an agent, a line of JSON each.
enum Input: Codable {
    case connected(resumeFrom: Int)
    case order(WorkOrder)
    case cancel(CommandID)
    case acknowledged(through: Int)
    case finalThrough(Int)
}

/// A real agent whose controller is a test at the other end of two pipes.
///
/// Arguments: the agent's folder, and the program that is its supervisor.
@main
enum Main {
    static func main() async throws {
        signal(SIGPIPE, SIG_IGN)
        let arguments = CommandLine.arguments
        let bootID = try BootClock.bootID()
        let daemon = try await AgentDaemon(
            AgentDaemon.Configuration(
                folder: arguments[1],
                nodeID: "mi-00000000000000000",
                agentVersion: "0",
                supervisor: [arguments[2], "supervise"],
                now: { BootTime(bootID: bootID, seconds: BootClock.seconds) },
                send: { message in
                    guard let line = try? JSONEncoder().encode(message) else { return }
                    // One write: a line is whole or not there.
                    try? FileHandle.standardOutput.write(contentsOf: line + Data("\n".utf8))
                }
            )
        )
        while let line = readLine() {
            switch try JSONDecoder().decode(Input.self, from: Data(line.utf8)) {
            case .connected(let sequence): await daemon.handle(.connected(resumeFrom: sequence))
            case .order(let order): await daemon.handle(.order(order))
            case .cancel(let command): await daemon.handle(.cancel(command))
            case .acknowledged(let sequence):
                await daemon.handle(.acknowledged(through: sequence))
            case .finalThrough(let sequence): await daemon.handle(.finalThrough(sequence))
            }
        }
    }
}
