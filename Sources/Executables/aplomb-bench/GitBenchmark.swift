// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git

/// D1 to D4: commits, changes and clones, beside git and pygit2 doing the same.
var gitBenchmarks: [Benchmark] {
    [10_000, 100_000].flatMap { files in
        [commit(1, of: files), commit(1000, of: files), fetch(files), clone(files)]
    }
}

/// A bare repository of small files, twenty a folder, on the branch `bench`.
struct BenchRepository {
    static let author = Signature(name: "bench", email: "bench@localhost", time: 1_700_000_000)

    let path: String
    let repository: Repository
    let branch: BranchName

    init(at path: String) async throws {
        _ = try Child.run("git", ["init", "-q", "--bare", "-b", "bench", path])
        self.path = path
        repository = try Repository(path: path)
        branch = try BranchName("bench")
    }

    init(existing path: String) throws {
        self.path = path
        repository = try Repository(path: path)
        branch = try BranchName("bench")
    }

    init(at path: String, files: Int) async throws {
        try await self.init(at: path)
        var edit = TreeEdit()
        for number in 0..<files { edit.write(Self.name(number), Self.text(number, round: 0)) }
        try await commit(edit)
    }

    static func name(_ number: Int) -> String { "nodes/\(number / 20)/\(number).yaml" }

    static func text(_ number: Int, round: Int) -> String {
        """
        apiVersion: aplomb/v1
        kind: NodeStatus
        metadata: {fleet: bench, name: node-\(number)}
        ping: Online
        platform: Debian 12
        agentVersion: 1.0.0
        failures: []
        compliant: [base-packages, motd, ssh-hardening, time, unattended-upgrades]
        round: \(round)

        """
    }

    /// Files of one round, spread over the folders.
    static func changes(_ count: Int, of files: Int, round: Int) -> [String: String] {
        let numbers = (0..<count).map { $0 * (files / count) + 7 % (files / count) }
        return Dictionary(uniqueKeysWithValues: numbers.map { (name($0), text($0, round: round)) })
    }

    @discardableResult
    func commit(_ edit: TreeEdit) async throws -> ObjectID {
        let tip = try await repository.tip(of: branch)
        var base: ObjectID?
        if let tip { base = try await repository.tree(of: tip) }
        guard let tree = try await repository.apply(edit, to: base) else {
            throw BenchError("the edit changes nothing")
        }
        let commit = try await repository.commit(
            tree: tree,
            parents: tip.map { [$0] } ?? [],
            author: Self.author,
            message: "status"
        )
        try await move(from: tip, to: commit)
        return commit
    }

    func move(from tip: ObjectID?, to commit: ObjectID) async throws {
        let outcome = try await repository.updateBranch(
            branch,
            expected: tip,
            to: commit,
            by: Self.author,
            reason: "bench"
        )
        guard outcome == .updated else { throw BenchError("the branch did not move") }
    }
}

/// The same commits by others: each has a copy of the repository and the files of two rounds.
struct CommitPeers {
    let scratch: Scratch
    let origin: String
    let variants: [[String: String]]

    /// `syncs`: as ours, every object is on the disk before the reference names it.
    func pygit2(_ name: String, syncs: Bool, goal: Double?) throws -> Benchmark.Floor {
        try scratch.copy(origin, to: name)
        if syncs {
            let set = ["-C", scratch(name), "config", "core.fsyncObjectFiles", "true"]
            _ = try Child.run("git", set)
        }
        try scratch.write("\(name).json", try JSONEncoder().encode(variants))
        let peer = try Peer.python("commit", scratch(name), scratch("\(name).json"))
        return Benchmark.Floor(name: syncs ? "pygit2, synced" : "pygit2, unsynced", goal: goal) {
            try peer.round()
        }
    }

    func git(_ name: String, goal: Double?) throws -> Benchmark.Floor {
        try scratch.copy(origin, to: name)
        for (number, files) in variants.enumerated() {
            for (path, text) in files {
                try scratch.write("variant-\(number)/files/\(path)", text.utf8)
            }
            let list = files.keys.sorted().map { $0 + "\n" }.joined()
            try scratch.write("variant-\(number)/list", list.utf8)
        }
        var round = 0
        return Benchmark.Floor(name: "git plumbing", goal: goal) {
            let variant = scratch("variant-\(round)")
            round += 1
            var sample = try Child.run(Scratch.script("commit.sh"), [scratch(name), variant])
            sample.peakBytes = nil
            return sample
        }
    }
}

