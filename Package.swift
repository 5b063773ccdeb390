// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// The settings of every module: Swift 6, warnings are errors, imports are internal and explicit.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(
    name: "ArgumentParser",
    package: "swift-argument-parser"
)
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let httpClient = Target.Dependency.product(
    name: "AsyncHTTPClient",
    package: "async-http-client"
)
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle",
    package: "swift-service-lifecycle"
)

var targets: [Target] = []

/// Declares a module of a layer, and its tests, which mirror it.
@MainActor func module(
    _ layer: String,
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    unsafe: Bool = false,
    testing: [Target.Dependency]? = nil,
    golden: Bool = false
) {
    let path = layer.isEmpty ? "Sources/\(name)" : "Sources/\(layer)/\(name)"
    targets.append(
        .target(
            name: name,
            dependencies: dependencies,
            path: path,
            swiftSettings: strict + (unsafe ? [.strictMemorySafety()] : [])
        )
    )
    if let testing {
        tests("\(layer)/\(name)Tests", [.init(stringLiteral: name)] + testing, golden: golden)
    }
}

@MainActor func tests(
    _ path: String,
    _ dependencies: [Target.Dependency],
    golden: Bool = false
) {
    targets.append(
        .testTarget(
            name: path.split(separator: "/").last.map(String.init) ?? path,
            dependencies: dependencies,
            path: "Tests/\(path)",
            exclude: golden ? ["Golden"] : [],
            swiftSettings: strict
        )
    )
}

@MainActor func executable(_ name: String, _ dependencies: [Target.Dependency]) {
    targets.append(
        .executableTarget(
            name: name,
            dependencies: dependencies,
            path: "Sources/Executables/\(name)",
            swiftSettings: strict
        )
    )
}

// C libraries, and the one C target of our own.
targets.append(
    .systemLibrary(
        name: "CLibyaml",
        path: "Sources/Core/CLibyaml",
        pkgConfig: "yaml-0.1",
        providers: [.apt(["libyaml-dev"])]
    )
)
targets.append(
    .systemLibrary(
        name: "CLibgit2",
        path: "Sources/Adapters/CLibgit2",
        pkgConfig: "libgit2",
        providers: [.apt(["libgit2-dev"])]
    )
)
targets.append(.target(name: "CLinuxHost", path: "Sources/Adapters/CLinuxHost"))

// Core: values in, values out.
module("Core", "Diagnostics", testing: [])
module(
    "Core",
    "PositionedYAML",
    ["CLibyaml", "Diagnostics"],
    testing: ["TestSupport", "Diagnostics"]
)
module(
    "Core",
    "SSMDocuments",
    ["Diagnostics", "FleetModel", "PositionedYAML"],
    testing: ["TestSupport", "Diagnostics", "FleetModel", "PositionedYAML"]
)
module("Core", "InventoryQueries", ["Diagnostics"], testing: [])
module(
    "Core",
    "FleetModel",
    ["Diagnostics", "InventoryQueries", crypto],
    testing: ["TestSupport", "Diagnostics"]
)
module("Core", "AgentJournal", ["FleetModel"], testing: ["TestSupport", "FleetModel"])
module("Core", "SystemsManagerAPI", ["FleetModel"])
module("Core", "AWSSigning", ["FleetModel", crypto], testing: ["TestSupport", "FleetModel"])
module(
    "Core",
    "AWSWire",
    ["FleetModel", "SystemsManagerAPI"],
    testing: ["TestSupport", "FleetModel", "SystemsManagerAPI"]
)
module(
    "Core",
    "Manifests",
    ["Diagnostics", "FleetModel", "InventoryQueries", "PositionedYAML", "SSMDocuments"],
    testing: [
        "TestSupport", "Diagnostics", "FleetModel", "InventoryQueries", "PositionedYAML",
        "SSMDocuments",
    ]
)
module(
    "Core",
    "Planning",
    ["Diagnostics", "FleetModel", "InventoryQueries", "SystemsManagerAPI"],
    testing: [
        "TestSupport", "Diagnostics", "FleetModel", "InventoryQueries", "SystemsManagerAPI",
    ]
)
module(
    "Core",
    "Rehearsals",
    ["Diagnostics", "FleetModel", "InventoryQueries", "Planning"],
    testing: ["FleetModel"]
)
module(
    "Core",
    "Drifts",
    ["Diagnostics", "FleetModel", "Planning"],
    testing: ["FleetModel", "Planning"]
)
module(
    "Core",
    "Adoption",
    [
        "Diagnostics", "FleetModel", "Manifests", "Planning", "PositionedYAML",
        "SystemsManagerAPI",
    ],
    testing: [
        "TestSupport", "Diagnostics", "FleetModel", "Manifests", "Planning", "SystemsManagerAPI",
    ]
)
module(
    "Core",
    "Reports",
    [
        "Adoption", "Diagnostics", "Drifts", "FleetModel", "InventoryQueries", "Planning",
        "PositionedYAML", "Rehearsals", "SystemsManagerAPI",
    ],
    testing: [
        "Adoption", "TestSupport", "Diagnostics", "Drifts", "FleetModel", "InventoryQueries",
        "Manifests", "Planning", "PositionedYAML", "Rehearsals", "SystemsManagerAPI",
    ],
    golden: true
)

