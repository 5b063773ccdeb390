// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Synchronization

/// The nodes that can be reached now, and how.
final class NodeDirectory: Sendable {
    private let links = Mutex<[NodeID: LazyLink]>([:])

    func attach(_ id: NodeID, _ make: @escaping @Sendable () async throws -> any NodeLink) {
        links.withLock { $0[id] = LazyLink(make) }
    }

    func detach(_ id: NodeID) { links.withLock { $0[id] = nil } }

    func isAttached(_ id: NodeID) -> Bool { links.withLock { $0[id] != nil } }

    /// Starts the node's link when nobody has yet; `nil` for a node that is not attached.
    func link(_ id: NodeID) async throws -> (any NodeLink)? {
        try await links.withLock { $0[id] }?.link()
    }
}

/// A link that is started by the first who needs it, and again after a failure.
private actor LazyLink {
    private let make: @Sendable () async throws -> any NodeLink
    private var start: Task<any NodeLink, any Error>?

    init(_ make: @escaping @Sendable () async throws -> any NodeLink) { self.make = make }

    func link() async throws -> any NodeLink {
        if let start { return try await start.value }
        let start = Task { [make] in try await make() }
        self.start = start
        do {
            return try await start.value
        } catch {
            if self.start == start { self.start = nil }
            throw error
        }
    }
}
