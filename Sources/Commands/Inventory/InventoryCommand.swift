// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `aplomb inventory`: what nodes report.
struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "Shows, queries, compares and exports what nodes report.",
        discussion: """
            Examples:
              aplomb inventory list
              aplomb inventory get web-1 --type AWS:Application
              aplomb inventory query 'AWS:Application.Name = "openssl" and Version < "3.0.15"'
              aplomb inventory diff web-1 --since 2d
              aplomb inventory export --output csv --type AWS:Application --out packages.csv

            All show what was reported last, and when; --refresh asks the nodes first.
            """,
        subcommands: [
            InventoryListCommand.self, InventoryGetCommand.self, InventoryQueryCommand.self,
            InventoryDiffCommand.self, InventoryExportCommand.self,
        ]
    )
}

/// Which fleet, and whether to ask its nodes first: the same for every verb of inventory.
struct InventoryOptions: ParsableArguments {
    @OptionGroup var source: FleetOptions
    @OptionGroup var state: StateOptions

    @Flag(help: "Ask the nodes first, instead of showing what they reported last.")
    var refresh = false
}
