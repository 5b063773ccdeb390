// SPDX-License-Identifier: Apache-2.0
import Controller
import FleetModel
import Foundation
import Git
import Manifests
import SystemPackage

/// E1: files in memory to typed values, checks and references included.
///
/// The goal of 3.33 floors is 0.3 of what libyaml's events alone make.
var manifestBenchmarks: [Benchmark] {
    [10_000, 100_000].flatMap { count in
        // A snapshot has at most 20,000 files and folders.
        [cold(count), reload(count, perFile: count / 10_000)]
    }
}

/// E2: a commit that changes one file, read as each run of cron does: by a process that knows nothing.
private func reload(_ count: Int, perFile: Int) -> Benchmark {
    Benchmark(
        "manifests/one file changed",
        size: "\(count) of 25 lines",
        rounds: count > 10_000 ? 3 : 7,
        goal: count > 10_000 ? 0.2 : 0.05
    ) {
        let scratch = try Scratch()
        let repository = try await BenchRepository(at: scratch("fleet.git"))
        var edit = TreeEdit()
        for file in ManifestCorpus.files(count, perFile: perFile) {
            edit.write(file.path, file.bytes)
        }
        try await repository.commit(edit)
        var round = 0
        return Benchmark.Work(
            ours: {
                round += 1
                let text = ManifestCorpus.file(7, perFile: perFile, message: "round \(round)")
                try await repository.commit(TreeEdit(["motd/0/7.yaml": .write(Array(text.utf8))]))
                return try await Benchmark.time {
                    let loader = FleetLoader(
                        FleetLoader.Configuration(
                            repository: scratch("fleet.git"),
                            content: .commit,
                            workingDirectory: FilePath(scratch.path),
                            stateDirectory: FilePath(scratch("state")),
                            gitHelper: FilePath(Scratch.program("aplomb-git")),
                            access: RemoteAccess(),
                            now: { Timestamp(seconds: 0) }
                        )
                    )
                    let desired = try await loader.load().valid()
                    return desired.associations.count
                }
            },
            scratch: scratch
        )
    }
}

private func cold(_ count: Int) -> Benchmark {
    Benchmark("manifests/cold", size: "\(count) of 25 lines", rounds: count > 10_000 ? 5 : 9) {
        let scratch = try Scratch()
        let files = ManifestCorpus.files(count)
        try scratch.write("texts", files.map(\.bytes).joined(separator: [0]))
        let floor = scratch("yaml_events")
        _ = try Child.run(
            "cc",
            ["-O2", "-o", floor, Scratch.script("yaml_events.c"), "-lyaml"]
        )
        let events = try Peer(floor, [scratch("texts")])
        let python = try Peer.python("yaml", scratch("texts"))
        return Benchmark.Work(
            ours: {
                try await Benchmark.time {
                    let result = Loader.load(files)
                    guard let desired = result.desired, result.diagnostics.isEmpty else {
                        throw BenchError("\(result.diagnostics.first.debugDescription)")
                    }
                    return desired.associations.count
                }
            },
            floors: [
                Benchmark.Floor(name: "libyaml events, C", goal: 3.33) {
                    try events.round()
                },
                Benchmark.Floor(name: "PyYAML CSafeLoader", goal: 1) { try python.round() },
            ],
            scratch: scratch
        )
    }
}

/// A fleet of many associations, one a file, as large as those of real repositories.
enum ManifestCorpus {
    static func files(_ count: Int, perFile: Int = 1) -> [(path: String, bytes: [UInt8])] {
        let fleet = [
            ("fleet.yaml", Array(fleet.utf8)), ("documents/motd.yaml", Array(document.utf8)),
        ]
        return fleet
            + (0..<count / perFile).map { number in
                ("motd/\(number / 20)/\(number).yaml", Array(file(number, perFile: perFile).utf8))
            }
    }

    static func file(_ number: Int, perFile: Int, message: String = "hello from git") -> String {
        (0..<perFile).map { association(number * perFile + $0, message: message) }
            .joined(separator: "---\n")
    }

    static let fleet = """
        apiVersion: aplomb/v1
        kind: Fleet
        metadata: {name: bench}
        spec: {provider: {local: {}}, prune: true}
        ---
        apiVersion: aplomb/v1
        kind: Node
        metadata: {name: web-1}
        spec: {tags: {Role: web, Env: prod, Owner: operations}}

        """

    static let document = """
        schemaVersion: "2.2"
        description: Writes the message of the day.
        parameters:
          message: {type: String}
          path: {type: String}
          mode: {type: String}
        mainSteps:
          - action: aws:runShellScript
            name: write
            inputs:
              runCommand: ["true"]

        """

    static func association(_ number: Int, message: String = "hello from git") -> String {
        """
        apiVersion: aplomb/v1
        kind: Association
        metadata:
          name: motd-\(number)
          labels:
            team: platform
            tier: "1"
          annotations:
            runbook: wiki/motd
        spec:
          document: motd
          parameters:
            message: \(message)
            path: /etc/motd
            mode: "0644"
          targets:
            - tags:
                Role: [web, proxy, bastion]
                Env: [staging, prod]
                Owner:
                  - operations
          scheduleExpression: rate(30 minutes)
          maxConcurrency: 10%
          maxErrors: 0
          complianceSeverity: MEDIUM

        """
    }
}
