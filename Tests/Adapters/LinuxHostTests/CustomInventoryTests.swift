// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite("custom inventory")
    struct CustomInventoryTests {
        private static let rack =
            #"{"SchemaVersion": "1.0", "TypeName": "Custom:Rack", "Content": {"Row": "4"}}"#

        struct Case: CustomTestStringConvertible {
            var json: String
            /// A piece of the reason; `nil` when it is taken.
            var why: String?
            var testDescription: String { String(json.prefix(70)) }
        }

        static let cases = [
            Case(json: rack),
            Case(json: rack.replacing("{\"Row\": \"4\"}", with: "[]")),
            Case(json: "[\(rack)]"),
            Case(json: rack.replacing("1.0", with: "1"), why: "SchemaVersion"),
            Case(json: rack.replacing("1.0", with: "1.1234567"), why: "SchemaVersion"),
            Case(json: rack.replacing("Custom:Rack", with: "AWS:Rack"), why: "TypeName"),
            Case(json: rack.replacing("Custom:Rack", with: "Custom:"), why: "TypeName"),
            Case(json: rack.replacing("Custom:Rack", with: "Custom:a\\nb"), why: "TypeName"),
            Case(json: rack.replacing("Custom:Rack", with: "Custom:User"), why: "Aplomb itself"),
            Case(
                json: rack.replacing("Rack", with: String(repeating: "x", count: 100)),
                why: "100"
            ),
            Case(json: rack.replacing("\"4\"", with: "4"), why: "no text"),
            Case(json: rack.replacing("\"4\"", with: "{\"a\": []}"), why: "no text"),
            Case(json: rack.replacing("{\"Row\": \"4\"}", with: "null"), why: "Content"),
            Case(json: rack.replacing("Row", with: String(repeating: "r", count: 65)), why: "64"),
            Case(
                json: rack.replacing("\"4\"", with: "\"\(String(repeating: "v", count: 4097))\""),
                why: "4096"
            ),
            Case(
                json: rack.replacing(
                    "\"Row\": \"4\"",
                    with: (0..<51).map { "\"a\($0)\": \"\"" }.joined(separator: ",")
                ),
                why: "50 attributes"
            ),
            Case(json: "", why: "no JSON"), Case(json: "{", why: "no JSON"),
            Case(json: "7", why: "object"), Case(json: rack + "x", why: "no JSON"),
            Case(json: String(repeating: "[", count: 20_000), why: "no JSON"),
        ]

        @Test("a file is checked as the agent of AWS checks it", arguments: cases)
        func file(_ each: Case) throws {
            let root = try FixtureRoot(["/c/one.json": each.json, "/c/other.txt": "not read"])
            let outcomes = try InventoryReader.gather(.custom(["/c"]), since: nil, root.context)
            #expect(outcomes.count == 1)
            switch (outcomes.first, each.why) {
            case (.item(let gathered)?, nil):
                #expect(gathered.item.typeName == "Custom:Rack")
                #expect(gathered.item.entries.allSatisfy { $0 == ["Row": "4"] })
            case (.failed(let name, let error)?, let why?):
                #expect(name == "/c/one.json" && error.message.contains(why), "\(error)")
            default: Issue.record("\(outcomes)")
            }
        }

        @Test("two files of one type reject each other, and leave a third alone")
        func duplicates() throws {
            let root = try FixtureRoot([
                "/a/1.json": Self.rack, "/b/2.json": Self.rack,
                "/b/3.json": Self.rack.replacing("Rack", with: "Room"), "/b/4.json": "broken",
            ])
            let outcomes = try InventoryReader.gather(
                .custom(["/a", "/b"]),
                since: nil,
                root.context
            )
            let texts = outcomes.map { outcome in
                switch outcome {
                case .item(let gathered): gathered.item.typeName
                case .failed(let name, let error): "\(name): \(error.message)"
                case .unchanged(let kind): kind.typeName
                }
            }
            #expect(
                texts == [
                    "Custom:Rack: more than one source: /a/1.json, /b/2.json", "Custom:Room",
                    "/b/4.json: no JSON",
                ]
            )
        }

        @Test("a command's output is taken; failure, noise, size and time are its own failures")
        func command() async throws {
            let reader = InventoryReader(.local, runner: try ProcessRunner())
            guard
                case .item(let gathered)? = await reader.gather(
                    .customCommand("echo '\(Self.rack)'")
                ).first
            else {
                Issue.record("the command has output")
                return
            }
            #expect(gathered.item.entries == [["Row": "4"]])
            for (command, why) in [
                ("exit 3", "failed"), ("echo hello", "no JSON"),
                ("head -c 2000000 /dev/zero | tr '\\0' ' '", "1 MiB"),
            ] {
                let outcomes = await reader.gather(.customCommand(command))
                guard case .failed(let name, let error)? = outcomes.first else {
                    Issue.record("\(command): \(outcomes)")
                    continue
                }
                #expect(name == "the custom inventory command" && error.message.contains(why))
            }
        }
    }
}
