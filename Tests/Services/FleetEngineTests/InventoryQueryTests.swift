// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

@testable import FleetEngine

@Suite("asking for inventory")
struct InventoryQueryTests {
    struct FilterCase: CustomTestStringConvertible, Sendable {
        var filters: [InventoryFilter]
        var nodes: Set<String>
        var testDescription: String {
            filters.map { "\($0.key) \($0.type?.rawValue ?? "") \($0.values)" }
                .joined(separator: ", ")
        }

        init(_ filters: [(String, InventoryFilterType?, [String])], _ nodes: Set<String>) {
            self.filters = filters.map { InventoryFilter(key: $0, values: $2, type: $1) }
            self.nodes = nodes
        }
    }

    static let filterCases: [FilterCase] = [
        FilterCase([], ["db-1", "new-1", "web-1", "web-2"]),
        FilterCase([("AWS:Application.Name", nil, ["nginx", "postgresql"])], ["db-1", "web-1"]),
        FilterCase([("AWS:Application.Name", .beginWith, ["post"])], ["db-1"]),
        FilterCase([("AWS:Application.Name", .beginWith, ["post", "ng"])], ["db-1", "web-1"]),
        FilterCase([("AWS:Application.Name", .notEqual, ["bash", "openssl"])], ["db-1", "web-1"]),
        FilterCase([("AWS:Application.Name", .exists, ["true"])], ["db-1", "web-1", "web-2"]),
        FilterCase([("AWS:Application.Publisher", .exists, ["true"])], []),
        // Versions are in the order of versions: 3.0.11 is older than 3.0.15 and than 3.0.2.
        FilterCase(
            [
                ("AWS:Application.Name", nil, ["openssl"]),
                ("AWS:Application.Version", .lessThan, ["3.0.15"]),
            ],
            ["web-1"]
        ),
        FilterCase(
            [
                ("AWS:Application.Name", nil, ["openssl"]),
                ("AWS:Application.Version", .greaterThan, ["3.0.2"]),
            ],
            ["web-1", "web-2"]
        ),
        // One entry must match both: web-1 has a bash and an old openssl, and no old bash.
        FilterCase(
            [
                ("AWS:Application.Name", nil, ["bash"]),
                ("AWS:Application.Version", .lessThan, ["4"]),
            ],
            []
        ),
        FilterCase(
            [("AWS:InstanceInformation.PlatformVersion", .lessThan, ["13"])],
            ["web-1", "web-2"]
        ),
        FilterCase(
            [
                ("AWS:Application.Name", nil, ["openssl"]), ("AWS:Tag.Key", nil, ["Env"]),
                ("AWS:InstanceInformation.PlatformVersion", nil, ["12"]),
            ],
            ["web-1"]
        ),
        FilterCase(
            [("AWS:Tag.Key", nil, ["Role"]), ("AWS:Tag.Value", nil, ["db"])],
            ["db-1"]
        ),
        // No one tag is Env=web, although web-1 has the key and the value.
        FilterCase([("AWS:Tag.Key", nil, ["Env"]), ("AWS:Tag.Value", nil, ["web"])], []),
        FilterCase([("AWS:ResourceGroup.Name", nil, ["web"])], ["web-1", "web-2"]),
        FilterCase([("Custom:Nothing.Name", nil, ["x"])], []),
    ]

    @Test("GetInventory answers the nodes that filters leave", arguments: filterCases)
    func filters(_ test: FilterCase) async throws {
        try await withInventoryFleet { fleet in
            let answer = try await fleet.engine.perform(GetInventory(filters: test.filters))
            #expect(fleet.names(answer.entities.compactMap(\.id)) == test.nodes)
        }
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var request: GetInventory
        var code: SystemsManagerError.Code
    }

