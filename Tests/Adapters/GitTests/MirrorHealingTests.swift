// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import TestSupport
import Testing

/// A way in which a mirror breaks: a shell script in its repository.
struct Mutation: Sendable {
    let name: String
    let script: String

    init(_ name: String, _ script: String) {
        self.name = name
        self.script = script
    }

    static let all: [Mutation] = [
        .init("empty ref", ": > refs/heads/main"),
        .init("torn ref", "printf 12345 > refs/heads/main"),
        .init("ref of noise", "head -c 99 /dev/urandom > refs/heads/main"),
        .init("ref to nothing", "printf '%040d\\n' 1 > refs/heads/main"),
        .init("ref gone", "rm refs/heads/main"),
        .init(
            "ref is a folder",
            "rm refs/heads/main; mkdir refs/heads/main; : > refs/heads/main/x"
        ),
        .init("another ref is empty", ": > refs/heads/other"),
        .init("stale ref lock", ": > refs/heads/main.lock"),
        .init("stale HEAD lock", ": > HEAD.lock"),
        .init("stale config lock", ": > config.lock"),
        .init("missing pack", "rm objects/pack/*.pack"),
        .init("missing index", "rm objects/pack/*.idx"),
        .init("missing pack and index", "rm objects/pack/pack-*"),
        .init("an old pack missing", "rm $(ls -t objects/pack/*.pack | tail -1)"),
        .init("truncated pack", "for f in objects/pack/*.pack; do truncate -s -30 $f; done"),
        .init("empty pack", "for f in objects/pack/*.pack; do : > $f; done"),
        .init("truncated index", "for f in objects/pack/*.idx; do truncate -s 100 $f; done"),
        .init(
            "flipped byte in a pack",
            "f=$(ls -S objects/pack/*.pack | head -1); printf X | dd of=$f bs=1 seek=9000"
                + " conv=notrunc"
        ),
        .init(
            "flipped byte in an index",
            "for f in objects/pack/*.idx; do printf X | dd of=$f bs=1 seek=1031 conv=notrunc; done"
        ),
        .init("left by a killed fetch", "echo PACK > objects/pack/pack_git2_5ab"),
        .init("half a pack", "echo x > objects/pack/pack-\(String(repeating: "1", count: 40)).idx"),
        .init("HEAD gone", "rm HEAD"),
        .init("HEAD empty", ": > HEAD"),
        .init("HEAD of noise", "head -c 99 /dev/urandom > HEAD"),
        .init("config gone", "rm config"),
        .init("config of noise", "printf '[core\\n=\\n\\001' > config"),
        .init("config of the future", "printf '[core]\\nrepositoryformatversion = 99\\n' > config"),
        .init("repository gone", "rm -r \"$PWD\""),
        .init("repository is a file", "d=$PWD; cd /; rm -r \"$d\"; : > \"$d\""),
        .init("objects gone", "rm -r objects"),
        .init("refs gone", "rm -r refs"),
        .init("noise in packed-refs", "echo noise > packed-refs; rm refs/heads/main"),
        .init("foreign owner", "[ $(id -u) != 0 ] || chown -R 12345 ."),
        .init("pack list gone", "rm aplomb-packs"),
        .init("pack list of noise", "echo noise > aplomb-packs"),
    ]
}

@Suite("Broken mirrors", .serialized) struct MirrorHealingTests {
    /// A remote with two commits, and a mirror of it with two packs, to be copied.
    private struct Template {
        let fixture: RemoteFixture
        let tip: ObjectID

        init() async throws {
            fixture = try RemoteFixture()
            let source = try fixture.source(
                "file://" + fixture.bare.path,
                RemoteAccess(),
                name: "template"
            )
            let one = try fixture.bare.commit(["a": "1"])
            _ = try await source.update(.head, now: 1000)
            tip = try fixture.bare.commit(["a": "1", "big": noise(20_000)], parent: one)
            _ = try await source.update(.head, now: 1000)
        }
    }

    /// Updates and reads everything; what reading finds broken is healed by the next update.
    private func use(_ source: GitSource, now: Int64) async throws -> [String] {
        do {
            let tip = try #require(try await source.update(.head, now: now).commit)
            let repository = try await source.repository()
            let snapshot = try await repository.snapshot(of: tip)
            #expect(snapshot.problems.isEmpty)
            for content in await repository.contents(of: snapshot.entries) { _ = try content.get() }
            return snapshot.entries.map(\.path)
        } catch let error as GitError {
            _ = try await source.heal(after: error, now: now)
            throw error
        }
    }

    @Test("FT-39, F-07: each of 35 mutations heals within two updates, with one rebuild at most")
    func heals() async throws {
        let template = try await Template()
        for mutation in Mutation.all { try await heals(mutation, of: template) }
    }

    private func heals(_ mutation: Mutation, of template: Template) async throws {
        let name = Comment(rawValue: mutation.name)
        let sandbox = try Sandbox()
        let folder = sandbox.path + "/mirror"
        try run(["cp", "-a", template.fixture.sandbox.path + "/template", folder])
        func source() throws -> GitSource {
            try GitSource(
                RepositoryLocation("file://" + template.fixture.bare.path),
                mirrorDirectory: folder,
                helper: helper
            )
        }
        let files = ["a", "big"]
        func mutate() throws {
            try run(["sh", "-ec", mutation.script], in: folder + "/repository.git")
        }
        /// Tries twice, as a caller does that comes back; every failure has a name.
        func twice(now: Int64) async throws -> (healed: Bool, last: GitError?) {
            var last: GitError?
            for attempt in 0..<2 {
                do {
                    #expect(try await use(source(), now: now + Int64(attempt)) == files)
                    return (true, last)
                } catch let error as GitError {
                    last = error
                }
            }
            return (false, last)
        }
        try mutate()
        let first = try await twice(now: 2000)
        #expect(first.healed, "\(mutation.name): \(first.last?.explanation ?? "")")
        #expect(try await source().repository().resolve(.head) == template.tip, name)
        // Again at once: no second rebuild. Later: good again.
        if FileManager.default.fileExists(atPath: folder + "/rebuilt") {
            try mutate()
            let second = try await twice(now: 2100)
            if !second.healed { #expect(second.last?.code == .cacheThrottled, name) }
            #expect(try await twice(now: 2700).healed, name)
        }
        let repository = folder + "/repository.git"
        try run(["git", "-C", repository, "fsck", "--strict"])
    }
}
