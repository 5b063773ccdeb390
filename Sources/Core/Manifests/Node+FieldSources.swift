// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

extension Node {
    /// Where each part of the manifest's `spec` stands, by path.
    var fieldSources: FieldSources {
        FieldSources { [self] in
            var table: [String: SourceRange] = [:]
            for entry in self["spec"]?.mapping ?? [] {
                entry.value.addSources("spec.\(entry.key.excerpt)", to: &table)
            }
            return table
        }
    }

    /// Adds this node and what is in it; values of parameters as wholes.
    ///
    /// Dependencies count in the order of the desired state: sorted, each once.
    private func addSources(_ path: String, to table: inout [String: SourceRange]) {
        table[path] = range
        switch content {
        case .scalar: break
        case .sequence(let items):
            var items = items
            if path == "spec.dependsOn" {
                items = items.inDependencyOrder.reduce(into: []) { kept, item in
                    if item.text != nil, kept.last?.text != item.text { kept.append(item) }
                }
            }
            for (index, item) in items.enumerated() {
                item.addSources("\(path)[\(index)]", to: &table)
            }
        case .mapping(let entries):
            for entry in entries {
                let inner = "\(path).\(entry.key.excerpt)"
                if path == "spec.parameters" {
                    table[inner] = entry.value.range
                } else {
                    entry.value.addSources(inner, to: &table)
                }
            }
        }
    }
}

extension [Node] {
    /// By name, and by place where two have the same.
    var inDependencyOrder: [Node] {
        sorted { ($0.text ?? "", $0.range) < ($1.text ?? "", $1.range) }
    }
}