    static let refusals: [Refusal] = {
        func filter(_ key: String, values: Int = 1) -> GetInventory {
            let values = Array(repeating: "x", count: values)
            return GetInventory(filters: [InventoryFilter(key: key, values: values)])
        }
        func aggregate(_ aggregators: InventoryAggregator...) -> GetInventory {
            GetInventory(aggregators: aggregators)
        }
        let inner = InventoryAggregator(expression: "AWS:Service.Name")
        return [
            Refusal(testDescription: "no type", request: filter("Name"), code: .invalidFilter),
            Refusal(
                testDescription: "unknown attribute",
                request: filter("AWS:Application.Nam"),
                code: .invalidFilter
            ),
            Refusal(
                testDescription: "no values",
                request: filter("AWS:Application.Name", values: 0),
                code: .invalidFilter
            ),
            Refusal(
                testDescription: "too many values",
                request: filter("AWS:Application.Name", values: 41),
                code: .invalidFilter
            ),
            Refusal(
                testDescription: "six filters",
                request: GetInventory(
                    filters: Array(
                        repeating: InventoryFilter(key: "AWS:Tag.Key", values: ["x"]),
                        count: 6
                    )
                ),
                code: .invalidFilter
            ),
            Refusal(
                testDescription: "two types",
                request: GetInventory(
                    resultAttributes: ["AWS:Tag", "AWS:Service"].map {
                        ResultAttribute(typeName: $0)
                    }
                ),
                code: .invalidResultAttribute
            ),
            Refusal(
                testDescription: "no type name",
                request: GetInventory(resultAttributes: [ResultAttribute(typeName: "Application")]),
                code: .invalidTypeName
            ),
            Refusal(
                testDescription: "aggregator without a type",
                request: aggregate(InventoryAggregator(expression: "Name")),
                code: .invalidAggregator
            ),
            Refusal(
                testDescription: "empty aggregator",
                request: aggregate(InventoryAggregator()),
                code: .invalidAggregator
            ),
            Refusal(
                testDescription: "nested aggregator of another type",
                request: aggregate(
                    InventoryAggregator(expression: "AWS:Application.Name", aggregators: [inner])
                ),
                code: .invalidAggregator
            ),
            Refusal(
                testDescription: "group without filters",
                request: aggregate(
                    InventoryAggregator(groups: [InventoryGroup(name: "g", filters: [])])
                ),
                code: .invalidInventoryGroup
            ),
            Refusal(
                testDescription: "a page of nothing",
                request: GetInventory(maxResults: 0),
                code: .validation
            ),
        ]
    }()

    @Test("GetInventory refuses with the codes of the API", arguments: refusals)
    func refusal(_ test: Refusal) async throws {
        try await withInventoryFleet { fleet in
            await expectError(test.code, fleet.engine, test.request)
        }
    }

