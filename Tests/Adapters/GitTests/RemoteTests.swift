// SPDX-License-Identifier: Apache-2.0
import Foundation
import Git
import Testing

/// An sshd of our own on a loopback port, with its own keys.
final class SSHServer: Sendable {
    let port: Int
    let known: String
    let key: String
    private let server: Running

    init(_ sandbox: Sandbox) throws {
        let folder = sandbox.path + "/ssh"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["host", "client", "other"] {
            try run([
                "ssh-keygen", "-q", "-t", name == "host" ? "ed25519" : "ecdsa", "-m", "PEM", "-N",
                "", "-f",
                folder + "/" + name,
            ])
        }
        port = try freePort()
        key = folder + "/client"
        try run(["cp", folder + "/client.pub", folder + "/authorized"])
        let configuration = try sandbox.write(
            "ssh/config",
            """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/authorized
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            PermitRootLogin yes
            """
        )
        try FileManager.default.createDirectory(
            atPath: "/run/sshd",
            withIntermediateDirectories: true
        )
        server = try Running(["/usr/sbin/sshd", "-D", "-e", "-f", configuration])
        let host = try String(contentsOfFile: folder + "/host.pub", encoding: .utf8)
        known = try sandbox.write("ssh/known", "[127.0.0.1]:\(port) \(host)")
        let port = port
        try eventually { isListening(port) }
    }

    func location(_ path: String) throws -> RepositoryLocation {
        try RepositoryLocation("ssh://\(NSUserName())@127.0.0.1:\(port)\(path)")
    }
}

func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
            guard bind(descriptor, generic, length) == 0 else { return UInt16(0) }
            getsockname(descriptor, generic, &length)
            return UnsafeRawPointer(generic).load(as: sockaddr_in.self).sin_port.bigEndian
        }
    }
    return Int(port)
}

