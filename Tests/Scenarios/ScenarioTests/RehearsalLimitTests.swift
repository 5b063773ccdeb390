// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a rehearsal must not reach, must not fill and must not leave behind, and when it refuses.
@Suite(
    "rehearsals stay inside",
    .enabled(if: Workspace.canSandbox, "clones need root"),
    .serialized
)
struct RehearsalLimitTests {
    private func bench(_ script: String) throws -> RehearsalBench {
        let bench = try RehearsalBench.make()
        try bench.add("work", script)
        try bench.workspace.commit("work")
        return bench
    }

    private func rehearse(
        _ bench: borrowing RehearsalBench,
        _ more: String...
    ) throws -> Workspace.Ended {
        try bench.workspace.run(["rehearse", "work", "--node", "web-1"] + more)
    }

    @Test("a script that floods its output is bounded and counted (FT-28)")
    func flood() throws {
        let bench = try bench("yes | head -c 50000000; echo done > /srv/done")
        let ended = try rehearse(bench, "--output", "json")
        #expect(ended.status == 0, "\(ended.error)")
        let step = try #require(try ended.list("steps").first)
        #expect(step["standardOutputBytes"] as? Int == 50_000_000)
        #expect((step["standardOutput"] as? String ?? "").utf8.count < 30_000)
        #expect(try ended.files == ["/srv/done": "added"])
        #expect(try rehearse(bench).output.split(separator: "\n").count < 60)
    }

    @Test("the network is out of reach, unless it was asked for")
    func network() throws {
        let listener = try Listener(port: ())
        let bench = try bench(
            "bash -c 'exec 3<>/dev/tcp/127.0.0.1/\(listener.port)' && echo reached > /srv/reached"
        )
        let closed = try rehearse(bench, "--output", "json")
        #expect(closed.status == 3, "\(closed.error)")
        #expect(!listener.wasReached)
        #expect(try closed.files.isEmpty)
        let open = try rehearse(bench, "--output", "json", "--network", "host")
        #expect(open.status == 0, "\(open.output)")
        #expect(listener.wasReached)
        #expect(try open.files == ["/srv/reached": "added"])
        #expect(try #require(open.json["limits"] as? [String]).contains { $0.contains("for real") })
    }

    @Test("a socket of the machine leads nowhere, wherever it is", arguments: ["/var/tmp", "/run"])
    func socket(_ folder: String) throws {
        let path = "\(folder)/aplomb-socket-\(UUID().uuidString.prefix(8))"
        let listener = try Listener(path: path)
        let connect =
            "python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('\(path)')\""
        let here = try Workspace.run(
            URL(filePath: "/bin/sh"),
            ["-c", connect],
            environment: [:]
        )
        #expect(here.status == 0 && listener.wasReached, "\(here.error)")
        let bench = try bench(connect)
        // Not even with the network of the machine, where abstract sockets are.
        for network in ["none", "host"] {
            let ended = try rehearse(bench, "--network", network)
            #expect(ended.status == 3, "\(ended.output)\(ended.error)")
            #expect(!listener.wasReached)
        }
    }

    @Test("SIGKILL leaves nothing that the next rehearsal does not sweep (P-13)")
    func killed() throws {
        let bench = try bench("echo started > /srv/started; sleep 60")
        #expect(try bench.reconcileSetup().status == 0)
        let untouched = try bench.untouched()
        let process = try bench.workspace.start("rehearse", "work", "--node", "web-1")
        let started = eventually {
            bench.remains().contains { id in
                let path = "rehearsals/\(id)/sandboxes/web-1/layers/root/upper/srv/started"
                return FileManager.default.fileExists(
                    atPath: bench.workspace.state.appending(path: path).path
                )
            }
        }
        #expect(started)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(!bench.remains().isEmpty)
        try bench.add("work", "true")
        let next = try rehearse(bench, "--uncommitted")
        #expect(next.status == 0, "\(next.error)")
        #expect(bench.remains() == [])
        #expect(try bench.untouched() == untouched)
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        #expect(!mounts.contains(bench.workspace.root.path))
        #expect(!someProcess(mentions: bench.workspace.root.path))
        #expect(try bench.reconcileSetup().status == 0)
    }

