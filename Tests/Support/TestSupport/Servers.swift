// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server of a test on a loopback port of its own.
package struct LoopbackServer: Sendable {
    package let port: Int
    private let program: Running

    fileprivate init(_ options: [String: any Sendable]) throws {
        let data = try JSONSerialization.data(withJSONObject: options)
        // The distribution's own starts several times faster than a version manager's.
        let system = "/usr/bin/python3"
        let python = FileManager.default.isExecutableFile(atPath: system) ? system : "python3"
        program = try Running(
            [python, "-c", serverScript, String(decoding: data, as: UTF8.self)]
        )
        guard let port = Int(try program.firstLine()) else { throw ServerFailure("no port") }
        self.port = port
    }

    /// Smart HTTP for the repositories in a folder; `login` is `user:token`, nil lets anyone in.
    package static func http(
        root: String,
        login: String? = nil,
        certificate: String? = nil,
        key: String? = nil
    ) throws -> LoopbackServer {
        try LoopbackServer([
            "mode": "http", "root": root, "login": login ?? "", "certificate": certificate ?? "",
            "key": key ?? "",
        ])
    }

    /// What goes wrong with every connection.
    package enum Fault: String, Sendable, CaseIterable {
        /// Accepts and says nothing; closes at once; answers nonsense.
        case silent, close, garbage
        /// After some bytes of a real server: a reset, an orderly end, a byte now and then, silence.
        case reset, cut, drip, pause
    }

    /// A faulty server, or a faulty line to one.
    package static func faulty(
        _ fault: Fault,
        to upstream: Int = 0,
        after bytes: Int = 0
    ) throws -> LoopbackServer {
        try LoopbackServer([
            "mode": fault.rawValue, "upstream": upstream, "after": bytes, "trigger": "",
        ])
    }

    fileprivate static func sshd(configuration: String) throws -> LoopbackServer {
        try LoopbackServer(["mode": "sshd", "config": configuration])
    }
}

/// A line to a server that holds what it carries, on demand.
package struct PausingLine: Sendable {
    private let server: LoopbackServer
    private let folder: String

    package init(to upstream: Int, in folder: String) throws {
        self.folder = folder
        server = try LoopbackServer([
            "mode": "pause", "upstream": upstream, "trigger": folder + "/pause",
            "marker": folder + "/paused",
        ])
    }

    package var port: Int { server.port }

    /// From now on connections stand still after some bytes.
    package func arm(after bytes: Int) throws {
        try? FileManager.default.removeItem(atPath: folder + "/paused")
        try "\(bytes)".write(toFile: folder + "/pause", atomically: true, encoding: .utf8)
    }

    /// Waits until a connection stands still, and lets later ones through.
    package func waitUntilPaused() throws {
        try eventually { FileManager.default.fileExists(atPath: folder + "/paused") }
        try FileManager.default.removeItem(atPath: folder + "/pause")
    }
}

/// An sshd with keys of its own, which lets the test's user in by key.
package struct SSHServer: Sendable {
    package let port: Int
    /// The folder of the keys: `client` may enter, `stranger` may not; `known_hosts`.
    package let folder: String
    private let server: LoopbackServer

    package init(in folder: String) throws {
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, type) in [
            ("host", "ed25519"), ("client", "ed25519"), ("stranger", "ecdsa"), ("rsa", "rsa"),
        ] {
            let size = type == "rsa" ? ["-b", "2048"] : []
            try Self.tool(
                ["ssh-keygen", "-q", "-t", type, "-N", "", "-f", folder + "/" + name] + size
            )
        }
        try Self.tool([
            "ssh-keygen", "-q", "-t", "ecdsa", "-N", "open sesame", "-f", folder + "/locked",
        ])
        let keys = try ["client", "locked", "rsa"].map { name in
            try String(contentsOfFile: "\(folder)/\(name).pub", encoding: .utf8)
        }
        try keys.joined().write(toFile: folder + "/keys", atomically: true, encoding: .utf8)
        let configuration = """
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/keys
            PidFile none
            UsePAM no
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            LogLevel QUIET
            SetEnv HOME=\(folder)

            """
        try configuration.write(toFile: folder + "/sshd", atomically: true, encoding: .utf8)
        if getuid() == 0 {
            try FileManager.default.createDirectory(
                atPath: "/run/sshd",
                withIntermediateDirectories: true
            )
        }
        server = try .sshd(configuration: folder + "/sshd")
        port = server.port
        try knownHosts("host").write(toFile: known, atomically: true, encoding: .utf8)
    }

    /// The known_hosts file that names the host's key.
    package var known: String { folder + "/known_hosts" }

    /// The line that would name one of the keys as the host's.
    package func knownHosts(_ key: String, port: Int? = nil) throws -> String {
        let text = try String(contentsOfFile: "\(folder)/\(key).pub", encoding: .utf8)
        return "[127.0.0.1]:\(port ?? self.port) \(text)"
    }

    package func url(_ path: String, port: Int? = nil) -> String {
        "ssh://\(NSUserName())@127.0.0.1:\(port ?? self.port)\(path)"
    }

    /// Starts an agent that holds one of the keys; its socket is `socket`.
    package func agent(holding key: String) throws -> (socket: String, program: Running) {
        let socket = "\(folder)/agent-\(key)"
        let program = try Running(["ssh-agent", "-D", "-a", socket])
        // The socket is there before the agent listens to it.
        try eventually {
            let add = ["ssh-add", "-q", "\(folder)/\(key)"]
            return (try? Self.tool(add, ["SSH_AUTH_SOCK": socket])) != nil
        }
        return (socket, program)
    }

    private static func tool(
        _ command: [String],
        _ environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ServerFailure("\(command) failed") }
    }
}

/// A certificate for `localhost` by an authority of its own, made by openssl.
package struct TestCertificate: Sendable {
    package let authority: String
    package let certificate: String
    package let key: String

    package init(in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        authority = folder + "/ca.pem"
        certificate = folder + "/server.pem"
        key = folder + "/server.key"
        let script = """
            cd "$1"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
                -subj "/CN=Test authority $$" -keyout ca.key -out ca.pem
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                -subj /CN=localhost -keyout server.key -out server.csr
            echo subjectAltName=DNS:localhost > extensions
            openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                -extfile extensions -out server.pem
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script, "sh", folder]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw ServerFailure("openssl failed") }
    }
}
