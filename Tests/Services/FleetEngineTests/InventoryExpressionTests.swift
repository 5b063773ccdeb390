// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import InventoryQueries
import SystemsManagerAPI
import TestSupport
import Testing

@testable import FleetEngine

@Suite("expressions over a fleet")
struct InventoryExpressionTests {
    @Test(
        "QueryInventory counts the entries of each node",
        arguments: [
            ("AWS:Application", ["db-1": 2, "web-1": 3, "web-2": 2]),
            ("AWS:Application.Name = \"openssl\" and Version < \"3.0.15\"", ["web-1": 1]),
            ("AWS:Application.Name like \"*s*\"", ["db-1": 2, "web-1": 2, "web-2": 2]),
            ("AWS:Application.Name like \"n*x\"", ["web-1": 1]),
            ("AWS:Application.Name in (\"nginx\", \"bash\")", ["db-1": 1, "web-1": 2, "web-2": 1]),
            ("not AWS:Application.Name = \"bash\"", ["db-1": 1, "web-1": 2, "web-2": 1]),
            ("AWS:Tag.Key = \"Role\" and Value = \"web\"", ["web-1": 1, "web-2": 1]),
            ("AWS:ResourceGroup.Name = \"web\"", ["web-1": 1, "web-2": 1]),
        ] as [(String, [String: Int])]
    )
    func counts(expression: String, counts: [String: Int]) async throws {
        try await withInventoryFleet { fleet in
            let answer = try await fleet.engine.perform(QueryInventory(expression: expression))
            #expect(answer.matches.map(\.instanceId) == fleet.ids.values.sorted())
            for match in answer.matches {
                let name = try #require(fleet.names([match.instanceId]).first)
                #expect(match.matchCount == counts[name] ?? 0, "\(name)")
                #expect(match.evidence.count == min(3, match.matchCount))
            }
        }
    }

    @Test("a node without a report is told from one without a match")
    func reports() async throws {
        try await withInventoryFleet { fleet in
            let request = QueryInventory(
                expression: "AWS:Application.Name = \"nginx\"",
                instanceIds: [fleet.id("new-1"), fleet.id("web-2"), fleet.id("web-1")],
                evidenceMax: 1
            )
            let matches = try await fleet.engine.perform(request).matches
            #expect(matches.map(\.instanceId) == (request.instanceIds ?? []).sorted())
            let byName = Dictionary(
                uniqueKeysWithValues: matches.map { (fleet.names([$0.instanceId]).first, $0) }
            )
            #expect(byName["new-1"]?.hasReport == false)
            #expect(byName["web-2"]?.captureTime == InventoryFleet.time)
            #expect(byName["web-2"]?.matchCount == 0)
            #expect(byName["web-1"]?.evidence == [InventoryFleet.package("nginx", "1.22")])
            await expectError(
                .invalidInstanceId,
                fleet.engine,
                QueryInventory(expression: "AWS:Tag", instanceIds: ["mi-none"])
            )
            await expectError(.invalidFilter, fleet.engine, QueryInventory(expression: "Name = 1"))
        }
    }

    @Test("times are compared with the engine's clock, or with the time that is asked for")
    func times() async throws {
        try await withInventoryFleet { fleet in
            let certificate = ["Path": "/etc/ssl/a.pem", "NotAfter": "2023-11-20T00:00:00Z"]
            try await fleet.put("web-1", [certificate], type: "Custom:Certificate")
            let expression = "Custom:Certificate.NotAfter < now + 14d"
            func count(at time: Timestamp?) async throws -> Int {
                let request = QueryInventory(
                    expression: expression,
                    instanceIds: [fleet.id("web-1")],
                    evaluationTime: time
                )
                return try await fleet.engine.perform(request).matches.map(\.matchCount).reduce(
                    0,
                    +
                )
            }
            let expiry = try #require(Timestamp(rfc3339: "2023-11-20T00:00:00Z"))
            #expect(try await count(at: expiry.advanced(bySeconds: -14 * 86_400)) == 0)
            #expect(try await count(at: expiry.advanced(bySeconds: -14 * 86_400 + 1)) == 1)
            // The same question again: nothing of an answer is kept.
            #expect(try await count(at: expiry.advanced(bySeconds: -15 * 86_400)) == 0)
            // The engine's own clock is past it.
            #expect(try await count(at: nil) == 1)
        }
    }

    @Test(
        "the index lets through no less than the expression",
        arguments: [
            ("Name = \"a\"", .oneOf(["a"])), ("Name = \"é\"", .any), ("Name = 1", .any),
            ("Name != \"a\"", .any), ("not Name = \"a\"", .any),
            ("Name like \"a*\"", .beginning("a")), ("Name like \"a\"", .oneOf(["a"])),
            ("Name like \"*a\"", .any), ("Name in (\"a\", 1)", .any),
            ("Name in (\"a\", \"b\") and Name = \"b\"", .oneOf(["b"])),
            ("Name like \"a*\" and Name = \"ab\" and Version exists", .oneOf(["ab"])),
            ("Name = \"a\" or Name = \"b\"", .oneOf(["a", "b"])),
            ("Name = \"a\" or Version = \"b\"", .any),
        ] as [(String, InventoryNames)]
    )
    func names(text: String, names: InventoryNames) throws {
        let expression = try InventoryExpression(parsing: text, typeName: "AWS:Application")
        #expect(InventoryNames(expression) == names)
    }