    @Test("SIGTERM ends a rehearsal at once, tidily")
    func terminated() throws {
        let bench = try bench("echo started > /srv/started; sleep 60")
        let process = try bench.workspace.start("rehearse", "work", "--node", "web-1")
        #expect(eventually { !bench.remains().isEmpty })
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(bench.remains() == [])
    }

    @Test("a document has the time that it asks for, and no more")
    func timeout() throws {
        let bench = try bench("true")
        let document = """
            schemaVersion: "2.2"
            mainSteps:
              - action: aws:runShellScript
                name: slow
                inputs: {timeoutSeconds: 5, runCommand: ["echo a > /srv/a", "sleep 60"]}
              - {action: "aws:runShellScript", name: next, inputs: {runCommand: ["echo b > /srv/b"]}}
            """
        try bench.workspace.write("documents/work.yaml", document)
        let ended = try rehearse(bench, "--uncommitted", "--output", "json")
        #expect(ended.status == 3, "\(ended.error)")
        #expect(try ended.json["status"] as? String == "TimedOut")
        #expect(try ended.list("steps").map { $0["status"] as? String } == ["TimedOut", "Success"])
        #expect(try ended.files == ["/srv/a": "added", "/srv/b": "added"])
    }

    @Test("while a run holds the fleet, a rehearsal of its sandboxes does not start")
    func locked() throws {
        let bench = try bench("true")
        #expect(try bench.reconcileSetup().status == 0)
        let lock = open(try bench.fleet().appending(path: "lock").path, O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
        let ended = try rehearse(bench)
        #expect(ended.status == 75, "\(ended.output)\(ended.error)")
        #expect(bench.remains() == [])
    }

    @Test("the content is the commit's, another's with --ref, the folder's with --uncommitted")
    func content() throws {
        let bench = try bench("echo first > /srv/content")
        let first = try bench.workspace.git("rev-parse", "HEAD")
        try bench.add("work", "echo second > /srv/content")
        let second = try bench.workspace.commit("second")
        try bench.add("work", "echo third > /srv/content")
        func content(_ more: String...) throws -> String? {
            let ended = try bench.workspace.run(
                ["rehearse", "work", "--node", "web-1", "--output", "json"] + more
            )
            #expect(ended.status == 0, "\(ended.error)")
            let diff = try #require(try ended.list("files").first?["diff"] as? [String])
            return diff.last.map { $0 + " " + ((try? ended.json["commit"] as? String) ?? "") }
        }
        #expect(try content() == "+second \(second)")
        #expect(try content("--ref", first) == "+first \(first)")
        #expect(try content("--uncommitted") == "+third ")
        #expect(try rehearse(bench, "--uncommitted", "--ref", "HEAD").status == 64)
    }

    @Test("this machine is rehearsed on with accepted revisions only, unless told otherwise")
    func machine() throws {
        let marker = "/etc/aplomb-rehearsal-\(UUID().uuidString.prefix(8))"
        let bench = try bench("test \"$(hostname)\" != web-1; echo x > \(marker)")
        try bench.workspace.write(
            "nodes.yaml",
            """
            apiVersion: aplomb/v1
            kind: Node
            metadata: {name: web-1}
            spec: {tags: {Role: db}, local: {}}
            """
        )
        try bench.workspace.commit("this machine, which no association targets")
        let refused = try rehearse(bench)
        #expect(refused.status == 4 && refused.error.contains("--uncommitted"), "\(refused.error)")
        for explicit in [["--uncommitted"], ["--ref", "HEAD"]] {
            let ended = try bench.workspace.run(
                ["rehearse", "work", "--node", "web-1", "--output", "json"] + explicit
            )
            #expect(ended.status == 0, "\(ended.error)")
            #expect(ended.error.contains("does not target"))
            #expect(try ended.files == [marker: "added"])
        }
        // Once a reconcile has accepted the revision, nothing needs to be said.
        let reconciled = try bench.reconcile()
        #expect(reconciled.status == 0, "\(reconciled.output)\(reconciled.error)")
        #expect(try rehearse(bench).status == 0)
        try bench.workspace.write("note.yaml", "# more\n")
        try bench.workspace.commit("more")
        #expect(try rehearse(bench).status == 4)
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test("what cannot be rehearsed says why, and what there is instead")
    func refusals() throws {
        let bench = try bench("true")
        func run(_ arguments: String...) throws -> Workspace.Ended {
            try bench.workspace.run(["rehearse"] + arguments)
        }
        let node = try run("work", "--node", "web-2")
        #expect(node.status == 1 && node.error.contains("'web-1'"), "\(node.error)")
        let name = try run("wrok", "--node", "web-1")
        #expect(name.status == 1 && name.error.contains("'work'"), "\(name.error)")
        #expect(try run("Policy/work", "--node", "web-1").status == 64)
        #expect(try run("work", "--node", "web-1", "--parameters", "message").status == 64)
        let parameter = try run("work", "--node", "web-1", "--parameters", "message=x")
        #expect(parameter.status == 1, "\(parameter.error)")
        #expect(try run("work").status == 64)
        try bench.workspace.write("broken.yaml", "apiVersion: aplomb/v1\nkind: Nod\n")
        #expect(try run("work", "--node", "web-1", "--uncommitted").status == 4)
        #expect(bench.remains() == [])
    }

    @Test("a built-in document with parameters, as text and as markdown")
    func views() throws {
        let bench = try bench("true")
        let arguments = [
            "rehearse", "Document/AWS-RunShellScript", "--node", "web-1", "--parameters",
            "commands=echo hello > /srv/hello", "commands=printf '\\033[31m' > /srv/hostile",
        ]
        let text = try bench.workspace.run(arguments)
        #expect(text.status == 0, "\(text.error)")
        #expect(text.output.contains("Document/AWS-RunShellScript on web-1"))
        #expect(text.output.contains("+ /srv/hello"))
        #expect(text.output.contains("      +hello\n"))
        #expect(!text.output.contains("\u{1b}"))
        let markdown = try bench.workspace.run(arguments + ["--output", "markdown"])
        #expect(markdown.output.contains("```diff\n@@ -1,0 +1,1 @@\n+hello\n```"))
        #expect(!markdown.output.contains("\u{1b}"))
    }

    // MARK: - Support

    /// Looks until a condition holds; gives up after ten seconds.
    private func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<5000 {
            if condition() { return true }
            usleep(2_000)
        }
        return false
    }

    private func someProcess(mentions text: String) -> Bool {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.contains { entry in
            guard Int(entry) != nil,
                let data = FileManager.default.contents(atPath: "/proc/\(entry)/environ")
            else { return false }
            return String(decoding: data, as: UTF8.self).contains(text)
        }
    }
}

/// A socket of this machine that knows whether someone came.
private final class Listener {
    private let descriptor: Int32
    private let path: String?
    let port: UInt16

    init(port: Void) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        path = nil
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, size) == 0 && listen(number, 8) == 0
                    && getsockname(number, $0, &size) == 0
            }
        }
        guard isListening else { throw ScenarioError("cannot listen: \(errno)") }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        self.path = path
        port = 0
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let number = descriptor
        let isListening = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                    && listen(number, 8) == 0
            }
        }
        guard isListening else { throw ScenarioError("cannot listen at \(path): \(errno)") }
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// Whether someone has connected since the last look.
    var wasReached: Bool {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return false }
        close(connection)
        return true
    }
}
