// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// The nodes that have a file of their own on the status branch, each made when it is asked for:
/// most runs change few of them, and look at no other.
package struct NodeDetails: RandomAccessCollection, Hashable, Sendable {
    private let nodes: [ObservedNode]
    /// Which nodes, ascending.
    private let places: [Int]
    private let failures: [Int: [NodeStatus.Failure]]
    private let classes: NodeClasses

    init(
        nodes: [ObservedNode] = [],
        places: [Int] = [],
        failures: [Int: [NodeStatus.Failure]] = [:],
        classes: NodeClasses = NodeClasses(count: 0)
    ) {
        self.nodes = nodes
        self.places = places
        self.failures = failures
        self.classes = classes
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    package subscript(position: Int) -> NodeStatus {
        let place = places[position]
        let node = nodes[place]
        let number = place < classes.ofNode.count ? classes.ofNode[place] : 0
        return NodeStatus(
            id: node.id,
            name: node.name,
            ping: node.pingStatus,
            lastSeenAt: node.pingStatus == .online ? nil : node.lastPingAt,
            platform: node.platform.capped(at: 120),
            agentVersion: node.agentVersion.capped(at: 40),
            failures: failures[place] ?? [],
            compliant: classes.compliant(number),
            waiting: classes.waiting(number)
        )
    }

    /// The files in their folders, each folder with a digest of all that its files say.
    ///
    /// *Shape*: sorted by name. Equal digests mean equal files, as far as SHA-256 goes.
    func shards(salt: ContentDigest) -> [NodeShard] {
        let digests = classes.lines.indices.map { number in
            var builder = DigestBuilder()
            builder.add(classes.compliant(number))
            builder.add(classes.waiting(number))
            return builder.finalize().rawValue
        }
        var members = Array(repeating: [Int](), count: 256)
        for position in places.indices {
            let id = nodes[places[position]].id.rawValue
            members[Int(ContentDigest.firstByte(of: id))].append(position)
        }
        return members.enumerated().compactMap { number, positions in
            guard !positions.isEmpty else { return nil }
            var builder = DigestBuilder()
            builder.add(salt.rawValue)
            for position in positions {
                add(places[position], to: &builder, classDigests: digests)
            }
            return NodeShard(
                name: hexadecimal([UInt8(number)]),
                digest: builder.finalize(),
                positions: positions
            )
        }
    }

    /// Adds everything that the node's file is made of.
    private func add(_ place: Int, to builder: inout DigestBuilder, classDigests: [String]) {
        let node = nodes[place]
        builder.add(node.id.rawValue)
        builder.add(node.name)
        builder.add(node.pingStatus.rawValue)
        if node.pingStatus != .online { builder.add(node.lastPingAt?.description ?? "") }
        builder.add(node.platformName)
        builder.add(node.platformVersion)
        builder.add(node.agentVersion)
        let number = place < classes.ofNode.count ? classes.ofNode[place] : 0
        builder.add(classDigests[number])
        for failure in failures[place] ?? [] {
            builder.add([
                failure.association, failure.status.rawValue, failure.detail,
                failure.since.description,
            ])
        }
    }

    package static func == (left: Self, right: Self) -> Bool { left.elementsEqual(right) }

    package func hash(into hasher: inout Hasher) {
        for node in self { hasher.combine(node) }
    }
}

/// One folder of node files.
struct NodeShard: Hashable, Sendable {
    /// The first two digits of the digests of its nodes' ids.
    var name: String
    var digest: ContentDigest
    /// Where its nodes are in the details.
    var positions: [Int]
}