    struct AggregatorCase: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var aggregator: InventoryAggregator
        var filters: [InventoryFilter] = []
        var name: String
        var content: [[String: String]]
    }

    static let aggregatorCases: [AggregatorCase] = [
        AggregatorCase(
            testDescription: "one attribute, in lower case",
            aggregator: InventoryAggregator(expression: "AWS:InstanceInformation.PlatformType"),
            name: "AWS:InstanceInformation",
            content: [["Count": "3", "PlatformType": "linux"]]
        ),
        AggregatorCase(
            testDescription: "nested",
            aggregator: InventoryAggregator(
                expression: "AWS:InstanceInformation.PlatformName",
                aggregators: [
                    InventoryAggregator(expression: "AWS:InstanceInformation.PlatformVersion")
                ]
            ),
            name: "AWS:InstanceInformation",
            content: [
                ["Count": "2", "PlatformName": "Debian GNU/Linux", "PlatformVersion": "12"],
                ["Count": "1", "PlatformName": "Debian GNU/Linux", "PlatformVersion": "13"],
            ]
        ),
        AggregatorCase(
            testDescription: "only of the nodes that filters leave",
            aggregator: InventoryAggregator(expression: "AWS:Application.Name"),
            filters: [InventoryFilter(key: "AWS:Application.Name", values: ["openssl"])],
            name: "AWS:Application",
            content: [
                ["Count": "2", "Name": "bash"], ["Count": "1", "Name": "nginx"],
                ["Count": "2", "Name": "openssl"],
            ]
        ),
        AggregatorCase(
            testDescription: "what the service says",
            aggregator: InventoryAggregator(expression: "AWS:Tag.Key"),
            name: "AWS:Tag",
            content: [["Count": "1", "Key": "Env"], ["Count": "3", "Key": "Role"]]
        ),
        AggregatorCase(
            testDescription: "groups",
            aggregator: InventoryAggregator(
                groups: [
                    InventoryGroup(
                        name: "ssl",
                        filters: [InventoryFilter(key: "AWS:Application.Name", values: ["openssl"])]
                    )
                ]
            ),
            name: "ssl",
            content: [["matchingCount": "2"], ["notMatchingCount": "2"]]
        ),
    ]

    @Test("GetInventory counts nodes", arguments: aggregatorCases)
    func aggregators(_ test: AggregatorCase) async throws {
        try await withInventoryFleet { fleet in
            let request = GetInventory(filters: test.filters, aggregators: [test.aggregator])
            let answer = try await fleet.engine.perform(request)
            #expect(answer.entities.count == 1)
            #expect(answer.entities.first?.data[test.name]?.content == test.content)
        }
    }

    @Test("GetInventory answers page by page, and the type that is asked for")
    func pages() async throws {
        try await withInventoryFleet { fleet in
            var request = GetInventory(
                resultAttributes: [ResultAttribute(typeName: "AWS:Application")],
                maxResults: 3
            )
            let first = try await fleet.engine.perform(request)
            request.nextToken = first.nextToken
            let second = try await fleet.engine.perform(request)
            #expect(second.nextToken == nil)
            let all = first.entities + second.entities
            #expect(all.compactMap(\.id) == fleet.ids.values.sorted())
            let web = try #require(all.first { $0.id == fleet.id("web-1") })
            let item = try #require(web.data["AWS:Application"])
            #expect(item.captureTime == InventoryFleet.time)
            #expect(item.content.compactMap { $0["Name"] } == ["bash", "nginx", "openssl"])
            #expect(all.first { $0.id == fleet.id("new-1") }?.data.isEmpty == true)
        }
    }

    @Test("ListInventoryEntries takes filters with and without the type")
    func entries() async throws {
        try await withInventoryFleet { fleet in
            for key in ["Name", "AWS:Application.Name"] {
                let request = ListInventoryEntries(
                    instanceId: fleet.id("web-1"),
                    typeName: "AWS:Application",
                    filters: [InventoryFilter(key: key, values: ["n"], type: .beginWith)]
                )
                let answer = try await fleet.engine.perform(request)
                #expect(answer.entries == [InventoryFleet.package("nginx", "1.22")])
            }
            let wrong = ListInventoryEntries(
                instanceId: fleet.id("web-1"),
                typeName: "AWS:Application",
                filters: [InventoryFilter(key: "AWS:Tag.Key", values: ["Role"])]
            )
            await expectError(.invalidFilter, fleet.engine, wrong)
            let tags = ListInventoryEntries(instanceId: fleet.id("web-1"), typeName: "AWS:Tag")
            #expect(try await fleet.engine.perform(tags).entries.count == 2)
        }
    }

    @Test("GetInventorySchema knows the types, and those that nodes report")
    func schema() async throws {
        try await withInventoryFleet { fleet in
            try await fleet.put("web-1", [["Rack": "7", "Row": "B"]], type: "Custom:Place")
            let all = try await fleet.engine.perform(GetInventorySchema()).schemas
            let names = all.map(\.typeName)
            #expect(names == names.sorted() && names.contains("AWS:Application"))
            let custom = try #require(all.first { $0.typeName == "Custom:Place" })
            #expect(custom.attributes.map(\.name) == ["Rack", "Row"])
            let countable = try await fleet.engine.perform(
                GetInventorySchema(typeName: "AWS:InstanceInformation", aggregator: true)
            ).schemas
            #expect(countable.map(\.displayName) == ["Platform"])
            #expect(
                countable.first?.attributes.map(\.dataType).allSatisfy { $0 == "STRING" } == true
            )
            await expectError(.invalidTypeName, fleet.engine, GetInventorySchema(typeName: "x"))
        }
    }

    @Test("DeleteInventory deletes custom types, says so before, and may refuse them after")
    func delete() async throws {
        try await withInventoryFleet { fleet in
            let type = "Custom:Place"
            for name in ["web-1", "web-2"] {
                try await fleet.put(name, [["Rack": "7"]], type: type)
            }
            await expectError(
                .invalidTypeName,
                fleet.engine,
                DeleteInventory(typeName: "AWS:Application")
            )
            var request = DeleteInventory(
                typeName: type,
                schemaDeleteOption: .disableSchema,
                dryRun: true
            )
            let dry = try await fleet.engine.perform(request)
            #expect(dry.deletionId == nil && dry.deletionSummary.remainingCount == 2)
            request.dryRun = false
            let done = try await fleet.engine.perform(request)
            #expect(done.deletionId != nil)
            #expect(
                done.deletionSummary.totalCount == 2 && done.deletionSummary.remainingCount == 0
            )
            try await fleet.put("web-1", [["Rack": "8"]], type: type)
            let types = try await fleet.engine.perform(ListInventoryTypes()).types
            #expect(types.map(\.typeName) == ["AWS:Application", "AWS:InstanceInformation"])
        }
    }

    @Test("DescribeInventoryDeletions tells what was deleted, the newest first, page by page")
    func deletions() async throws {
        try await withInventoryFleet { fleet in
            var ids: [String] = []
            for type in ["Custom:A", "Custom:B", "Custom:C"] {
                try await fleet.put("web-1", [["Rack": "7"]], type: type)
                let request = DeleteInventory(typeName: type)
                ids.append(try #require(try await fleet.engine.perform(request).deletionId))
            }
            _ = try await fleet.engine.perform(DeleteInventory(typeName: "Custom:D", dryRun: true))
            let first = try await fleet.engine.perform(DescribeInventoryDeletions(maxResults: 2))
            #expect(first.inventoryDeletions.map(\.deletionId) == [ids[2], ids[1]])
            #expect(first.inventoryDeletions.map(\.typeName) == ["Custom:C", "Custom:B"])
            let rest = DescribeInventoryDeletions(maxResults: 2, nextToken: first.nextToken)
            let second = try await fleet.engine.perform(rest)
            #expect(second.inventoryDeletions.map(\.deletionId) == [ids[0]])
            #expect(second.nextToken == nil)
            let one = try await fleet.engine.perform(
                DescribeInventoryDeletions(deletionId: ids[1])
            ).inventoryDeletions
            #expect(one.count == 1 && one.first?.lastStatus == .complete)
            #expect(one.first?.deletionSummary.totalCount == 1)
            #expect(one.first?.deletionSummary.remainingCount == 0)
            #expect(one.first?.deletionSummary.summaryItems.map(\.version) == ["1.0"])
            await expectError(
                .invalidDeletionId,
                fleet.engine,
                DescribeInventoryDeletions(deletionId: "none")
            )
        }
    }

    @Test(
        "PutInventory refuses what the API refuses",
        arguments: [
            ("Application", [[:]], .invalidTypeName),
            ("Custom:", [[:]], .invalidTypeName),
            ("Custom:A", [["": "x"]], .invalidItemContent),
            ("Custom:A", [[String(repeating: "k", count: 65): "x"]], .invalidItemContent),
            ("Custom:A", [["k": String(repeating: "ü", count: 4097)]], .invalidItemContent),
            ("Custom:A", Array(repeating: [:], count: 10_001), .itemSizeLimitExceeded),
            (
                "Custom:A",
                [Dictionary(uniqueKeysWithValues: (0...50).map { ("k\($0)", "") })],
                .invalidItemContent
            ),
        ] as [(String, [[String: String]], SystemsManagerError.Code)]
    )
    func put(type: String, content: [[String: String]], code: SystemsManagerError.Code)
        async throws
    {
        try await withInventoryFleet { fleet in
            let item = InventoryItem(
                typeName: type,
                schemaVersion: "1.0",
                captureTime: InventoryFleet.time,
                content: content
            )
            let request = PutInventory(instanceId: fleet.id("web-1"), items: [item])
            await expectError(code, fleet.engine, request)
            let twice = InventoryItem(
                typeName: "Custom:A",
                schemaVersion: "1.0",
                captureTime: InventoryFleet.time,
                content: [["k": String(repeating: "ü", count: 4096)]]
            )
            var longest = PutInventory(instanceId: fleet.id("web-1"), items: [twice])
            _ = try await fleet.engine.perform(longest)
            longest.items.append(twice)
            await expectError(.invalidItemContent, fleet.engine, longest)
        }
    }
}
