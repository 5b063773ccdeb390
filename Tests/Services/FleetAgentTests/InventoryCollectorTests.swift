// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import LinuxHost
import Testing

@testable import FleetAgent

@Suite("Collecting inventory on a node")
struct InventoryCollectorTests {
    private let collector: InventoryCollector
    private let folder: URL

    init() throws {
        collector = InventoryCollector(
            .local,
            runner: try ProcessRunner(),
            nodeID: "mi-0",
            agentVersion: "1.0.0",
            now: { Timestamp(seconds: 1_700_000_000) }
        )
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-inventory-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func write(_ name: String, _ text: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    @Test("the text that is hashed is that of the JSON encoder, whatever the values hold")
    func text() throws {
        let hostile = String(String.UnicodeScalarView((0..<0x110).compactMap { UnicodeScalar($0) }))
        let cases: [[[String: String]]] = [
            [], [[:]], [["b": "1", "a": "/x/", "B": "é\u{1F600}\u{202E}"]],
            [["a": hostile], ["\"\\\n": "", "a": "\u{FFFD}"]],
        ]
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for entries in cases {
            let expected = String(decoding: try encoder.encode(entries), as: UTF8.self)
            #expect(String(decoding: EntryText.json(entries), as: UTF8.self) == expected)
        }
    }

    @Test("what the engine has is not sent again; what it lost is")
    func hashes() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try write("one", "1")
        let selection = FileSelection(path: folder.path)
        var inventory = SoftwareInventory(
            parts: SoftwareInventory.Part.allCases.filter { $0 != .aplombListeningSockets },
            files: [selection],
            fileContents: [selection],
            certificates: [],
            kernelParameters: []
        )
        let first = await collector.collect(inventory)
        #expect(first.failures.map(\.name) == [])
        #expect(first.reports.count == 14 && first.reports.allSatisfy { $0.content != nil })
        inventory.knownHashes = Dictionary(
            uniqueKeysWithValues: first.reports.map { ($0.typeName, $0.contentHash) }
        )
        let second = await collector.collect(inventory)
        #expect(second.reports.filter { $0.content != nil }.map(\.typeName) == [])
        #expect(second.reports.map(\.contentHash) == first.reports.map(\.contentHash))
        try write("one", "2")
        inventory.knownHashes["Custom:User"] = "lost"
        let third = await collector.collect(inventory)
        let sent = third.reports.filter { $0.content != nil }.map(\.typeName)
        #expect(sent.contains("Custom:User") && sent.contains("Custom:FileContent"))
        #expect(!sent.contains("AWS:Application") && !sent.contains("AWS:Service"))
    }

    @Test("BI-097: a type over 3072 KB or 10,000 entries fails alone, by name")
    func limits() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func type(_ name: String, _ count: Int, _ value: String) -> String {
            let entries = (0..<count).map { "{\"a\": \"\(value)\($0)\"}" }.joined(separator: ",")
            return
                "{\"SchemaVersion\":\"1.0\",\"TypeName\":\"Custom:\(name)\",\"Content\":[\(entries)]}"
        }
        try write("large.json", type("Large", 900, String(repeating: "v", count: 4000)))
        try write("many.json", type("Many", 10_001, ""))
        try write("small.json", type("Small", 3, ""))
        try write("broken.json", "{")
        let collection = await collector.collect(
            SoftwareInventory(parts: [.customInventory], customInventoryDirectory: folder.path)
        )
        #expect(
            collection.failures.map { "\($0.name): \($0.why)" } == [
                "\(folder.path)/broken.json: no JSON",
                "Custom:Large: 3526 KB of content, and 3072 KB are allowed",
                "Custom:Many: 10001 entries, and 10000 are allowed",
            ]
        )
        #expect(collection.reports.map(\.typeName) == ["AWS:InstanceInformation", "Custom:Small"])
    }

    @Test("a step whose type fails is Failed, names it, and still carries the others")
    func step() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let runner = DocumentRunner(
            .local,
            runner: try ProcessRunner(),
            inventory: collector,
            now: { Timestamp(seconds: 1_700_000_000) }
        )
        let inventory = SoftwareInventory(
            parts: [.aplombUsers],
            customInventoryCommand: "echo nonsense",
            files: [FileSelection(path: "relative")]
        )
        let result = await runner.run(
            AgentDocument(
                name: "d",
                version: "1",
                steps: [AgentStep(name: "s", action: .softwareInventory(inventory))]
            )
        )
        let step = try #require(result.steps.first)
        #expect(result.status == .failed && step.responseCode == 1)
        #expect(
            step.standardError == "AWS:File: 'relative' is not an absolute path\n"
                + "the custom inventory command: no JSON\n"
        )
        let names = ["AWS:InstanceInformation", "Custom:User", "Custom:UserGroup"]
        #expect(step.inventory.map(\.typeName) == names)
        #expect(step.standardOutput.contains("Custom:User: "))
    }
}
