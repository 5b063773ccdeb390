// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The policies that `examples-repo` offers, on a real node that breaks all of them and then none.
@Suite(
    "seed policies",
    .enabled(
        if: Workspace.canSandbox
            && ["/lib/systemd/systemd", "/usr/bin/openssl", "/usr/bin/dpkg-deb"].allSatisfy {
                FileManager.default.fileExists(atPath: $0)
            },
        "sandbox nodes need root, and this machine systemd, openssl and dpkg"
    )
)
struct SeedPolicyTests {
    private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../examples-repo").standardizedFileURL

    private static let everyone = """
        apiVersion: aplomb/v1
        kind: ResourceGroup
        metadata: {name: everyone}
        spec: {query: {tags: {Role: []}}}
        """

    /// Makes a package of the name and section, with nothing in it but what the line before made.
    private static func package(_ name: String, section: String) -> [String] {
        [
            "mkdir -p /var/tmp/\(name)/DEBIAN",
            "printf 'Package: \(name)\\nVersion: 1.4.3\\nSection: \(section)\\nArchitecture: all\\n"
                + "Maintainer: Ada <ada@example.org>\\nDescription: made for a test\\n' "
                + "> /var/tmp/\(name)/DEBIAN/control",
            "dpkg-deb --build /var/tmp/\(name) /var/tmp/\(name).deb > /dev/null",
            "dpkg --install /var/tmp/\(name).deb > /dev/null",
        ]
    }

    private static func unit(_ text: String, at path: String) -> String {
        "printf '\(text.replacing("\n", with: "\\n"))\\n' > \(path)"
    }

    private static func certificate(days: Int) -> String {
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=shop -days \(days) "
            + "-out /etc/nginx/shop.pem 2> /dev/null"
    }

    private static let broken =
        [
            // Where the machine has an ssh server, the node boots one.
            "systemctl disable --quiet --now ssh.socket ssh.service sshd.service 2> /dev/null || :",
            "mkdir -p /etc/nginx", certificate(days: 5),
            unit(
                "[Socket]\nListenStream=22\nAccept=yes\n[Install]\nWantedBy=sockets.target",
                at: "/etc/systemd/system/way-in.socket"
            ),
            unit("[Service]\nExecStart=/bin/cat", at: "/etc/systemd/system/way-in@.service"),
            "systemctl daemon-reload", "systemctl enable --quiet --now way-in.socket",
            "useradd --non-unique --uid 0 --no-create-home toor", "touch /run/reboot-required",
        ] + package("lighttpd-of-mine", section: "httpd")

    private static let mended =
        [
            certificate(days: 400), "systemctl disable --quiet --now way-in.socket",
            "sed -i /^toor:/d /etc/passwd", "rm -f /run/reboot-required",
            "dpkg --purge lighttpd-of-mine > /dev/null",
        ] + package("clamav-daemon", section: "utils") + [
            unit(
                "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target",
                at: "/etc/systemd/system/clamav-daemon.service"
            ),
            "systemctl daemon-reload", "systemctl enable --quiet --now clamav-daemon.service",
        ]

    /// A fleet of one booted node, with the seed policies.
    private func make() throws -> Workspace {
        let workspace = try Workspace()
        try workspace.write("fleet.yaml", SmallFleet.fleet())
        try workspace.write("nodes.yaml", SmallFleet.nodes(["seed-1"], sandbox: "{init: systemd}"))
        try workspace.write("groups.yaml", SmallFleet.group + "\n---\n" + Self.everyone)
        let folder = Self.examples.appending(path: "policies")
        // The kernel is the machine's, and no test is to change it.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        for name in names where name != "kernel.yaml" {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            // The file of the marker is looked for once the node is what it is to be.
            let later = text.replacing(
                "  scheduleExpression: rate(1 hour)",
                with: "  scheduleExpression: rate(1 hour)\n  dependsOn: [state]"
            )
            try workspace.write("policies/\(name)", later)
        }
        return workspace
    }

    private func setState(_ lines: [String], _ workspace: borrowing Workspace) throws {
        try workspace.write("documents/state.yaml", SmallFleet.document(["set -e"] + lines))
        try workspace.write("state.yaml", SmallFleet.association("state", document: "state"))
        try workspace.commit("another state")
    }

    @Test("each fails on a node that breaks it, and holds once the node does not")
    func failAndHold() throws {
        let workspace = try make()
        try setState(Self.broken, workspace)
        let bad = try workspace.aplomb("reconcile")
        #expect(bad.status == 3, "\(bad.output)\(bad.error)")
        let plan = try workspace.aplomb("plan", "--output", "json").json
        let findings = try #require(plan["findings"] as? [[String: Any]])
        var observed: [String: String] = [:]
        for finding in findings {
            let object = try #require(finding["object"] as? [String: Any])
            observed[try #require(object["name"] as? String)] = finding["observed"] as? String
        }
        #expect(
            Set(observed.keys).isSuperset(of: [
                "antivirus-running", "approved-packages", "certificates-valid", "no-reboot-pending",
                "one-root", "port-22-closed",
            ]),
            "\(plan)"
        )
        #expect(observed["certificates-valid"]?.contains("/etc/nginx/shop.pem") == true)
        #expect(observed["approved-packages"]?.contains("lighttpd-of-mine") == true)
        #expect(observed["one-root"] == "Name=toor UID=0")

        // The marker is looked for by the hour, or when the association changes.
        let marker = workspace.checkout.appending(path: "policies/reboot.yaml")
        let text = try String(contentsOf: marker, encoding: .utf8)
        try workspace.write(
            "policies/reboot.yaml",
            text.replacing(#"["reboot-required"]"#, with: #"["reboot-required", "reboot-now"]"#)
        )
        try setState(Self.mended, workspace)
        let good = try workspace.aplomb("reconcile", "--retry")
        #expect(good.status == 0, "\(good.output)\(good.error)")
        let after = try workspace.aplomb("plan", "--output", "json").json
        let left = try #require(after["findings"] as? [[String: Any]])
        #expect(left.isEmpty, "\(left)")
    }

    @Test("the environments of the example may take all of them")
    func validate() throws {
        let workspace = try Workspace()
        for folder in ["base", "environments", "policies"] {
            try FileManager.default.copyItem(
                at: Self.examples.appending(path: folder),
                to: workspace.checkout.appending(path: folder)
            )
        }
        let path = "environments/prod/fleet.yaml"
        let url = workspace.checkout.appending(path: path)
        let text = try String(contentsOf: url, encoding: .utf8)
        try workspace.write(
            path,
            text.replacing(
                "resources: [../../base]",
                with: "resources: [../../base, ../../policies]"
            )
        )
        let ended = try workspace.aplomb("validate", "--path", "environments/prod")
        #expect(ended.status == 0, "\(ended.output)\(ended.error)")
        #expect(!ended.output.contains("warning"), "\(ended.output)")
    }
}
