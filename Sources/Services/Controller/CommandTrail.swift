// SPDX-License-Identifier: Apache-2.0
import Drifts
import FleetModel
import SystemsManagerAPI

/// Finds the commands that ran on nodes since some time.
struct CommandTrail {
    /// How many commands are looked at: on a busy fleet the latest say enough.
    private static let commandsMax = 100

    private let manager: any SystemsManager

    init(_ manager: any SystemsManager) { self.manager = manager }

    /// The commands by the names of the nodes that they ran on, the oldest first.
    ///
    /// A trail is a help and no condition: where the provider cannot be asked, there is none.
    func touches(of nodes: [ObservedNode], since time: Timestamp) async -> [String: [NodeTouch]] {
        let names = Dictionary(
            nodes.map { ($0.id, $0.name) },
            uniquingKeysWith: { first, _ in first }
        )
        var touches: [String: [NodeTouch]] = [:]
        do {
            for command in try await commands(since: time) {
                let touch = NodeTouch(
                    commandID: command.commandId,
                    document: command.documentName,
                    comment: command.comment,
                    at: command.requestedDateTime
                )
                for id in try await targets(of: command) {
                    if let name = names[id] { touches[name, default: []].append(touch) }
                }
            }
        } catch {
            return [:]
        }
        return touches.mapValues { $0.sorted { ($0.at, $0.commandID) < ($1.at, $1.commandID) } }
    }

    /// The provider lists the newest first, which ends the search early.
    private func commands(since time: Timestamp) async throws(SystemsManagerError) -> [Command] {
        var commands: [Command] = []
        var token: String?
        repeat {
            let page = try await manager.perform(ListCommands(nextToken: token))
            for command in page.commands {
                guard command.requestedDateTime >= time, commands.count < Self.commandsMax else {
                    return commands
                }
                commands.append(command)
            }
            token = page.nextToken
        } while token != nil
        return commands
    }

    private func targets(of command: Command) async throws(SystemsManagerError) -> [NodeID] {
        if !command.instanceIds.isEmpty { return command.instanceIds }
        var ids: [NodeID] = []
        var token: String?
        repeat {
            let page = try await manager.perform(
                ListCommandInvocations(commandId: command.commandId, nextToken: token)
            )
            ids += page.commandInvocations.map(\.instanceId)
            token = page.nextToken
        } while token != nil
        return ids
    }
}