    private func describe(_ response: CompareInventoryResponse) -> [String] {
        response.differences.flatMap { difference in
            difference.changes.isEmpty
                ? ["\(difference.typeName) \(difference.fromCaptureTime == nil ? "-" : "+")"]
                : difference.changes.map { change in
                    let seconds = [change.lastSeenTime, change.captureTime].map { time in
                        time.map { "\($0.seconds - InventoryFleet.time.seconds)" } ?? "-"
                    }.joined(separator: "..")
                    let versions = [change.from, change.to].map { $0?["Version"] ?? "-" }
                    return "\(change.kind) \(change.key["Name"] ?? "?") "
                        + "\(versions.joined(separator: ">")) \(seconds)"
                }
        }
    }

    @Test("CompareInventory says what changed on a node, between which reports")
    func compareTimes() async throws {
        try await withInventoryFleet { fleet in
            let (bash, old) = (
                InventoryFleet.package("bash", "5.2.15-2"),
                InventoryFleet.package("openssl", "3.0.15-1")
            )
            let vim = InventoryFleet.package("vim", "9.0")
            try await fleet.put("web-2", [old, bash], after: 100)
            try await fleet.put("web-2", [bash, old, vim], after: 200)
            let new = InventoryFleet.package("openssl", "3.0.16-1")
            try await fleet.put("web-2", [bash, new, vim], after: 300)
            try await fleet.put("web-2", [new, vim], after: 400)
            func compare(_ since: Int64, _ until: Int64?) async throws -> [String] {
                let id = fleet.id("web-2")
                return describe(
                    try await fleet.engine.perform(
                        CompareInventory(
                            from: InventoryPoint(
                                instanceId: id,
                                at: InventoryFleet.time.advanced(bySeconds: since)
                            ),
                            to: InventoryPoint(
                                instanceId: id,
                                at: until.map { InventoryFleet.time.advanced(bySeconds: $0) }
                            )
                        )
                    )
                )
            }
            let all = [
                "removed bash 5.2.15-2>- 300..400",
                "changed openssl 3.0.15-1>3.0.16-1 200..300", "added vim ->9.0 100..200",
            ]
            #expect(try await compare(50, nil) == all)
            // What was before the first report is not known, and is no change.
            #expect(try await compare(-1000, nil) == all)
            #expect(try await compare(50, 250) == ["added vim ->9.0 100..200"])
            #expect(try await compare(100, 150) == [])
            #expect(try await compare(500, nil) == [])
        }
    }

    @Test("CompareInventory says how two nodes differ")
    func compareNodes() async throws {
        try await withInventoryFleet { fleet in
            try await fleet.put("web-1", [["Name": "x"]], type: "Custom:Place")
            func point(_ name: String) -> InventoryPoint {
                InventoryPoint(instanceId: fleet.id(name))
            }
            let answer = try await fleet.engine.perform(
                CompareInventory(
                    from: point("web-1"),
                    to: point("web-2"),
                    typeNames: ["AWS:Application", "Custom:Place"]
                )
            )
            #expect(
                describe(answer) == [
                    "removed nginx 1.22>- -..-", "changed openssl 3.0.11-1>3.0.15-1 -..-",
                    "Custom:Place +",
                ]
            )
            let late = InventoryPoint(instanceId: fleet.id("web-1"), at: InventoryFleet.time)
            let early = InventoryPoint(
                instanceId: fleet.id("web-1"),
                at: InventoryFleet.time.advanced(bySeconds: -1)
            )
            await expectError(.validation, fleet.engine, CompareInventory(from: late, to: early))
            await expectError(
                .invalidInstanceId,
                fleet.engine,
                CompareInventory(from: late, to: InventoryPoint(instanceId: "mi-none"))
            )
        }
    }

    @Test("history older than 30 days goes when the engine opens")
    func retention() async throws {
        let fixture = try EngineFixture()
        var engine = try await fixture.open()
        let fleet = try await InventoryFleet(engine)
        try await fleet.put("web-1", [InventoryFleet.package("vim", "9.0")], after: 60)
        let id = fleet.id("web-1")
        try await engine.close()
        fixture.clock.advance(by: .seconds(30 * 24 * 3600 + 61))
        engine = try await fixture.open()
        let history = try await engine.store.read { store in
            try store.inventoryHistory(
                node: store.registeredNode(id).number,
                typeNames: ["AWS:Application"]
            )
        }
        #expect(history.map(\.capturedAt) == [InventoryFleet.time.advanced(bySeconds: 60)])
        try await engine.close()
    }
}