private func commit(_ count: Int, of files: Int) -> Benchmark {
    Benchmark(
        "git/commit \(count)",
        size: "\(files) files",
        rounds: count == 1 ? 21 : 7
    ) {
        let scratch = try Scratch()
        let ours = try await BenchRepository(at: scratch("ours.git"), files: files)
        let rounds = count == 1 ? 22 : 8
        let variants = (1...rounds).map { BenchRepository.changes(count, of: files, round: $0) }
        let peers = CommitPeers(scratch: scratch, origin: "ours.git", variants: variants)
        let goal = count == 1 ? 1.5 : 1.2
        let floors = [
            try peers.pygit2("synced.git", syncs: true, goal: goal),
            try peers.pygit2("unsynced.git", syncs: false, goal: goal),
            try peers.git("plumbing.git", goal: count == 1 ? 0.1 : nil),
        ]
        var round = 0
        return Benchmark.Work(
            ours: {
                round += 1
                return try await Benchmark.time {
                    var edit = TreeEdit()
                    for (path, text) in variants[round - 1] { edit.write(path, text) }
                    try await ours.commit(edit)
                    return count
                }
            },
            floors: floors,
            scratch: scratch
        )
    }
}

/// A commit of one file appears on a remote; which files changed is known when the round ends.
private func fetch(_ files: Int) -> Benchmark {
    Benchmark("git/fetch and diff", size: "\(files) files", rounds: 11) {
        let scratch = try Scratch()
        let remote = try await BenchRepository(at: scratch("ours.git"), files: files)
        try scratch.copy("ours.git", to: "plumbing.git")
        let location = try RepositoryLocation("file://" + scratch("ours.git"))
        let mirror = try Mirror(
            of: location,
            directory: scratch("mirror"),
            helper: Scratch.program("aplomb-git"),
            access: RemoteAccess()
        )
        let revision = try Revision.branch("bench")
        var seen = try await mirror.update(revision, now: 0).commit
        var round = 0
        return Benchmark.Work(
            ours: {
                round += 1
                let file = BenchRepository.text(7, round: round)
                try await remote.commit(
                    TreeEdit([BenchRepository.name(7): .write(Array(file.utf8))])
                )
                return try await Benchmark.time {
                    let commit = try await mirror.update(revision, lastSeen: seen, now: 0).commit
                    guard let commit else { throw BenchError("the branch is gone") }
                    let changes = try await mirror.repository().changedPaths(from: seen, to: commit)
                    guard changes.count == 1 else { throw BenchError("\(changes.count) changes") }
                    seen = commit
                    return 1
                }
            },
            floors: [
                Benchmark.Floor(name: "git fetch; git diff-tree", goal: 1.2) {
                    let git = ["--git-dir", scratch("plumbing.git")]
                    let fetch = git + ["fetch", "-q", scratch("ours.git"), "+bench:seen"]
                    let diff = git + ["diff-tree", "-r", "--name-only", "bench", "seen"]
                    return try await Benchmark.time {
                        _ = try Child.run("git", fetch)
                        _ = try Child.run("git", diff)
                        return 1
                    }
                }
            ],
            scratch: scratch
        )
    }
}

/// The first clone, of which only the pack's transfer and its index are the work.
private func clone(_ files: Int) -> Benchmark {
    Benchmark("git/clone", size: "\(files) files", rounds: files > 10_000 ? 2 : 5) {
        let scratch = try Scratch()
        _ = try await BenchRepository(at: scratch("ours.git"), files: files)
        let location = try RepositoryLocation("file://" + scratch("ours.git"))
        let pygit2 = try Peer.python("clone", "file://" + scratch("ours.git"), scratch("pygit2"))
        var round = 0
        return Benchmark.Work(
            ours: {
                round += 1
                return try await Benchmark.time {
                    let mirror = try Mirror(
                        of: location,
                        directory: scratch("mirror-\(round)"),
                        helper: Scratch.program("aplomb-git"),
                        access: RemoteAccess()
                    )
                    return try await mirror.update(.branch("bench"), now: 0).commit == nil ? 0 : 1
                }
            },
            floors: [
                Benchmark.Floor(name: "pygit2 clone", goal: 1.2) { try pygit2.round() },
                Benchmark.Floor(name: "git clone", goal: nil) {
                    let target = scratch("git-\(round)")
                    var sample = try Child.run(
                        "git",
                        ["clone", "-q", "--bare", "file://" + scratch("ours.git"), target]
                    )
                    sample.peakBytes = nil
                    return sample
                },
            ],
            scratch: scratch
        )
    }
}