func isListening(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

@Suite(
    "Remotes",
    .enabled(
        if: ProcessInfo.processInfo.environment["APLOMB_REMOTE_TESTS"] != nil,
        "ssh and http remotes are not finished; APLOMB_REMOTE_TESTS=1 runs what there is"
    ),
    .serialized
)
struct RemoteTests {
    let sandbox: Sandbox
    let bare: TestRepository

    init() throws {
        sandbox = try Sandbox()
        bare = try sandbox.bare()
    }

    private func mirror(
        _ location: RepositoryLocation,
        _ access: RemoteAccess,
        name: String = "mirror"
    ) throws -> Mirror {
        try Mirror(
            of: location,
            directory: sandbox.path + "/" + name,
            helper: helper,
            access: access
        )
    }

    @Test("ssh: fetch, host keys checked, keys refused; push, and a hook's refusal (F-06)")
    func ssh() async throws {
        let server = try SSHServer(sandbox)
        let location = try server.location(bare.path)
        let one = try bare.commit(["a": "1"])
        var access = RemoteAccess(
            credentials: .sshKey(path: server.key, passphrase: nil),
            knownHostsFile: server.known,
            deadline: .seconds(20)
        )
        let mirror = try mirror(location, access)
        #expect(try await mirror.update(.head, now: 0) == .advanced(from: nil, to: one))
        let repository = try await mirror.repository()
        let status = try BranchName("aplomb/status")
        let report = try #require(try await append("report", to: nil, in: repository))
        #expect(try await mirror.push(report, to: status, expected: nil) == .pushed)
        #expect(try await mirror.push(report, to: status, expected: nil) == .pushed)
        #expect(try bare.git("rev-parse", "aplomb/status") == report.hex)
        let orphan = try #require(try await append("other", to: nil, in: repository))
        #expect(
            try await mirror.push(orphan, to: status, expected: nil)
                == .lostRace(remoteTip: report)
        )
        let hook = try sandbox.write(
            "remote.git/hooks/update",
            "#!/bin/sh\necho no entry >&2\nexit 1\n"
        )
        try run(["chmod", "+x", hook])
        let next = try #require(try await append("next", to: report, in: repository))
        guard case .rejected = try await mirror.push(next, to: status, expected: report) else {
            Issue.record("a refused push was called done")
            return
        }
        #expect(try bare.git("rev-parse", "aplomb/status") == report.hex)

        access.knownHostsFile = nil
        await expectFailure(.hostKeyUnknown, location, access)
        let other = try String(contentsOfFile: sandbox.path + "/ssh/other.pub", encoding: .utf8)
        access.knownHostsFile = try sandbox.write("known2", "[127.0.0.1]:\(server.port) \(other)")
        await expectFailure(.hostKeyMismatch, location, access)
        access.knownHostsFile = server.known
        access.credentials = .sshKey(path: sandbox.path + "/ssh/other", passphrase: nil)
        await expectFailure(.authenticationFailed, location, access)
        access.credentials = .none
        await expectFailure(.authenticationFailed, location, access)
    }

    private func expectFailure(
        _ code: GitError.Code,
        _ location: RepositoryLocation,
        _ access: RemoteAccess
    ) async {
        let error = await #expect(throws: GitError.self) {
            try await mirror(location, access, name: "m-\(UUID())").update(.head, now: 0)
        }
        #expect(error?.code == code, "\(String(describing: error)) \(error?.underlying ?? "")")
    }

    @Test("FT-37: five writers race for a branch over ssh; every report is there once")
    func race() async throws {
        let server = try SSHServer(sandbox)
        let location = try server.location(bare.path)
        let access = RemoteAccess(
            credentials: .sshKey(path: server.key, passphrase: nil),
            knownHostsFile: server.known
        )
        try bare.commit(["a": "1"])
        let branch = try BranchName("aplomb/status")
        let folder = sandbox.path
        try await withThrowingTaskGroup(of: GitSource.Publication.self) { group in
            for writer in 0..<3 {
                group.addTask {
                    let source = try GitSource(
                        location,
                        mirrorDirectory: folder + "/w\(writer)",
                        helper: helper,
                        access: access
                    )
                    return try await source.publish(
                        branch,
                        author: ada,
                        now: 0,
                        pause: { _ in await Task.yield() }
                    ) { repository, tip in
                        try await append("w\(writer)", to: tip, in: repository)
                    }
                }
            }
            for try await outcome in group {
                guard case .published = outcome else {
                    Issue.record("\(outcome)")
                    continue
                }
            }
        }
        #expect(try bare.git("rev-list", "--count", "aplomb/status") == "3")
    }

    @Test("FT-35, F-04: a silent server ends at the deadline", arguments: ["http", "ssh"])
    func silent(_ scheme: String) async throws {
        let port = try freePort()
        let script = try sandbox.write(
            "silent.py",
            """
            import socket, time
            s = socket.create_server(("127.0.0.1", \(port)))
            kept = []
            while True: kept.append(s.accept())
            """
        )
        let server = try Running(["python3", script])
        try eventually { isListening(port) }
        let start = ContinuousClock.now
        await expectFailure(
            .timedOut,
            try RepositoryLocation("\(scheme)://127.0.0.1:\(port)/a.git"),
            RemoteAccess(deadline: .milliseconds(700))
        )
        #expect(ContinuousClock.now - start < .seconds(20))
        await expectFailure(
            .timedOut,
            try RepositoryLocation("\(scheme)://127.0.0.1:\(port)/a.git"),
            RemoteAccess(deadline: .seconds(60), stallLimit: .milliseconds(300))
        )
        withExtendedLifetime(server) {}
    }

    @Test("FT-35: a cancelled operation ends at once") func cancelled() async throws {
        let port = try freePort()
        let script = try sandbox.write(
            "silent.py",
            "import socket\ns = socket.create_server((\"127.0.0.1\", \(port)))\nk = []\nwhile True: k.append(s.accept())\n"
        )
        let server = try Running(["python3", script])
        try eventually { isListening(port) }
        let mirror = try mirror(
            try RepositoryLocation("http://127.0.0.1:\(port)/a"),
            RemoteAccess(deadline: .seconds(600))
        )
        let task = Task { try await mirror.update(.head, now: 0) }
        task.cancel()
        let error = await #expect(throws: GitError.self) { try await task.value }
        #expect([.cancelled, .locked].contains(error?.code))
        withExtendedLifetime(server) {}
    }

    @Test("FT-35: nobody listens") func unreachable() async throws {
        let port = try freePort()
        for scheme in ["http", "ssh"] {
            await expectFailure(
                .unreachable,
                try RepositoryLocation("\(scheme)://127.0.0.1:\(port)/a.git"),
                RemoteAccess(deadline: .seconds(20))
            )
        }
    }

    @Test("http: a token opens, a wrong one does not, a redirect is refused, secrets stay secret")
    func http() async throws {
        let one = try bare.commit(["a": "1"])
        try bare.git("config", "http.receivepack", "true")
        let port = try freePort()
        let script = try sandbox.write("server.py", httpServer(port: port, root: sandbox.path))
        let server = try Running(["python3", script])
        try eventually { isListening(port) }
        let location = try RepositoryLocation("http://127.0.0.1:\(port)/remote.git")
        var access = RemoteAccess(
            credentials: .password(user: "ada", Redacted("canary-7f")),
            deadline: .seconds(20)
        )
        let mirror = try mirror(location, access)
        #expect(try await mirror.update(.head, now: 0) == .advanced(from: nil, to: one))
        let report = try #require(try await append("r", to: one, in: mirror.repository()))
        #expect(try await mirror.push(report, to: BranchName("s"), expected: nil) == .pushed)
        #expect(try bare.git("rev-parse", "s") == report.hex)
        await expectFailure(
            .redirectRefused,
            try RepositoryLocation("http://127.0.0.1:\(port)/moved.git"),
            access
        )
        access.credentials = .password(user: "ada", Redacted("canary-wrong"))
        await expectFailure(.authenticationFailed, location, access)
        access.credentials = .none
        await expectFailure(.authenticationFailed, location, access)
        let kept = try run(["sh", "-c", "grep -r canary '\(sandbox.path)/mirror' || true"])
        #expect(kept.isEmpty)
        withExtendedLifetime(server) {}
    }

    @Test("F-06: a hook's refusal over smart HTTP is a refusal") func httpHook() async throws {
        let one = try bare.commit(["a": "1"])
        try bare.git("config", "http.receivepack", "true")
        let hook = try sandbox.write("remote.git/hooks/pre-receive", "#!/bin/sh\nexit 1\n")
        try run(["chmod", "+x", hook])
        let port = try freePort()
        let script = try sandbox.write("server.py", httpServer(port: port, root: sandbox.path))
        let server = try Running(["python3", script])
        try eventually { isListening(port) }
        let source = try GitSource(
            RepositoryLocation("http://127.0.0.1:\(port)/remote.git"),
            mirrorDirectory: sandbox.path + "/mirror",
            helper: helper,
            access: RemoteAccess(credentials: .password(user: "ada", Redacted("canary-7f")))
        )
        let outcome = try await source.publish(
            BranchName("s"),
            author: ada,
            now: 0,
            pause: { _ in }
        ) { repository, tip in
            #expect(tip == nil)
            return try await append("r", to: one, in: repository)
        }
        guard case .rejected = outcome else {
            Issue.record("\(outcome)")
            return
        }
        withExtendedLifetime(server) {}
    }

    @Test(
        "TH-07-c: the child's arguments and environment hold no secret, and it dies with its parent"
    )
    func childSecrets() async throws {
        let port = try freePort()
        let script = try sandbox.write(
            "silent.py",
            "import socket\ns = socket.create_server((\"127.0.0.1\", \(port)))\nk = []\nwhile True: k.append(s.accept())\n"
        )
        let server = try Running(["python3", script])
        try eventually { isListening(port) }
        let link = sandbox.path + "/aplomb-git-\(port)"
        try FileManager.default.copyItem(atPath: helper, toPath: link)
        let mirror = try Mirror(
            of: RepositoryLocation("http://127.0.0.1:\(port)/a"),
            directory: sandbox.path + "/m",
            helper: link,
            access: RemoteAccess(
                credentials: .password(user: "u", Redacted("canary-9a")),
                deadline: .seconds(600)
            )
        )
        let task = Task { try await mirror.update(.head, now: 0) }
        var process: String?
        try eventually {
            process = try run(["sh", "-c", "pgrep -f '^\(link)' || true"])
                .split(separator: "\n").first.map(String.init)
            return process != nil
        }
        let id = try #require(process)
        for file in ["cmdline", "environ"] {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(id)/\(file)"))
            #expect(bytes.range(of: Data("canary".utf8)) == nil)
        }
        task.cancel()
        await #expect(throws: GitError.self) { try await task.value }
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(id)"))
        // Without a parent there is no standard input, and no life.
        #expect(throws: CommandFailure.self) { try run([helper]) }
        withExtendedLifetime(server) {}
    }

    private func httpServer(port: Int, root: String) -> String {
        """
        import base64, http.server, os, subprocess
        want = "Basic " + base64.b64encode(b"ada:canary-7f").decode()
        class H(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def answer(self):
                path, _, query = self.path.partition("?")
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size)
                if self.headers.get("Transfer-Encoding", "") == "chunked":
                    while True:
                        n = int(self.rfile.readline(), 16)
                        body += self.rfile.read(n); self.rfile.readline()
                        if n == 0: break
                if path.startswith("/moved"):
                    self.send_response(302)
                    self.send_header("Location", "http://localhost:\(port)/remote.git" + path[10:] + "?" + query)
                    self.send_header("Content-Length", "0"); self.end_headers(); return
                if self.headers.get("Authorization") != want:
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="x"')
                    self.send_header("Content-Length", "0"); self.end_headers(); return
                env = dict(os.environ, GIT_PROJECT_ROOT="\(root)", GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                    QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="ada",
                    CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)))
                out = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True).stdout
                head, _, rest = out.partition(b"\\r\\n\\r\\n")
                status = 200
                lines = [l.split(": ", 1) for l in head.decode().split("\\r\\n")]
                for k, v in lines:
                    if k == "Status": status = int(v.split()[0])
                self.send_response(status)
                for k, v in lines:
                    if k != "Status": self.send_header(k, v)
                self.send_header("Content-Length", str(len(rest))); self.end_headers(); self.wfile.write(rest)
            do_GET = answer
            do_POST = answer
            def log_message(self, *a): pass
        http.server.ThreadingHTTPServer(("127.0.0.1", \(port)), H).serve_forever()
        """
    }
}