// Adapters: one outside thing each.
module(
    "Adapters",
    "Git",
    ["CLibgit2", crypto],
    unsafe: true,
    testing: ["TestSupport", "CLibgit2", "aplomb-git"]
)
module("Adapters", "FleetStore", ["FleetModel", grdb], testing: ["FleetModel", grdb])
module(
    "Adapters",
    "AWSSystemsManager",
    [
        "AWSSigning", "AWSWire", "FleetModel", "SystemsManagerAPI", httpClient, nioCore, nioHTTP1,
        nioPosix, nioSSL,
    ],
    testing: ["TestSupport", "AWSSigning", "FleetModel", "SystemsManagerAPI"]
)
module(
    "Adapters",
    "LinuxHost",
    ["CLinuxHost", crypto, system],
    testing: ["InventoryQueries"]
)

// Services: long-running; actors live here.
module(
    "Services",
    "FleetAgent",
    ["AgentJournal", "FleetModel", "LinuxHost"],
    testing: ["AgentJournal", "FleetModel", "LinuxHost", "agent-on-pipes", "aplomb-agent"]
)
module(
    "Services",
    "NodeRehearsal",
    ["FleetAgent", "FleetModel", "LinuxHost", "Rehearsals"],
    testing: ["FleetAgent", "FleetModel", "LinuxHost", "Rehearsals"]
)
module(
    "Services",
    "FleetEngine",
    [
        "Diagnostics", "FleetModel", "InventoryQueries", "SSMDocuments", "SystemsManagerAPI",
        "FleetStore",
    ],
    testing: [
        "TestSupport", "FleetModel", "InventoryQueries", "SSMDocuments", "SystemsManagerAPI",
        "FleetStore",
    ]
)
module(
    "Services",
    "FleetServer",
    [
        "AWSSigning", "AWSWire", "FleetModel", "SSMDocuments", "SystemsManagerAPI", crypto,
        hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, lifecycle, logging, nioCore,
        nioSSL,
    ],
    testing: [
        "AWSSigning", "AWSWire", "FleetEngine", "FleetModel", "FleetStore", "SystemsManagerAPI",
        "TestSupport",
    ]
)
module(
    "Services",
    "PlanExecution",
    ["FleetModel", "Planning", "SystemsManagerAPI", system]
)
module(
    "Services",
    "Controller",
    [
        "Adoption", "Diagnostics", "Drifts", "FleetModel", "Git", "InventoryQueries", "Manifests",
        "Planning",
        "PlanExecution", "Reports", "SystemsManagerAPI", system,
    ],
    testing: [
        "Adoption", "Diagnostics", "FleetEngine", "FleetModel", "FleetStore", "Git",
        "InventoryQueries", "Planning", "SystemsManagerAPI", system,
    ]
)

// Verbs, and the programs that wire them.
module(
    "",
    "Commands",
    [
        "AWSSigning", "Adoption", "Controller", "Diagnostics", "Drifts", "FleetModel",
        "FleetServer", "Git",
        "InventoryQueries", "Manifests", "PlanExecution", "Planning", "Rehearsals", "Reports",
        "SSMDocuments", "SystemsManagerAPI", argumentParser, system,
    ]
)
executable(
    "aplomb",
    [
        "AWSSystemsManager", "Commands", "Controller", "FleetAgent", "FleetEngine", "FleetModel",
        "FleetServer", "FleetStore", "LinuxHost", "NodeRehearsal", "Planning", "Rehearsals",
        "SystemsManagerAPI", system,
    ]
)
executable("aplomb-git", ["Git"])
executable("aplomb-agent", ["FleetAgent", "FleetModel"])
executable(
    "aplomb-bench",
    [
        "Controller", "Diagnostics", "FleetAgent", "FleetEngine", "FleetModel", "FleetStore", "Git",
        "InventoryQueries", "LinuxHost", "Manifests", "Planning", "Reports", "SystemsManagerAPI",
        system,
    ]
)

// Tests beyond the mirror of Sources.
targets.append(
    .target(name: "TestSupport", path: "Tests/Support/TestSupport", swiftSettings: strict)
)
targets.append(
    .executableTarget(
        name: "agent-on-pipes",
        dependencies: ["AgentJournal", "FleetAgent", "FleetModel", "LinuxHost"],
        path: "Tests/Support/AgentOnPipes",
        swiftSettings: strict
    )
)
tests("Tidy/TidyTests", [])
tests(
    "Conformance/ConformanceTests",
    [
        "AWSSigning", "AWSSystemsManager", "FleetEngine", "FleetModel", "FleetServer", "FleetStore",
        "SystemsManagerAPI",
    ]
)
tests(
    "Scenarios/ScenarioTests",
    ["TestSupport", "CLinuxHost", "FleetServer", "aplomb", "aplomb-git"],
    golden: true
)

let package = Package(
    name: "aplomb",
    products: [
        .executable(name: "aplomb", targets: ["aplomb"]),
        .executable(name: "aplomb-git", targets: ["aplomb-git"]),
        .executable(name: "aplomb-agent", targets: ["aplomb-agent"]),
        .executable(name: "aplomb-bench", targets: ["aplomb-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: targets
)
