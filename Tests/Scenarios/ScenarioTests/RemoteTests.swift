// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport
import Testing

/// The fleet's repository is behind a network: the built program, real servers on loopback.
@Suite(
    "a remote repository",
    .enabled(if: Workspace.canSandbox, "sandbox nodes need root"),
    .serialized
)
struct RemoteTests {
    private static let token = ["APLOMB_GIT_TOKEN": "canary-51"]

    private static let closedHook = """
        #!/bin/sh
        grep -q aplomb/status || exit 0
        echo 'closed for the season' >&2
        exit 1
        """

    private func makeFleet(_ workspace: borrowing Workspace, message: String = "one") throws {
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["web-1"]))
        try workspace.write("group.yaml", SmallFleet.group)
        try workspace.write(
            "documents/work.yaml",
            SmallFleet.document(["echo \"{{ message }}\" >> /var/tmp/log"], hasMessage: true)
        )
        try workspace.write(
            "work.yaml",
            SmallFleet.association("work", document: "work", message: message)
        )
        try workspace.commit(message)
        try workspace.git("push", "--quiet", "origin", "main")
    }

    private func serve(_ workspace: borrowing Workspace) throws -> LoopbackServer {
        try workspace.git("--git-dir", workspace.bare.path, "config", "http.receivepack", "true")
        return try .http(root: workspace.root.path, login: "git:canary-51")
    }

    private func statusLog(_ workspace: borrowing Workspace) throws -> [String] {
        try workspace.git("--git-dir", workspace.bare.path, "log", "--format=%s", "aplomb/status")
            .split(separator: "\n").map(String.init)
    }

    @Test("over http: plan, reconcile, status pushed; a force push waits for a person (FT-36)")
    func http() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        let server = try serve(workspace)
        let url = "http://127.0.0.1:\(server.port)/fleet.git"
        let plan = try workspace.aplomb("plan", url, "--output", "json", environment: Self.token)
        #expect(plan.status == 0, "\(plan.error)")
        #expect((try plan.json["runs"] as? [Any])?.count == 1)
        let first = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect(first.status == 0, "\(first.output)\(first.error)")
        #expect(try workspace.file("/var/tmp/log", on: "web-1") == "one\n")
        #expect(try statusLog(workspace).count == 1)
        let silent = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect(silent.status == 0 && silent.output.isEmpty && silent.error.isEmpty)
        let status = try workspace.aplomb("status", url, environment: Self.token)
        #expect(status.status == 0 && status.output.contains("small"), "\(status)")

        // A mirror that has rotted where only reading finds it is built anew by the way (F-07).
        let rot = "for f in $(find mirrors -name '*.pack'); do printf XXXX | dd of=$f bs=1 seek=200"
        let spoilt = try Workspace.run(
            URL(filePath: "/bin/sh"),
            ["-ec", rot + " conv=notrunc; done"],
            environment: [:],
            directory: workspace.state
        )
        #expect(spoilt.status == 0)
        let healed = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect(healed.status == 0, "\(healed.error)")

        try workspace.git("commit", "--quiet", "--amend", "--message", "another history")
        try workspace.git("push", "--quiet", "--force", "origin", "main")
        let refused = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect(refused.status == 4 && refused.error.contains("rewritten"), "\(refused.error)")
        let accepted = try workspace.aplomb(
            "reconcile",
            url,
            "--accept-rewrite",
            environment: Self.token
        )
        #expect(accepted.status == 0, "\(accepted.error)")
        let kept = try Workspace.run(
            URL(filePath: "/bin/sh"),
            ["-c", "grep -rl canary '\(workspace.state.path)'"],
            environment: [:]
        )
        #expect(kept.output.isEmpty, "a secret in a file")
    }

    @Test("a lost race for the status branch is run again, and nothing is forced (FT-37)")
    func lostRace() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        let server = try serve(workspace)
        let url = "http://127.0.0.1:\(server.port)/fleet.git"
        #expect(try workspace.aplomb("reconcile", url, environment: Self.token).status == 0)
        // Another writer is faster by a hair: while our push is under way.
        let hook = workspace.bare.appending(path: "hooks/pre-receive")
        let script = """
            #!/bin/sh
            [ -e raced ] && exit 0
            : > raced
            unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
            export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x
            branch=refs/heads/aplomb/status
            git update-ref $branch $(git commit-tree -p $branch -m "another writer" $branch^{tree})
            """
        try Data(script.utf8).write(to: hook)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook.path)
        try makeFleet(workspace, message: "two")
        let second = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect(second.status == 0, "\(second.output)\(second.error)")
        let log = try statusLog(workspace)
        #expect(log.count == 3 && log[1] == "another writer", "\(log)")

        try Data(Self.closedHook.utf8).write(to: hook)
        try makeFleet(workspace, message: "three")
        let third = try workspace.aplomb("reconcile", url, environment: Self.token)
        #expect((third.output + third.error).contains("closed for the season"), "\(third)")
        #expect(try workspace.file("/var/tmp/log", on: "web-1") == "one\ntwo\nthree\n")
    }

    @Test("over ssh: a key, known hosts; what is missing is said, with what to try")
    func ssh() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        let server = try SSHServer(in: workspace.root.path + "/ssh")
        let url = server.url(workspace.bare.path)
        let key = server.folder + "/client"
        let variables = ["APLOMB_SSH_KEY": key, "APLOMB_KNOWN_HOSTS": server.known]
        let run = try workspace.aplomb("reconcile", url, environment: variables)
        #expect(run.status == 0, "\(run.output)\(run.error)")
        #expect(try statusLog(workspace).count == 1)
        let plan = try workspace.aplomb(
            "plan",
            url,
            "--detailed-exitcode",
            "--ssh-key",
            key,
            "--known-hosts",
            server.known
        )
        #expect(plan.status == 0, "\(plan.output)\(plan.error)")
        let unknown = try workspace.aplomb("plan", url, "--ssh-key", key)
        #expect(unknown.status == 77)
        #expect(unknown.error.contains("host key") && unknown.error.contains("ssh-keyscan"))
        let stranger = try workspace.aplomb(
            "plan",
            url,
            "--ssh-key",
            server.folder + "/stranger",
            environment: variables
        )
        #expect(stranger.status == 77)
        #expect(stranger.error.contains("refuses our credentials"))
    }

    @Test("over https: an authority from a file, a token from a file; help names the options")
    func https() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        let right = try TestCertificate(in: workspace.root.path + "/right")
        let wrong = try TestCertificate(in: workspace.root.path + "/wrong")
        let server = try LoopbackServer.http(
            root: workspace.root.path,
            login: "kim:canary-52",
            certificate: right.certificate,
            key: right.key
        )
        let url = "https://localhost:\(server.port)/fleet.git"
        let token = workspace.root.appending(path: "token")
        try Data("canary-52\n".utf8).write(to: token)
        let variables = ["APLOMB_GIT_TOKEN_FILE": token.path, "APLOMB_GIT_CA": right.authority]
        let plan = try workspace.aplomb("plan", url, "--git-user", "kim", environment: variables)
        #expect(plan.status == 0 && plan.output.contains("Wave 1"), "\(plan)")
        let rejected = try workspace.aplomb("plan", url, "--git-ca", wrong.authority)
        #expect(rejected.status == 77 && rejected.error.contains("certificate"), "\(rejected)")
        let help = try workspace.aplomb("reconcile", "--help")
        #expect(help.status == 0)
        for name in [
            "--ssh-key", "--known-hosts", "--git-user", "--git-token-file", "--git-ca",
            "--git-timeout", "$APLOMB_GIT_TOKEN", "$APLOMB_SSH_PASSPHRASE", "$SSH_AUTH_SOCK",
        ] {
            #expect(help.output.contains(name), "\(name) in \(help.output)")
        }
    }

    @Test(
        "remotes that fail: the status, and one line that says what, where and what to try (FT-35)"
    )
    func failures() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        let server = try serve(workspace)
        let silent = try LoopbackServer.faulty(.silent)
        var closed = 0
        do { closed = try LoopbackServer.faulty(.close).port }
        let empty = workspace.root.appending(path: "empty")
        try Data("\n".utf8).write(to: empty)
        let good = "127.0.0.1:\(server.port)"
        let cases: [(arguments: [String], status: Int32, says: String)] = [
            (["http://127.0.0.1:\(closed)/fleet.git"], 1, "Connection refused"),
            (["http://127.0.0.1:\(silent.port)/f.git", "--git-timeout", "1"], 1, "within 1 s"),
            (["ssh://127.0.0.1:\(silent.port)/f.git", "--git-timeout", "1"], 1, "within 1 s"),
            (["http://\(good)/fleet.git"], 77, "asks who we are"),
            (["http://\(good)/fleet.git", "--git-token-file", empty.path], 1, "hold a token"),
            (["http://\(good)/fleet.git", "--git-token-file", "nowhere"], 1, "nowhere"),
            (["http://\(good)/fleet.git", "--git-timeout", "0"], 64, "--git-timeout"),
            (["https://git:secret@\(good)/fleet.git"], 1, "password"),
        ]
        for item in cases {
            for verb in ["plan", "reconcile"] {
                let ended = try Workspace.run(
                    Workspace.programs.appending(path: "aplomb"),
                    [verb] + item.arguments,
                    environment: workspace.environment,
                    directory: workspace.checkout
                )
                #expect(ended.status == item.status, "\(verb) \(item): \(ended)")
                #expect(ended.output.isEmpty)
                #expect(ended.error.hasPrefix("error: ") && ended.error.contains(item.says))
                #expect(!ended.error.contains("secret"))
                #expect(ended.error.split(separator: "\n").count <= 2, "\(ended.error)")
            }
        }
    }

    @Test(
        "the program is killed in mid fetch, 12 times; its child goes too, the mirror stays (FT-05)"
    )
    func killedInMidFetch() throws {
        let workspace = try Workspace(bare: true)
        try makeFleet(workspace)
        try workspace.git("--git-dir", workspace.bare.path, "config", "http.receivepack", "true")
        let server = try LoopbackServer.http(root: workspace.root.path)
        let line = try PausingLine(to: server.port, in: workspace.root.path)
        let url = "http://127.0.0.1:\(line.port)/fleet.git"
        for round in 0..<12 {
            let noise = (0..<100_000).map { _ in UInt8.random(in: 33...126) }
            try workspace.write("noise", String(decoding: noise, as: UTF8.self))
            try workspace.commit("noise \(round)")
            try workspace.git("push", "--quiet", "origin", "main")
            try line.arm(after: 300 + 6_000 * round)
            let run = try workspace.start("plan", url)
            try line.waitUntilPaused()
            kill(run.processIdentifier, SIGKILL)
            run.waitUntilExit()
            // The child holds the mirror's lock until it is gone, which is at once.
            if round % 3 == 2 {
                let plan = try workspace.aplomb("plan", url)
                #expect(plan.status == 0, "\(plan.error)")
            }
        }
        let left = try Workspace.run(
            URL(filePath: "/bin/sh"),
            ["-c", "find '\(workspace.state.path)/mirrors' -name 'pack_git2_*' -o -name rebuilt"],
            environment: [:]
        )
        #expect(left.output.isEmpty)
    }
}
