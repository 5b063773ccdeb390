// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FleetModel
import InventoryQueries
import Reports
import SystemsManagerAPI

/// `aplomb inventory query`: which nodes have what an expression says.
struct InventoryQueryCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Finds the nodes of which some entry is as an expression says.",
        discussion: """
            The same expressions choose nodes in resource groups and judge them in policies. \
            Comparisons are = != < <= > >= like in exists; 'and', 'or', 'not' and parentheses join \
            them. Versions are compared as the package manager does. Times may be compared with \
            'now', plus or minus seconds, minutes, hours, days or weeks (s, m, h, d, w).
            Examples:
              aplomb inventory query 'AWS:Application.Name = "openssl" and Version < "3.0.15"'
              aplomb inventory query 'Custom:ListeningSocket.Port = 22' --nodes web-1,web-2
              aplomb inventory query 'AWS:Application.Name like "php*"' --output json
              aplomb inventory query 'Custom:Certificate.NotAfter < now + 14d'
            """
    )

    @Argument(help: "The expression, in quotes.")
    var expression: String

    @Option(help: ArgumentHelp("Only these nodes, by name or id.", valueName: "a,b"))
    var nodes: String?

    @Option(help: ArgumentHelp("The most entries to show of a node.", valueName: "count"))
    var evidence = 3

    @OptionGroup var options: InventoryOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let query: InventoryQuery
        do {
            query = try InventoryQuery(parsing: expression)
        } catch {
            throw CommandError(error, in: expression)
        }
        let names = namesList(nodes)
        let matches = try await environment.withInventory(
            options,
            nodes: names,
            type: query.typeName
        ) { access in
            let wanted = try access.nodes(named: names)
            let answer = try await access.manager.perform(
                QueryInventory(
                    expression: expression,
                    instanceIds: names.isEmpty ? nil : wanted.map(\.instanceId),
                    evidenceMax: evidence
                )
            )
            let names = Dictionary(uniqueKeysWithValues: wanted.map { ($0.instanceId, $0.name) })
            return answer.matches.map { match in
                NamedInventoryMatch(
                    name: names[match.instanceId] ?? match.instanceId.rawValue,
                    match: match
                )
            }.sorted { $0.name < $1.name }
        }
        environment.console.write(
            output == .json
                ? ReportJSON.text(["items": matches.map(Item.init)])
                : InventoryQueryView.render(
                    matches,
                    typeName: query.typeName,
                    now: environment.now(),
                    style: environment.console.style(.output)
                )
        )
        return .success
    }

    private struct Item: Encodable {
        var node: String
        var nodeId: NodeID
        var captureTime: Timestamp?
        var matchCount: Int
        var evidence: [[String: String]]

        init(_ named: NamedInventoryMatch) {
            node = named.name
            nodeId = named.match.instanceId
            captureTime = named.match.captureTime
            matchCount = named.match.matchCount
            evidence = named.match.evidence
        }
    }
}
