// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import FleetModel
import Reports
import SystemPackage
import SystemsManagerAPI

/// `aplomb inventory export`: everything that nodes report, for other programs.
struct InventoryExportCommand: EnvironmentCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, yaml, csv, sqlite }

    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes what nodes report as a table, JSON, YAML, CSV or an SQLite database.",
        discussion: """
            One row for each entry; a database has a table for each type. A file appears when it \
            is whole.
            Examples:
              aplomb inventory export --output csv --type AWS:Application --out packages.csv
              aplomb inventory export --output sqlite --out fleet.db
              aplomb inventory export --output json --nodes web-1,web-2
            """
    )

    @Option(help: "How to write it: table, json, yaml, csv or sqlite.")
    var output: Format = .table

    @Option(help: ArgumentHelp("Write to a file; sqlite needs one.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("Only this type.", valueName: "type"))
    var type: String?

    @Option(help: ArgumentHelp("Only these nodes, by name or id.", valueName: "a,b"))
    var nodes: String?

    @OptionGroup var options: InventoryOptions

    func validate() throws {
        guard output != .sqlite || out != nil else {
            throw ValidationError("an SQLite database needs a file: --out FILE")
        }
    }

    func run(in environment: CommandEnvironment) async throws -> ExitStatus {
        let names = namesList(nodes)
        try await environment.withInventory(options, nodes: names) { access in
            let wanted = try access.nodes(named: names)
            let types =
                if let type { [type] } else { try await access.types().map(\.typeName) }
            var columns: [(typeName: String, attributes: [String])] = []
            for type in types { columns.append((type, try await access.attributes(of: type))) }
            guard let out else {
                let style = environment.console.style(.output)
                try await write(columns, wanted, access, style) { environment.console.write($0) }
                return
            }
            let path = environment.workingDirectory.pushing(FilePath(out))
            if output == .sqlite {
                try await writeDatabase(columns, wanted, access, path, environment)
            } else {
                let file = try WholeFile(path)
                try await write(columns, wanted, access, TerminalStyle()) { try file.append($0) }
                try file.finish()
            }
        }
        return .success
    }

    private func write(
        _ columns: [(typeName: String, attributes: [String])],
        _ nodes: [InstanceInformation],
        _ access: InventoryAccess,
        _ style: TerminalStyle,
        _ append: (String) throws -> Void
    ) async throws {
        var names: [String] = []
        for name in columns.flatMap(\.attributes) where !names.contains(name) { names.append(name) }
        let format: InventoryExport.Format =
            switch output {
            case .json: .json
            case .yaml: .yaml
            case .csv: .csv
            case .table, .sqlite: .table
            }
        var export = InventoryExport(format, columns: names, style: style)
        try append(export.header)
        for type in columns.map(\.typeName) {
            for node in nodes {
                guard let report = try await access.report(type, of: node) else { continue }
                let texts = report.entries.map { entry in
                    export.text(
                        InventoryExportRow(
                            node: node.name,
                            nodeID: node.instanceId,
                            typeName: type,
                            captureTime: report.captureTime,
                            entry: entry
                        )
                    )
                }
                try append(texts.joined())
            }
        }
        try append(export.footer)
    }

    private func writeDatabase(
        _ columns: [(typeName: String, attributes: [String])],
        _ nodes: [InstanceInformation],
        _ access: InventoryAccess,
        _ path: FilePath,
        _ environment: CommandEnvironment
    ) async throws {
        let partial = FilePath(path.string + ".partial")
        try WholeFile.remove(partial)
        let database = try environment.makeDatabase(partial.string)
        for (type, attributes) in columns {
            try database.createTable(type, ["nodeName", "nodeId", "captureTime"] + attributes)
            for node in nodes {
                guard let report = try await access.report(type, of: node) else { continue }
                let fixed = [node.name, node.instanceId.rawValue, report.captureTime.description]
                try database.insert(
                    type,
                    report.entries.map { entry in fixed + attributes.map { entry[$0] } }
                )
            }
        }
        try database.close()
        try WholeFile.rename(partial, to: path)
    }
}

extension InventoryAccess {
    /// The attributes of a type: those that we know, and those that nodes report.
    fileprivate func attributes(of typeName: String) async throws -> [String] {
        try await manager.perform(GetInventorySchema(typeName: typeName)).schemas
            .flatMap(\.attributes).map(\.name)
    }
}
