// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// The exceptions in force, by what they concern.
struct ExceptionTable {
    let fields: FieldExemptions
    /// Which exception suspends an association: of several the one that ends last.
    private(set) var suspendedAssociations: [String: DesiredException] = [:]
    /// The nodes on which nothing runs, each once, with the exception that ends last.
    private(set) var suspendedNodes: [(exception: DesiredException, nodes: NodeSet)] = []
    private var policies: [String: [(exception: String, nodes: NodeSet?)]] = [:]

    init(_ input: PlanningInput, _ table: NodeTable) {
        fields = FieldExemptions(input)
        let latestFirst = input.exceptionsInForce.sorted {
            ($1.expires, $0.name) < ($0.expires, $1.name)
        }
        var seen = NodeSet()
        for exception in latestFirst {
            switch exception.effect {
            case .suspend(let suspension):
                for name in suspension.associations where suspendedAssociations[name] == nil {
                    suspendedAssociations[name] = exception
                }
                let nodes = table.select(suspension.targets).subtracting(seen)
                guard !nodes.isEmpty else { continue }
                suspendedNodes.append((exception, nodes))
                seen.formUnion(nodes)
            case .ignore(.policies(let names, let targets)):
                let nodes = targets.isEmpty ? nil : table.select(targets)
                for name in names { policies[name, default: []].append((exception.name, nodes)) }
            case .ignore(.objects), .allow: break
            }
        }
    }

    /// The targets of a policy on which it may be broken, each node with one exception.
    func ignored(
        _ policy: String,
        among targeted: NodeSet
    ) -> [(exception: String, nodes: NodeSet)] {
        var left = targeted
        return (policies[policy] ?? []).compactMap { exception, nodes in
            let here = nodes.map { $0.intersection(left) } ?? left
            left = left.subtracting(here)
            return here.isEmpty ? nil : (exception, here)
        }
    }
}
