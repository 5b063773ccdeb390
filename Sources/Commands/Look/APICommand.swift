// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Controller
import FleetModel
import SystemsManagerAPI

/// `aplomb api`: one operation of the API, by hand.
struct APICommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Performs one Systems Manager operation on the fleet's provider.",
        discussion: """
            The input is the operation's request as the AWS CLI takes it with --cli-input-json. \
            What it changes was changed outside git: the next plan says so.
            Examples:
              aplomb api ListAssociations
              aplomb api DescribeDocument --input '{"Name": "motd"}'
            """
    )

    @Argument(help: "The operation, such as ListAssociations.")
    var operation: String

    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Option(help: "The request as JSON; '-' reads standard input.")
    var input = "{}"

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        guard let type = OperationCatalog.operation(named: operation) else {
            let names = OperationCatalog.all.map { $0.operationName }
            throw CommandError(
                .usage,
                "there is no operation '\(operation)'",
                hint: "operations: \(names.joined(separator: ", "))"
            )
        }
        let bytes = input == "-" ? try environment.readStandardInput() : Array(input.utf8)
        let loaded = try await environment.loader(
            source.selection,
            state.directory(in: environment)
        ).load()
        let reads = ["List", "Describe", "Get", "Query", "Compare"].contains {
            operation.hasPrefix($0)
        }
        let answer = try await environment.reconciler(state.directory(in: environment)).withSession(
            loaded,
            mode: reads ? .readOnly : .readWrite
        ) { session in
            let answer = try await Self.perform(type, bytes, on: session.manager)
            await Self.awaitCommands(in: answer, on: session.manager, pause: environment.pause)
            return answer
        }
        environment.console.write(String(decoding: answer, as: UTF8.self) + "\n")
        return .success
    }

    /// Waits for the commands that an answer names: they run within this process, and end with it.
    private static func awaitCommands(
        in answer: [UInt8],
        on manager: any SystemsManager,
        pause: @Sendable (_ milliseconds: Int) async -> Void
    ) async {
        let sent = try? WireCodec.decode(SendCommandResponse.self, from: answer)
        let started = try? WireCodec.decode(StartAssociationsOnceResponse.self, from: answer)
        let commands =
            [sent?.command.commandId].compactMap(\.self)
            + (started?.executions.map(\.commandId) ?? [])
        for command in commands { await awaitEnd(of: command, on: manager, pause: pause) }
    }

    private static func awaitEnd(
        of id: CommandID,
        on manager: any SystemsManager,
        pause: @Sendable (_ milliseconds: Int) async -> Void
    ) async {
        let look = ListCommands(commandId: id)
        while !Task.isCancelled, let command = try? await manager.perform(look).commands.first,
            ["Pending", "InProgress", "Cancelling"].contains(command.status)
        {
            await pause(20)
        }
    }

    private static func perform<O: SystemsManagerAPI.Operation>(
        _ type: O.Type,
        _ input: [UInt8],
        on manager: any SystemsManager
    ) async throws -> [UInt8] {
        let request: O
        do {
            request = try WireCodec.decode(type, from: input)
        } catch let error as DecodingError {
            throw CommandError(
                .usage,
                "the input is no request of \(type.operationName): \(error.summary)"
            )
        }
        let answer = try WireCodec.encode(try await manager.perform(request))
        // An answer without content is written as it is meant, not spread over lines.
        return answer.allSatisfy { [0x7B, 0x7D, 0x20, 0x0A].contains($0) } ? [0x7B, 0x7D] : answer
    }
}

extension DecodingError {
    /// What is wrong, in one line.
    fileprivate var summary: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            context.debugDescription
        @unknown default: "\(self)"
        }
    }
}

/// Which repository and fleet, as options rather than an argument.
struct FleetOptions: ParsableArguments {
    @Option(name: .customLong("repo"), help: "The fleet repository: a folder or a URL.")
    var location = "."

    @Option(help: "The folder of the fleet within the repository.")
    var path: String?

    @Option(help: "The branch, tag or commit to read.")
    var ref: String?

    @OptionGroup(title: "Reaching a remote repository") var remote: RemoteOptions

    var selection: SourceSelection {
        SourceSelection(repository: location, path: path, ref: ref, remote: remote)
    }
}
