// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A fleet of one node that has run before, and what it takes to rehearse on it and to compare.
struct RehearsalBench: ~Copyable {
    let workspace: Workspace
    /// A folder of this machine that documents may refer to; nodes see it.
    let shared: URL

    private init(_ workspace: consuming Workspace) {
        self.workspace = workspace
        shared = URL(filePath: "/var/tmp/aplomb-shared-\(UUID().uuidString.prefix(8))")
    }

    /// Declares a first document, which gives the node an upper layer of its own when it runs.
    static func make(
        setup: String = "true",
        sandbox: String = "{}"
    ) throws -> RehearsalBench {
        let bench = RehearsalBench(try Workspace())
        try FileManager.default.createDirectory(
            at: bench.shared,
            withIntermediateDirectories: true
        )
        try bench.workspace.write("fleet.yaml", SmallFleet.fleet())
        try bench.workspace.write(
            "nodes.yaml",
            SmallFleet.nodes(["web-1"], sandbox: sandbox)
        )
        try bench.workspace.write("group.yaml", SmallFleet.group)
        try bench.add("setup", preparation + "\n" + setup)
        return bench
    }

    deinit { try? FileManager.default.removeItem(at: shared) }

    /// What every node of these tests has: files of its own, and one of the machine's deleted.
    private static let preparation = """
        set -e
        mkdir -p /srv/app/conf/deep
        printf 'one\\ntwo\\nthree\\n' > /srv/app/conf/edited
        echo gone > /srv/app/conf/deleted; echo kept > /srv/app/conf/deep/kept
        ln -s edited /srv/app/conf/link; chmod 640 /srv/app/conf/edited
        rm -f /etc/motd
        """

    /// Declares a document of a script, and the association that runs it.
    func add(_ name: String, _ script: String) throws {
        let lines = script.split(separator: "\n").map(String.init)
        try workspace.write("documents/\(name).yaml", SmallFleet.document(lines))
        try workspace.write("\(name).yaml", SmallFleet.association(name, document: name))
    }

    func reconcile() throws -> Workspace.Ended { try workspace.aplomb("reconcile") }

    /// Runs only the first document for real, whatever others are declared.
    func reconcileSetup() throws -> Workspace.Ended {
        let commit = try workspace.git("rev-parse", "HEAD")
        defer { _ = try? workspace.git("reset", "--quiet", "--hard", commit) }
        for name in ["work.yaml", "documents/work.yaml"] { try workspace.remove(name) }
        try workspace.commit("the first document only")
        return try workspace.aplomb("reconcile", "--accept-rewrite")
    }

    /// The state directory of the one fleet.
    func fleet() throws -> URL {
        let fleets = workspace.state.appending(path: "fleets")
        let names = try FileManager.default.contentsOfDirectory(atPath: fleets.path)
        return fleets.appending(path: try #require(names.first))
    }

    func upper() throws -> URL {
        try fleet().appending(path: "sandboxes/web-1/layers/root/upper")
    }

    /// A copy of the node's layer as it is now, marks of the kernel included.
    func copyOfUpper(_ name: String) throws -> NodeTree {
        let copy = workspace.root.appending(path: name)
        let ended = try Workspace.run(
            URL(filePath: "/bin/cp"),
            ["-a", "--", try upper().path, copy.path],
            environment: [:]
        )
        guard ended.status == 0 else { throw ScenarioError("cp: \(ended.error)") }
        return NodeTree(upper: copy)
    }

    /// Everything of a tree that a rehearsal could have touched, times included, as text.
    func fingerprint(_ paths: [String]) throws -> String {
        let script = """
            for path; do
              find "$path" -name lock -prune -o -printf '%p %y %m %U:%G %s %T@ %l\\n' | sort
              find "$path" -name lock -prune -o -type f -print0 | sort -z | xargs -0 -r sha256sum
            done
            """
        let ended = try Workspace.run(
            URL(filePath: "/bin/sh"),
            ["-c", script, "sh"] + paths,
            environment: [:]
        )
        #expect(ended.error == "")
        return ended.output
    }

    /// The node's whole state and files of this machine that documents like to change.
    func untouched() throws -> String {
        let machine = [
            "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/hosts", "/etc/motd", "/etc/cron.d",
            "/etc/debian_version", "/etc/systemd/system", "/usr/share/doc/bash", "/srv",
            "/var/lib/dpkg/status",
        ].filter { FileManager.default.fileExists(atPath: $0) }
        return try fingerprint([try fleet().path, shared.path] + machine)
            + workspace.git("for-each-ref")
    }

    /// What is left of rehearsals in the state directory.
    func remains() -> [String] {
        let folder = workspace.state.appending(path: "rehearsals").path
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return all.filter { $0 != "lock" }
    }
}

extension Workspace.Ended {
    /// The objects of a list in the JSON output.
    func list(_ key: String) throws -> [[String: Any]] {
        try #require(try json[key] as? [[String: Any]])
    }

    /// The reported files: what changes, by path.
    var files: [String: String] {
        get throws {
            var files: [String: String] = [:]
            for file in try list("files") {
                files[try #require(file["path"] as? String)] = file["change"] as? String
            }
            return files
        }
    }
}
