// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

@testable import FleetEngine

/// Three nodes that report packages, and one that never reported anything.
struct InventoryFleet {
    static let time = Timestamp(seconds: 1_700_000_000)

    let engine: EmbeddedEngine
    private(set) var ids: [String: NodeID] = [:]

    init(_ engine: EmbeddedEngine) async throws {
        self.engine = engine
        for (name, tags) in [
            ("db-1", ["Role": "db"]), ("new-1", [:]), ("web-1", ["Role": "web", "Env": "prod"]),
            ("web-2", ["Role": "web"]),
        ] {
            ids[name] = try await engine.attach(name, tags: tags)
        }
        let bash = Self.package("bash", "5.2.15-2")
        try await put(
            "web-1",
            [bash, Self.package("openssl", "3.0.11-1"), Self.package("nginx", "1.22")]
        )
        try await put("web-2", [bash, Self.package("openssl", "3.0.15-1")])
        try await put("db-1", [bash, Self.package("postgresql", "15+248")])
        for (name, platform) in [("web-1", "12"), ("web-2", "12"), ("db-1", "13")] {
            let entry = [
                "InstanceId": ids[name]?.rawValue ?? "", "PlatformType": "Linux",
                "PlatformName": "Debian GNU/Linux", "PlatformVersion": platform,
            ]
            try await put(name, [entry], type: "AWS:InstanceInformation")
        }
        _ = try await engine.perform(
            CreateGroup(name: "web", resourceQuery: TagQuery(tags: ["Role": ["web"]]))
        )
    }

    static func package(_ name: String, _ version: String) -> [String: String] {
        ["Name": name, "Version": version, "Architecture": "x86_64"]
    }

    func put(
        _ name: String,
        _ content: [[String: String]],
        type: String = "AWS:Application",
        after seconds: Int64 = 0
    ) async throws {
        let item = InventoryItem(
            typeName: type,
            schemaVersion: "1.0",
            captureTime: Self.time.advanced(bySeconds: seconds),
            content: content
        )
        _ = try await engine.perform(PutInventory(instanceId: id(name), items: [item]))
    }

    func id(_ name: String) -> NodeID { ids[name] ?? "mi-none" }

    func names(_ ids: some Sequence<NodeID>) -> Set<String> {
        let wanted = Set(ids)
        return Set(self.ids.filter { wanted.contains($0.value) }.keys)
    }
}

/// Runs a test on such a fleet.
func withInventoryFleet(_ body: (InventoryFleet) async throws -> Void) async throws {
    let fixture = try EngineFixture()
    let engine = try await fixture.open()
    try await body(InventoryFleet(engine))
    try await engine.close()
}
