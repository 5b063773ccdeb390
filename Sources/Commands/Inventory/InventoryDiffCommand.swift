// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FleetModel
import Reports
import SystemsManagerAPI

/// `aplomb inventory diff`: what changed on a node, or how two differ.
struct InventoryDiffCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Shows what changed on a node since a time, or how two nodes differ.",
        discussion: """
            Times are RFC 3339, such as 2026-11-24T02:00:00Z, or how long ago: 90s, 30m, 3h, 2d. \
            History is kept for 30 days.
            Examples:
              aplomb inventory diff web-1 --since 2d
              aplomb inventory diff web-1 --since 2026-11-20T00:00:00Z --until 1d
              aplomb inventory diff web-1 web-2 --type AWS:Application
            """
    )

    @Argument(help: "The node's name or id.")
    var node: String

    @Argument(help: "Another node to compare with, as they are now.")
    var other: String?

    @Option(help: ArgumentHelp("The first time to compare.", valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("The second time; now unless told otherwise.", valueName: "time"))
    var until: String?

    @Option(help: ArgumentHelp("Only this type.", valueName: "type"))
    var type: String?

    @OptionGroup var options: InventoryOptions

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when something differs.")
    var detailedExitCode = false

    func validate() throws {
        guard (other == nil) != (since == nil) else {
            throw ValidationError(
                other == nil
                    ? "give --since, or another node to compare with"
                    : "two nodes are compared as they are now, without --since"
            )
        }
        guard other == nil || until == nil else {
            throw ValidationError("two nodes are compared as they are now, without --until")
        }
    }

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let now = environment.now()
        let since = try self.since.map { try Self.time($0, now: now) }
        let until = try self.until.map { try Self.time($0, now: now) }
        let names = [node] + [other].compactMap { $0 }
        let differences = try await environment.withInventory(options, nodes: names, type: type) {
            access in
            let nodes = try names.map { try access.node(named: $0).instanceId }
            return try await access.manager.perform(
                CompareInventory(
                    from: InventoryPoint(instanceId: nodes[0], at: since),
                    to: InventoryPoint(instanceId: nodes[nodes.count - 1], at: until),
                    typeNames: type.map { [$0] }
                )
            ).differences
        }
        environment.console.write(
            output == .json
                ? ReportJSON.text(["items": differences.map(TypeItem.init)])
                : InventoryDifferenceView.render(
                    differences,
                    sides: other.map { (node, $0) },
                    style: environment.console.style(.output)
                )
        )
        return detailedExitCode && !differences.isEmpty ? .changed : .success
    }

    /// Reads a time, or how long ago it was.
    static func time(_ text: String, now: Timestamp) throws -> Timestamp {
        if let time = Timestamp(rfc3339: text) { return time }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()),
            (0...100_000_000).contains(count)
        else {
            throw CommandError(
                .usage,
                "'\(text)' is no time",
                hint: "write 2026-11-24T02:00:00Z, or how long ago: 90s, 30m, 3h, 2d"
            )
        }
        return now.advanced(bySeconds: -count * unit)
    }

    private struct TypeItem: Encodable {
        var typeName: String
        var fromCaptureTime: Timestamp?
        var toCaptureTime: Timestamp?
        var changes: [ChangeItem]

        init(_ difference: InventoryTypeDifference) {
            typeName = difference.typeName
            fromCaptureTime = difference.fromCaptureTime
            toCaptureTime = difference.toCaptureTime
            changes = difference.changes.map(ChangeItem.init)
        }
    }

    private struct ChangeItem: Encodable {
        var change: InventoryEntryChange.Kind
        var key: [String: String]
        var from: [String: String]?
        var to: [String: String]?
        var lastSeenTime: Timestamp?
        var captureTime: Timestamp?

        init(_ entry: InventoryEntryChange) {
            change = entry.kind
            key = entry.key
            from = entry.from
            to = entry.to
            lastSeenTime = entry.lastSeenTime
            captureTime = entry.captureTime
        }
    }
}
