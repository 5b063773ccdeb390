// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Manifests
import TestSupport
import Testing

/// E2: what a former resolve is taken over from must not show in the result.
@Suite("resolving after a former resolve")
struct ResolvedFleetTests {
    private static func association(
        _ name: String,
        _ spec: String = "document: motd, parameters: {message: hi}, targets: [{group: web}]"
    ) -> String {
        """
        apiVersion: aplomb/v1
        kind: Association
        metadata: {name: \(name)}
        spec: {\(spec)}

        """
    }

    private static let motd = "document: motd, parameters: {message: hi}"

    /// What each file may become; the first is what is sound, and `nil` is its absence.
    private static let variants: [String: [String?]] = [
        "prod/fleet.yaml": [
            SoundFleet.files["prod/fleet.yaml"],
            """
            apiVersion: aplomb/v1
            kind: Fleet
            metadata: {name: prod}
            spec:
              prune: true
              patches:
                - {kind: Association, metadata: {name: apps}, spec: {maxErrors: 3}}
            """,
            """
            apiVersion: aplomb/v1
            kind: Fleet
            metadata: {name: prod}
            spec: {prune: false, resources: [../shared]}
            """,
        ],
        "prod/nodes.yaml": [
            SoundFleet.files["prod/nodes.yaml"],
            SoundFleet.files["prod/nodes.yaml"]?.replacing("Role: web", with: "Role: db"),
        ],
        "prod/groups.yaml": [SoundFleet.files["prod/groups.yaml"], nil],
        "prod/motd.yaml": [
            SoundFleet.files["prod/motd.yaml"],
            SoundFleet.files["prod/motd.yaml"]?.replacing("^[a-z]+$", with: "^[A-Z]+$"),
        ],
        "prod/base.yaml": [
            association("base"), association("base", motd + ", targets: [{tags: {Role: [db]}}]"),
            association("base", motd + ", targets: [{group: web}], dependsOn: [apps]"), nil,
            association("base") + "---\n" + association("more"),
        ],
        "prod/apps.yaml": [
            association("apps"), association("base"), association("renamed"), nil,
            association("apps", motd + ", targets: [{group: web}], dependsOn: [base]"),
            association("apps", motd + ", targets: [{group: none}]"),
            association("apps", motd + ", targets: [{group: web}], maxErrors: 2"),
            "kind: Association\nspec: {", "# nothing\n",
        ],
        "prod/more/late.yaml": [
            nil, association("late"), association("late", "document: motd, targets: []"),
            SoundFleet.files["prod/fleet.yaml"]?.replacing("name: prod", with: "name: late"),
        ],
        // It names an association, which may go.
        "prod/exception.yaml": [
            nil,
            """
            apiVersion: aplomb/v1
            kind: Exception
            metadata: {name: freeze}
            spec: {reason: r, owner: o, expires: "2026-12-24", suspend: {associations: [apps]}}
            """,
        ],
        "shared/common.yaml": [
            association("common"), nil, association("late", motd + ", targets: [{group: web}]"),
        ],
    ]

    @Test("F-14 seeded edits: resolving by and by gives what resolving anew gives")
    func edits() {
        let paths = Self.variants.keys.sorted()
        var reused = 0
        for seed in UInt64(1)...60 {
            var random = Seeded(state: seed)
            var files: [String: ParsedFile] = [:]
            for path in paths {
                files[path] = Self.variants[path]?[0].map {
                    Loader.parseFile(path, Array($0.utf8))
                }
            }
            var former: ResolvedFleet?
            for round in 0..<25 {
                // Mostly associations, as in life; everything else now and then.
                let isRare = round % 5 == 4
                let some = isRare ? paths : ["prod/apps.yaml", "prod/base.yaml"]
                for _ in 0...Int.random(in: 0...1, using: &random) {
                    guard round > 0, let path = some.randomElement(using: &random),
                        let texts = Self.variants[path],
                        let text = texts.randomElement(using: &random)
                    else { continue }
                    files[path] = text.map { Loader.parseFile(path, Array($0.utf8)) }
                }
                let all = files.values.sorted { $0.path < $1.path }
                let cold = Loader.resolve(all, fleetPath: "prod")
                let (warm, next) = Loader.resolve(all, fleetPath: "prod", after: former)
                #expect(warm.desired == cold.desired, "seed \(seed), round \(round)")
                #expect(warm.diagnostics == cold.diagnostics, "seed \(seed), round \(round)")
                if let former, former.updates(to: all) { reused += 1 }
                former = next ?? former
            }
        }
        #expect(reused > 100)
    }
}

extension ResolvedFleet {
    /// Whether a resolve takes this one over.
    fileprivate func updates(to files: [ParsedFile]) -> Bool {
        let fleets = Loader.findFleets(in: files)
        guard let fleet = Loader.select("prod", among: fleets).fleet else { return false }
        return updated(to: files, fleet: fleet, fleets: fleets) != nil
    }
}
