// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import GRDB
import Testing

@testable import FleetStore

/// A folder that goes with its value.
final class Folder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "aplomb-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var store: String { path + "/fleet.sqlite" }
}

let someTime = Timestamp(seconds: 1_700_000_000)

@Suite("The store's file")
struct StoreFileTests {
    private func node(_ name: String) -> NodeRecord {
        NodeRecord(id: NodeID("mi-\(name)"), name: name, registeredAt: someTime)
    }

    @Test("what was written is there after closing and opening again")
    func reopen() async throws {
        let folder = try Folder()
        let first = try FleetStore.open(folder.store, mode: .readWrite)
        let node = node("web-1")
        _ = try await first.write { try $0.insert(node) }
        try first.close()
        let second = try FleetStore.open(folder.store, mode: .readWrite)
        #expect(try await second.read { try $0.nodes() }.map(\.name) == ["web-1"])
        try second.close()
    }

    @Test("FT-14: a store that nobody closed is checked and goes on")
    func crash() async throws {
        let folder = try Folder()
        let node = node("web-1")
        do {
            let abandoned = try FleetStore.open(folder.store, mode: .readWrite)
            _ = try await abandoned.write { try $0.insert(node) }
        }
        let note = try String(contentsOfFile: folder.store + ".lock", encoding: .utf8)
        #expect(note.hasPrefix("process"))
        let next = try FleetStore.open(folder.store, mode: .readWrite)
        #expect(try await next.read { try $0.nodes() }.count == 1)
        try next.close()
        let closed = try String(contentsOfFile: folder.store + ".lock", encoding: .utf8)
        #expect(closed.hasPrefix("closed"))
    }

    @Test("FT-10: a second writer is refused and told who holds the store")
    func secondWriter() throws {
        let folder = try Folder()
        let first = try FleetStore.open(folder.store, mode: .readWrite)
        let error = #expect(throws: StoreError.self) {
            try FleetStore.open(folder.store, mode: .readWrite)
        }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("this process") == true)
        try first.close()
        let second = try FleetStore.open(folder.store, mode: .readWrite)
        try second.close()
    }

    @Test("FT-10, F-10: the lock of another process is seen")
    func otherProcess() throws {
        let python = "/usr/bin/python3"
        guard FileManager.default.isExecutableFile(atPath: python) else { return }
        let folder = try Folder()
        let script = """
            import fcntl, sys
            f = open(sys.argv[1], "w+")
            fcntl.lockf(f, fcntl.LOCK_EX)
            print("locked", flush=True)
            sys.stdin.read()
            """
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: python)
        holder.arguments = ["-c", script, folder.store + ".lock"]
        let (input, output) = (Pipe(), Pipe())
        holder.standardInput = input
        holder.standardOutput = output
        try holder.run()
        _ = output.fileHandleForReading.availableData
        let error = #expect(throws: StoreError.self) {
            try FleetStore.open(folder.store, mode: .readWrite)
        }
        #expect(error?.context["holder"] == "process \(holder.processIdentifier)")
        try input.fileHandleForWriting.close()
        holder.waitUntilExit()
        try FleetStore.open(folder.store, mode: .readWrite).close()
    }

    @Test("reading a store that does not exist finds nothing and makes nothing")
    func readNothing() async throws {
        let folder = try Folder()
        let store = try FleetStore.open(folder.store, mode: .readOnly)
        #expect(try await store.read { try $0.nodes() }.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.store))
        await #expect(throws: StoreError.self) {
            try await store.write { try $0.deleteGroup("web") }
        }
    }

    @Test("a reader sees what a writer commits")
    func readBesideWriter() async throws {
        let folder = try Folder()
        let writer = try FleetStore.open(folder.store, mode: .readWrite)
        let reader = try FleetStore.open(folder.store, mode: .readOnly)
        let node = node("web-1")
        _ = try await writer.write { try $0.insert(node) }
        #expect(try await reader.read { try $0.nodes() }.count == 1)
        try reader.close()
        try writer.close()
    }

    @Test("FT-13: a damaged file is refused by name")
    func damaged() async throws {
        let folder = try Folder()
        do {
            let store = try FleetStore.open(folder.store, mode: .readWrite)
            for index in 0..<200 {
                let node = node("node-\(index)")
                _ = try await store.write { try $0.insert(node) }
            }
            try store.close()
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: folder.store))
        let size = try handle.seekToEnd()
        for page in stride(from: UInt64(4096), to: size, by: 4096) {
            try handle.seek(toOffset: page)
            try handle.write(contentsOf: Data(repeating: 0xA5, count: 512))
        }
        try handle.close()
        // As after a crash: only then is the whole file read.
        try "process 1".write(
            toFile: folder.store + ".lock",
            atomically: false,
            encoding: .utf8
        )
        let error = #expect(throws: StoreError.self) {
            try FleetStore.open(folder.store, mode: .readWrite)
        }
        #expect(error?.code == .corrupt)
    }

    @Test("writes survive the loss of power: synchronous is FULL on the writer")
    func synchronous() async throws {
        let folder = try Folder()
        let store = try FleetStore.open(folder.store, mode: .readWrite)
        let level = try await store.write { store in
            try Int.fetchOne(store.database, sql: "PRAGMA synchronous")
        }
        #expect(level == 2)
        try store.close()
    }

    @Test("of mutations that are committed together, one that fails takes no other with it")
    func groupCommit() async throws {
        struct Refused: Error {}
        let folder = try Folder()
        let store = try FleetStore.open(folder.store, mode: .readWrite)
        let failures = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<1000 {
                let node = node("node-\(index)")
                group.addTask {
                    do {
                        try await store.write { writer in
                            _ = try writer.insert(node)
                            if index % 10 == 0 { throw Refused() }
                        }
                        return false
                    } catch {
                        return error is Refused
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 100)
        #expect(try await store.read { try $0.nodes() }.count == 900)
        try store.close()
    }

    @Test("a table file holds texts and missing values, whatever columns are called")
    func tableFile() throws {
        let folder = try Folder()
        let file = try TableFile(folder.path + "/export.db")
        let columns = ["Name", "name", "say \"x\""]
        try file.createTable("Custom:Place", columns: columns)
        try file.insert(into: "Custom:Place", [["a", "b", nil], ["c'", "", "d"]])
        try file.insert(into: "Custom:Place", [])
        try file.close()
        let queue = try DatabaseQueue(path: folder.path + "/export.db")
        let rows = try queue.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM \"Custom:Place\"")
        }
        #expect(rows.map { Array($0.columnNames) }.first == ["Name", "name_2", "say \"x\""])
        let values = rows.map { row in (0..<3).map { row[$0] as String? } }
        #expect(values == [["a", "b", nil], ["c'", "", "d"]])
    }
}
