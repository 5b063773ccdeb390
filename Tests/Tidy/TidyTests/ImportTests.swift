// SPDX-License-Identifier: Apache-2.0
import Testing

/// What each module may import.
///
/// Arrows point down only; Core is pure.
private let allowed: [String: Set<String>] = [
    "Core/Diagnostics": [],
    "Core/FleetModel": ["Crypto", "Diagnostics", "FoundationEssentials", "InventoryQueries"],
    "Core/PositionedYAML": ["CLibyaml", "Diagnostics"],
    "Core/SSMDocuments": ["Diagnostics", "FleetModel", "PositionedYAML"],
    "Core/InventoryQueries": ["Diagnostics"],
    "Core/AgentJournal": ["FleetModel", "FoundationEssentials"],
    "Core/SystemsManagerAPI": ["FleetModel", "FoundationEssentials"],
    "Core/AWSSigning": ["Crypto", "FleetModel"],
    "Core/AWSWire": ["FleetModel", "SystemsManagerAPI"],
    "Core/Manifests": [
        "Diagnostics", "FleetModel", "FoundationEssentials", "InventoryQueries", "PositionedYAML",
        "SSMDocuments",
    ],
    "Core/Planning": ["Diagnostics", "FleetModel", "InventoryQueries", "SystemsManagerAPI"],
    "Core/Rehearsals": ["Diagnostics", "FleetModel", "InventoryQueries", "Planning"],
    "Core/Drifts": ["Diagnostics", "FleetModel", "Planning"],
    "Core/Adoption": [
        "Diagnostics", "FleetModel", "Manifests", "Planning", "PositionedYAML",
        "SystemsManagerAPI",
    ],
    "Core/Reports": [
        "Adoption", "Diagnostics", "Drifts", "FleetModel", "FoundationEssentials",
        "InventoryQueries", "Planning", "PositionedYAML", "Rehearsals", "SystemsManagerAPI",
    ],
    "Adapters/Git": [
        "CLibgit2", "Crypto", "Dispatch", "FoundationEssentials", "Glibc",
        "Synchronization",
    ],
    "Adapters/FleetStore": [
        "FleetModel", "FoundationEssentials", "GRDB", "Glibc", "Synchronization",
    ],
    "Adapters/AWSSystemsManager": [
        "AWSSigning", "AWSWire", "AsyncHTTPClient", "FleetModel", "FoundationEssentials", "Glibc",
        "NIOCore",
        "NIOHTTP1", "NIOPosix", "NIOSSL", "Synchronization", "SystemsManagerAPI",
    ],
    "Adapters/LinuxHost": [
        "CLinuxHost", "Crypto", "Dispatch", "FoundationEssentials", "Glibc", "Synchronization",
        "SystemPackage",
    ],
    "Services/FleetAgent": [
        "AgentJournal", "FleetModel", "FoundationEssentials", "Glibc", "LinuxHost", "SystemPackage",
    ],
    "Services/NodeRehearsal": ["FleetAgent", "FleetModel", "Glibc", "LinuxHost", "Rehearsals"],
    "Services/FleetEngine": [
        "FleetAgent", "FleetModel", "FleetStore", "FoundationEssentials", "InventoryQueries",
        "SSMDocuments", "SystemsManagerAPI", "Diagnostics", "PositionedYAML", "Synchronization",
    ],
    "Services/FleetServer": [
        "AWSSigning", "AWSWire", "Crypto", "FleetModel", "FoundationEssentials", "Glibc",
        "HTTPTypes", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Logging", "NIOCore",
        "NIOSSL",
        "SSMDocuments", "ServiceLifecycle", "Synchronization",
        "SystemsManagerAPI",
    ],
    "Services/PlanExecution": [
        "FleetModel", "FoundationEssentials", "Glibc", "Planning", "SystemPackage",
        "SystemsManagerAPI",
    ],
    "Services/Controller": [
        "Adoption", "Diagnostics", "Drifts", "FleetModel", "FoundationEssentials", "Git", "Glibc",
        "InventoryQueries", "Manifests",
        "PlanExecution", "Planning", "Reports", "SystemPackage", "SystemsManagerAPI",
    ],
    "Commands": [
        "AWSSigning", "Adoption", "ArgumentParser", "Controller", "Diagnostics", "Drifts",
        "FleetModel", "FleetServer", "FoundationEssentials", "Git", "Glibc", "InventoryQueries",
        "Manifests", "PlanExecution", "Planning",
        "Rehearsals", "Reports", "SSMDocuments", "SystemPackage", "SystemsManagerAPI",
        "Synchronization",
    ],
]

@Suite("imports")
struct ImportTests {
    @Test("a file imports only what its module may", arguments: SourceTree.sources)
    func imports(of file: SourceTree.File) throws {
        guard !file.module.hasPrefix("Executables") else { return }
        let table = try #require(allowed[file.module], "no rule for module \(file.module)")
        for name in try file.imports {
            #expect(table.contains(name), "\(file) must not import \(name)")
        }
    }

    @Test("only one module imports a C library, the database, git or the YAML reader")
    func owners() throws {
        let owners = [
            "CLibgit2": "Adapters/Git", "GRDB": "Adapters/FleetStore",
            "CLibyaml": "Core/PositionedYAML", "CLinuxHost": "Adapters/LinuxHost",
        ]
        for file in SourceTree.sources {
            for name in try file.imports {
                if let owner = owners[name] { #expect(file.module == owner, "\(file)") }
            }
        }
    }
}
