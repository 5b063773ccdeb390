// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import GRDB
import Testing

@testable import FleetStore

@Suite("What the store holds")
struct StoreContentTests {
    private func withStore(_ body: (FleetStore) async throws -> Void) async throws {
        let folder = try Folder()
        let store = try FleetStore.open(folder.store, mode: .readWrite)
        try await body(store)
        try store.close()
    }

    private func addNodes(_ count: Int, to store: FleetStore) async throws {
        try await store.write { store in
            for index in 1...count {
                _ = try store.insert(
                    NodeRecord(
                        id: NodeID("mi-\(index)"),
                        name: "node-\(index)",
                        registeredAt: someTime
                    )
                )
            }
        }
    }

    private func addAssociation(to store: FleetStore) async throws -> Int {
        try await store.write { store in
            try store.insert(
                AssociationRecord(
                    id: "a",
                    name: "motd",
                    document: "motd",
                    documentVersion: "$DEFAULT",
                    parameters: ["message": ["hi"]],
                    targets: [],
                    scheduleExpression: nil,
                    maxConcurrency: .percent(10),
                    maxErrors: .count(0),
                    complianceSeverity: .medium,
                    createdAt: someTime,
                    updatedAt: someTime
                )
            )
        }
    }

    @Test("runs of node numbers survive their bytes", arguments: 0..<50)
    func runs(seed: Int) {
        var state = UInt64(seed + 1)
        var set = NodeSet()
        for _ in 0..<(seed * 7) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let start = Int(state >> 40) % 5000
            for member in start..<(start + Int(state >> 33) % 40) { set.insert(member) }
        }
        #expect(NodeRuns.decode(NodeRuns.encode(set)) == set)
    }

    @Test("ten thousand nodes that fared alike are a few bytes")
    func compactRuns() {
        #expect(NodeRuns.encode(NodeSet(1...10_000)).count < 8)
        #expect(NodeRuns.decode([0x80]) == nil)
        #expect(NodeRuns.decode([1, 0]) == nil)
        #expect(NodeRuns.decode([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1]) == nil)
    }

    @Test("target states move between cohorts and count interruptions in a row")
    func cohorts() async throws {
        try await withStore { store in
            try await addNodes(4, to: store)
            let association = try await addAssociation(to: store)
            func execution(_ id: ExecutionID, version: Int = 1) -> ExecutionRecord {
                ExecutionRecord(
                    id: id,
                    association: association,
                    associationVersion: version,
                    command: nil,
                    createdAt: someTime,
                    status: "Pending",
                    statusDetails: "Pending"
                )
            }
            let (first, second) = (execution("e1"), execution("e2"))
            try await store.write { store in
                try store.beginTargets(NodeSet(1...4), of: first)
                try store.moveTargets(
                    NodeSet([1, 2]),
                    of: first,
                    to: .success,
                    details: "Success",
                    interruptions: .reset
                )
                try store.moveTargets(
                    NodeSet([3]),
                    of: first,
                    to: .interrupted,
                    details: "Interrupted",
                    interruptions: .increment
                )
                try store.removeTargets(NodeSet([4]), of: first)
                try store.beginTargets(NodeSet([2, 3]), of: second)
                try store.moveTargets(
                    NodeSet([3]),
                    of: second,
                    to: .interrupted,
                    details: "Interrupted",
                    interruptions: .increment
                )
                // A late word of the first execution does not touch what the second took over.
                try store.moveTargets(
                    NodeSet([2]),
                    of: first,
                    to: .failed,
                    details: "Failed",
                    interruptions: .reset
                )
            }
            let found = try await store.read { try $0.targetCohorts() }
            let told = found.map {
                "\($0.executionID) \($0.status) \($0.interruptions) \($0.nodes.members)"
            }
            #expect(
                Set(told) == [
                    "e1 success 0 [1]", "e2 pending 0 [2]", "e2 interrupted 2 [3]",
                ]
            )
            // A new version of the association starts to count anew.
            let third = execution("e3", version: 2)
            try await store.write { try $0.beginTargets(NodeSet([3]), of: third) }
            let last = try await store.read { try $0.targetCohorts() }.last
            #expect(last?.interruptions == 0)
            #expect(last?.associationVersion == 2)
        }
    }

    @Test("P-02: an invocation that ended does not change when it is reported again")
    func endedOnce() async throws {
        try await withStore { store in
            try await addNodes(1, to: store)
            let (first, second) = try await store.write { store in
                let command = try store.insert(
                    CommandRecord(
                        id: "c",
                        document: "d",
                        documentVersion: "1",
                        requestedAt: someTime,
                        expiresAt: someTime,
                        status: "Pending",
                        statusDetails: "Pending",
                        maxConcurrency: .count(1),
                        maxErrors: .count(0),
                        timeoutSeconds: 30,
                        targetCount: 1
                    )
                )
                var row = InvocationRecord(
                    command: command,
                    node: 1,
                    status: "Pending",
                    statusDetails: "Pending"
                )
                try store.insert(row)
                row.status = "Success"
                row.finishedAt = someTime
                let first = try store.update(row, ifStatusIn: ["Pending", "Success"])
                row.status = "Failed"
                return (first, try store.update(row, ifStatusIn: ["Pending", "Success"]))
            }
            #expect(first && !second)
        }
    }

    @Test("a deregistered node leaves its name free and its id used")
    func deregister() async throws {
        try await withStore { store in
            try await addNodes(1, to: store)
            try await store.write { store in
                try store.setTags(["Role": "web"], of: .node(1))
                try store.deregisterNode(1, at: someTime)
                _ = try store.insert(
                    NodeRecord(id: "mi-new", name: "node-1", registeredAt: someTime)
                )
            }
            let nodes = try await store.read { try $0.nodes() }
            #expect(nodes.map(\.id) == ["mi-new"])
            #expect(try await store.read { try $0.node("mi-1") }?.deregisteredAt == someTime)
            #expect(try await store.read { try $0.nodeTags() }.isEmpty)
        }
    }
}
