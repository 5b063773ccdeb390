// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

@testable import FleetEngine

@Suite("compliance")
struct ComplianceTests {
    private func report(
        _ id: NodeID,
        _ items: [ComplianceItemEntry],
        type: String = "Custom:Disk",
        upload: ComplianceUploadType? = nil,
        hash: String? = nil
    ) -> PutComplianceItems {
        PutComplianceItems(
            resourceId: id,
            complianceType: type,
            executionSummary: ComplianceExecutionSummary(
                executionTime: Timestamp(seconds: 1_700_000_000)
            ),
            items: items,
            itemContentHash: hash,
            uploadType: upload
        )
    }

    private func item(
        _ id: String?,
        _ status: ComplianceStatus,
        _ severity: ComplianceItemSeverity = .high
    ) -> ComplianceItemEntry {
        ComplianceItemEntry(id: id, severity: severity, status: status)
    }

    private func withEngine(_ body: (EmbeddedEngine, NodeID, NodeID) async throws -> Void)
        async throws
    {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        let good = try await engine.attach("web-1")
        let bad = try await engine.attach("web-2", ScriptedLink(.failed))
        try await body(engine, good, bad)
        try await engine.close()
    }

    private func list(_ engine: EmbeddedEngine, _ request: ListComplianceItems = .init())
        async throws -> [String]
    {
        try await engine.perform(request).complianceItems.map {
            "\($0.complianceType) \($0.id) \($0.status.rawValue)"
        }
    }

    @Test("a report replaces its type, a partial one merges, a known one is ignored")
    func uploads() async throws {
        try await withEngine { engine, node, _ in
            let both = [item("a", .compliant), item("b", .nonCompliant)]
            _ = try await engine.perform(report(node, both, hash: "one"))
            _ = try await engine.perform(report(node, [item("c", .compliant)], hash: "one"))
            #expect(
                try await list(engine)
                    == ["Custom:Disk a COMPLIANT", "Custom:Disk b NON_COMPLIANT"]
            )
            let fixed = [item("b", .compliant), item("c", .compliant)]
            _ = try await engine.perform(report(node, fixed, upload: .partial))
            #expect(
                try await list(engine) == [
                    "Custom:Disk a COMPLIANT", "Custom:Disk b COMPLIANT", "Custom:Disk c COMPLIANT",
                ]
            )
            _ = try await engine.perform(report(node, [item("z", .compliant)]))
            #expect(try await list(engine) == ["Custom:Disk z COMPLIANT"])
        }
    }

    @Test("PutComplianceItems refuses with the codes of the API")
    func refusals() async throws {
        try await withEngine { engine, node, _ in
            await expectError(.invalidResourceId, engine, report("mi-none", []))
            await expectError(.invalidItemContent, engine, report(node, [item(nil, .compliant)]))
            let twice = [item("a", .compliant), item("a", .nonCompliant)]
            await expectError(.invalidItemContent, engine, report(node, twice))
            await expectError(.validation, engine, report(node, [], type: "Disk"))
            let many = Array(repeating: item("a", .compliant), count: 10_001)
            await expectError(.itemSizeLimitExceeded, engine, report(node, many))
            var host = report(node, [])
            host.resourceType = "Host"
            await expectError(.invalidResourceType, engine, host)
            for number in 1...10 {
                _ = try await engine.perform(report(node, [], type: "Custom:T\(number)"))
            }
            await expectError(
                .complianceTypeCountLimitExceeded,
                engine,
                report(node, [], type: "Custom:T11")
            )
        }
    }

    @Test("how an association fared on a node is the compliance of it")
    func associations() async throws {
        try await withEngine { engine, good, bad in
            let id = try await engine.makeAssociation(
                [TargetExpression(key: "InstanceIds", values: ["*"])],
                maxErrors: "5"
            )
            #expect(try await list(engine).isEmpty)
            _ = try await engine.waitForCommand(engine.start(id).commandId)
            _ = try await engine.perform(
                report(bad, [item("full", .nonCompliant, .critical), item("ok", .compliant, .low)])
            )
            let items = try await engine.perform(
                ListComplianceItems(
                    filters: [
                        ComplianceStringFilter(key: "ComplianceType", values: ["Association"])
                    ]
                )
            ).complianceItems
            #expect(items.count == 2)
            #expect(items.first { $0.resourceId == good }?.status == .compliant)
            let failed = try #require(items.first { $0.resourceId == bad })
            #expect(failed.status == .nonCompliant && failed.title == "web-motd")
            #expect(failed.details["DocumentName"] == "motd")

            let rows = try await engine.perform(ListResourceComplianceSummaries())
                .resourceComplianceSummaryItems
            #expect(
                rows.map { "\($0.resourceId == good) \($0.complianceType) \($0.status.rawValue)" }
                    .sorted() == [
                        "false Association NON_COMPLIANT", "false Custom:Disk NON_COMPLIANT",
                        "true Association COMPLIANT",
                    ]
            )
            let disk = try #require(rows.first { $0.complianceType == "Custom:Disk" })
            #expect(disk.overallSeverity == .critical)
            #expect(disk.nonCompliantSummary.severitySummary.criticalCount == 1)
            #expect(disk.compliantSummary.severitySummary.lowCount == 1)

            let sums = try await engine.perform(ListComplianceSummaries()).complianceSummaryItems
            #expect(
                sums.map {
                    "\($0.complianceType) \($0.compliantSummary.compliantCount) "
                        + "\($0.nonCompliantSummary.nonCompliantCount)"
                } == ["Association 1 1", "Custom:Disk 0 1"]
            )
        }
    }

    @Test("lists come page by page and filtered, and bad filters are refused")
    func pages() async throws {
        try await withEngine { engine, first, second in
            for node in [first, second] {
                let items = (1...5).map { item("i\($0)", $0 == 3 ? .nonCompliant : .compliant) }
                _ = try await engine.perform(report(node, items))
            }
            var request = ListComplianceItems(maxResults: 3)
            var seen: [String] = []
            for _ in 0..<4 {
                let page = try await engine.perform(request)
                seen += page.complianceItems.map { "\($0.resourceId) \($0.id)" }
                request.nextToken = page.nextToken
                if page.nextToken == nil { break }
            }
            #expect(seen.count == 10 && Set(seen).count == 10)
            #expect(
                try await list(
                    engine,
                    ListComplianceItems(
                        filters: [
                            ComplianceStringFilter(
                                key: "Status",
                                values: ["COMPLIANT"],
                                type: .notEqual
                            ), ComplianceStringFilter(key: "Id", values: ["i"], type: .beginWith),
                        ],
                        resourceIds: [second]
                    )
                ) == ["Custom:Disk i3 NON_COMPLIANT"]
            )
            let wrong = [ComplianceStringFilter(key: "Colour", values: ["red"])]
            await expectError(.invalidFilter, engine, ListComplianceItems(filters: wrong))
            await expectError(.invalidFilter, engine, ListComplianceSummaries(filters: wrong))
            await expectError(.invalidNextToken, engine, ListComplianceItems(nextToken: "x"))
            await expectError(
                .invalidResourceType,
                engine,
                ListComplianceItems(resourceTypes: ["Host"])
            )
        }
    }
}
