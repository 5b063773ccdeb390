// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import ArgumentParser
import FleetModel
import FleetServer
import Reports
import SystemPackage

/// `aplomb access-key`: who may use the served API.
struct AccessKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access-key",
        abstract: "Makes, lists and deletes the keys of the served API.",
        discussion: """
            A key works at once, and not any more once it is deleted: 'aplomb serve' need not be told.
            Examples:
              aplomb access-key create --role readOnly --description dashboard
              aplomb access-key list
              aplomb access-key delete AKIA…
            """,
        subcommands: [
            AccessKeyCreateCommand.self, AccessKeyListCommand.self, AccessKeyDeleteCommand.self,
        ]
    )
}

extension AccessRole: ExpressibleByArgument {}

struct AccessKeyCreateCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a key, and shows its secret this once."
    )

    @Option(
        help: """
            What its holder may do: admin (everything), operator (look, and run commands on nodes), \
            readOnly (look).
            """
    )
    var role = AccessRole.admin

    @Option(help: ArgumentHelp("What the key is for.", valueName: "text"))
    var description = ""

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    @OptionGroup var state: StateOptions

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let key = AccessKey.make(
            role: role,
            description: description,
            at: environment.now(),
            random: environment.randomBytes
        )
        let store = AccessKeyStore(stateDirectory: state.directory(in: environment).string)
        do {
            try store.insert(key)
        } catch let error as ServerError {
            throw CommandError(.failed, error.message, hint: error.hint)
        }
        if output == .json {
            let secret = key.credentials.secretAccessKey
            environment.console.write(ReportJSON.text(AccessKeyView(key, secret: secret)))
        } else {
            environment.console.write(
                """
                AWS_ACCESS_KEY_ID=\(key.id)
                AWS_SECRET_ACCESS_KEY=\(key.credentials.secretAccessKey)

                """
            )
            environment.console.note("the secret is not shown again")
        }
        return .success
    }
}

struct AccessKeyListCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the keys, without their secrets."
    )

    @Option(help: "How to write it: text or json.")
    var output: ReconcileCommand.Format = .text

    @OptionGroup var state: StateOptions

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let keys = AccessKeyStore(stateDirectory: state.directory(in: environment).string).keys()
        if output == .json {
            let items = keys.map { AccessKeyView($0) }
            environment.console.write(ReportJSON.text(["items": items]))
            return .success
        }
        environment.console.write(
            ListView.render(
                titles: ["ID", "ROLE", "CREATED", "DESCRIPTION"],
                rows: keys.map { key in
                    [key.id, key.role.rawValue, key.createdAt.description, key.description]
                },
                style: environment.console.style(.output)
            )
        )
        return .success
    }
}

/// A key as JSON; its secret only where it was just made.
private struct AccessKeyView: Encodable {
    var accessKeyId: String
    var secretAccessKey: String?
    var role: AccessRole
    var description: String
    var createdAt: Timestamp

    init(_ key: AccessKey, secret: String? = nil) {
        accessKeyId = key.id
        secretAccessKey = secret
        role = key.role
        description = key.description
        createdAt = key.createdAt
    }
}

struct AccessKeyDeleteCommand: EnvironmentCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Deletes a key: from now on it is refused."
    )

    @Argument(help: ArgumentHelp("The key's id, such as AKIA….", valueName: "id"))
    var id: String

    @OptionGroup var state: StateOptions

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let store = AccessKeyStore(stateDirectory: state.directory(in: environment).string)
        do {
            guard try store.delete(id) else {
                throw CommandError.missing("access key", id, among: store.keys().map(\.id))
            }
        } catch let error as ServerError {
            throw CommandError(.failed, error.message, hint: error.hint)
        }
        return .success
    }
}
