// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Nodes that fare alike under every association, as one: a fleet has few such classes, and many
/// nodes in each.
///
/// *Shape*: classes are numbered in the order in which they came up; class 0 has no line.
struct NodeClasses: Hashable, Sendable {
    /// What nodes may have in common.
    enum Line: Hashable, Sendable {
        case compliant(String)
        case waiting(String)
    }

    /// The class of each node, by place.
    private(set) var ofNode: [Int]
    /// The lines of each class, in the order in which they were told.
    private(set) var lines: [[Line]] = [[]]

    init(count: Int) { ofNode = Array(repeating: 0, count: count) }

    /// Tells something of some nodes: those of a class that are among them become a class.
    mutating func split(_ set: NodeSet, by line: Line) {
        var successors = Array(repeating: -1, count: lines.count)
        for place in set.members where place < ofNode.count {
            let old = ofNode[place]
            if successors[old] < 0 {
                successors[old] = lines.count
                lines.append(lines[old] + [line])
            }
            ofNode[place] = successors[old]
        }
    }

    /// The names under which a class is as it should be.
    func compliant(_ number: Int) -> [String] {
        lines[number].compactMap { if case .compliant(let name) = $0 { name } else { nil } }
    }

    /// The names under which a class is still to run.
    func waiting(_ number: Int) -> [String] {
        lines[number].compactMap { if case .waiting(let name) = $0 { name } else { nil } }
    }
}
