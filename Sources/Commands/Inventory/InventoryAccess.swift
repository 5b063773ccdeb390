// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetModel
import InventoryQueries
import Reports
import SystemsManagerAPI

/// The fleet's inventory, opened: who there is, and whom to ask.
struct InventoryAccess {
    var manager: any SystemsManager
    var nodes: [InstanceInformation]

    /// Finds nodes by their names or ids, each once; all of them where none is named.
    ///
    /// *Errors*: `CommandError`, naming the nearest.
    func nodes(named names: [String]) throws -> [InstanceInformation] {
        guard !names.isEmpty else { return nodes }
        var found: [InstanceInformation] = []
        for name in names {
            let node = try node(named: name)
            if !found.contains(where: { $0.instanceId == node.instanceId }) { found.append(node) }
        }
        return found
    }

    func node(named name: String) throws -> InstanceInformation {
        guard let node = nodes.first(where: { $0.name == name || $0.instanceId.rawValue == name })
        else { throw CommandError.missing("node", name, among: nodes.map(\.name)) }
        return node
    }

    /// The types that a node reports, or all do.
    func types(of node: InstanceInformation? = nil) async throws -> [ReportedInventoryType] {
        try await manager.perform(ListInventoryTypes(instanceId: node?.instanceId)).types
    }

    /// What a node reported of a type; `nil` when it never did.
    func report(
        _ typeName: String,
        of node: InstanceInformation
    ) async throws -> ListInventoryEntriesResponse? {
        let report = try await manager.perform(
            ListInventoryEntries(instanceId: node.instanceId, typeName: typeName)
        )
        return report.schemaVersion.isEmpty ? nil : report
    }
}

extension CommandEnvironment {
    /// Opens the fleet's inventory for some work, and asks nodes first where that was asked for.
    ///
    /// *Shape*: without `names`, all nodes are asked.
    func withInventory<Value: Sendable>(
        _ options: InventoryOptions,
        nodes names: [String] = [],
        _ body: (InventoryAccess) async throws -> Value
    ) async throws -> Value {
        let directory = options.state.directory(in: self)
        let loaded = try await loader(options.source.selection, directory).load()
        return try await reconciler(directory).withSession(
            loaded,
            mode: options.refresh ? .readWrite : .readOnly
        ) { session in
            let nodes = try await session.manager.perform(DescribeInstanceInformation())
                .instanceInformationList
            let access = InventoryAccess(manager: session.manager, nodes: nodes)
            if options.refresh {
                await session.refreshInventory(try access.nodes(named: names).map(\.instanceId))
            }
            return try await body(access)
        }
    }
}

extension CommandError {
    /// Says where an expression is wrong.
    init(_ error: ExpressionError, in text: String) {
        self.init(
            .usage,
            InventoryExpressionView.message(error, in: text),
            hint: error.hint
        )
    }
}

/// A comma-separated list of names.
func namesList(_ text: String?) -> [String] {
    (text ?? "").split(separator: ",").map(String.init).filter { !$0.isEmpty }
}
