// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import Foundation
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
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + path)
}

var targets: [Target] = []

/// Declares a module of a layer, and its tests, which mirror it.
@MainActor func module(
    _ layer: String, _ name: String, _ dependencies: [Target.Dependency] = [],
    resources: [Resource] = [], unsafe: Bool = false, testing: [Target.Dependency]? = []
) {
    let path = "Sources/\(layer)/\(name)"
    guard exists(path) else { return }
    targets.append(
        .target(
            name: name, dependencies: dependencies, path: path, resources: resources,
            swiftSettings: strict + (unsafe ? [.strictMemorySafety()] : [])))
    if let testing, exists("Tests/\(layer)/\(name)Tests") { tests("\(layer)/\(name)Tests", [.init(stringLiteral: name)] + testing) }
}

@MainActor func tests(_ path: String, _ dependencies: [Target.Dependency]) {
    guard exists("Tests/\(path)") else { return }
    targets.append(
        .testTarget(
            name: String(path.split(separator: "/").last!), dependencies: dependencies,
            path: "Tests/\(path)",
            exclude: exists("Tests/\(path)/Golden") ? ["Golden"] : [],
            swiftSettings: strict))
}

@MainActor func executable(_ name: String, _ dependencies: [Target.Dependency]) {
    guard exists("Sources/Executables/\(name)") else { return }
    targets.append(
        .executableTarget(
            name: name, dependencies: dependencies, path: "Sources/Executables/\(name)",
            swiftSettings: strict))
}

// C libraries, and the one C target of our own.
if exists("Sources/Core/CLibyaml") {
    targets.append(
        .systemLibrary(name: "CLibyaml", path: "Sources/Core/CLibyaml", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"])]))
}
if exists("Sources/Adapters/CLibgit2") {
    targets.append(
        .systemLibrary(name: "CLibgit2", path: "Sources/Adapters/CLibgit2", pkgConfig: "libgit2",
            providers: [.apt(["libgit2-dev"])]))
}
if exists("Sources/Adapters/CLinuxHost") {
    targets.append(.target(name: "CLinuxHost", path: "Sources/Adapters/CLinuxHost"))
}

// Core: values in, values out.
module("Core", "Diagnostics")
module("Core", "FleetModel", ["Diagnostics", crypto], testing: ["Diagnostics"])
module("Core", "PositionedYAML", ["CLibyaml", "Diagnostics"])
module("Core", "SSMDocuments", ["Diagnostics", "FleetModel", "PositionedYAML"], testing: ["Diagnostics", "FleetModel", "PositionedYAML"])
module("Core", "SystemsManagerAPI", ["FleetModel"])
module("Core", "Manifests", ["Diagnostics", "FleetModel", "PositionedYAML", "SSMDocuments"], testing: ["TestSupport", "Diagnostics", "FleetModel"])
module("Core", "Planning", ["Diagnostics", "FleetModel", "SystemsManagerAPI"], testing: ["TestSupport", "Diagnostics", "FleetModel", "SystemsManagerAPI"])
module("Core", "Reports", ["Diagnostics", "FleetModel", "Planning"], testing: ["TestSupport", "Diagnostics", "FleetModel", "Planning", "SystemsManagerAPI"])

// Adapters: one outside thing each.
module("Adapters", "Git", ["CLibgit2", subprocess, system], unsafe: true, testing: ["CLibgit2", "aplomb-git"])
module("Adapters", "FleetStore", ["FleetModel", grdb], testing: ["FleetModel", grdb])
module("Adapters", "LinuxHost", ["CLinuxHost", system])

// Services: long-running; actors live here.
module("Services", "FleetAgent", ["FleetModel", "SSMDocuments", "LinuxHost"], testing: ["FleetModel", "SSMDocuments", "LinuxHost"])
module("Services", "FleetEngine", ["Diagnostics", "FleetModel", "SSMDocuments", "SystemsManagerAPI", "FleetStore", "FleetAgent"], testing: ["TestSupport", "FleetModel", "SSMDocuments", "SystemsManagerAPI", "FleetStore", "FleetAgent"])
module("Services", "PlanExecution", ["FleetModel", "Planning", "SystemsManagerAPI", system], testing: ["TestSupport", "FleetModel", "Planning", "SystemsManagerAPI"])
module("Services", "Controller", ["Diagnostics", "FleetModel", "Git", "Manifests", "Planning", "PlanExecution", "Reports", "SSMDocuments", "SystemsManagerAPI"], testing: ["TestSupport"])

module("", "Commands", ["Diagnostics", "FleetModel", "Git", "Controller", "Manifests", "Planning", "PlanExecution", "Reports", "SystemsManagerAPI", "SSMDocuments", argumentParser], testing: nil)
executable("aplomb", ["Commands", "FleetEngine", "FleetAgent", "LinuxHost", "FleetStore"])
executable("aplomb-git", ["Git"])
executable("aplomb-bench", ["Planning", "FleetModel", "Diagnostics", "SystemsManagerAPI"])

// Tests beyond the mirror of Sources.
if exists("Tests/Support/TestSupport") {
    targets.append(
        .target(name: "TestSupport", path: "Tests/Support/TestSupport", swiftSettings: strict))
}
tests("Tidy/TidyTests", [])
tests("Scenarios/ScenarioTests", ["TestSupport", "aplomb", "aplomb-git"])

// A target waits until all it depends on is there.
var names: Set<String> = []
repeat {
    names = Set(targets.map(\.name))
    targets.removeAll { target in
        target.dependencies.contains { dependency in
            if case .byNameItem(let name, _) = dependency { return !names.contains(name) }
            return false
        }
    }
} while names.count != targets.count

let package = Package(
    name: "aplomb",
    products: names.contains("aplomb") ? [.executable(name: "aplomb", targets: ["aplomb"])] : [],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
    ],
    targets: targets
)
