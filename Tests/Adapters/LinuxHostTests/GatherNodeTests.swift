// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    /// Gatherers on a sandbox node, which has namespaces of its own.
    @Suite("inventory of a node", .enabled(if: sandboxesWork, sandboxReason))
    struct GatherNodeTests {
        @Test("sockets, interfaces, parameters, accounts and files of a node are its own")
        func node() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    let machine = Machine.sandbox(node)
                    let reader = InventoryReader(machine, runner: runner)
                    #expect(try await reader.entries(.network).isEmpty)
                    #expect(try await reader.entries(.listeningSockets).isEmpty)
                    var request = ProcessRequest.script(
                        """
                        ip link add dummy0 type dummy 2>/dev/null || true
                        useradd --no-create-home inventor
                        sysctl -q -w net.ipv4.ip_forward=1 || echo 1 > /proc/sys/net/ipv4/ip_forward
                        printf '* * * * * root /bin/tick\\n' > /etc/cron.d/tick
                        exec python3 -c 'import socket,time,sys
                        s=socket.create_server(("127.0.0.1", 4711))
                        open("/tmp/ready","w").close(); time.sleep(60)'
                        """
                    )
                    request.grace = .zero
                    let serving = Task { try await runner.run(request, on: machine) }
                    let files = try HostFiles(machine)
                    #expect(eventually { (try? files.status("/tmp/ready")) != nil })

                    let socket = try #require(
                        try await reader.entries(.listeningSockets).first { $0["Port"] == "4711" }
                    )
                    #expect(socket["Protocol"] == "tcp" && socket["Address"] == "127.0.0.1")
                    #expect(socket["Process"] == "python3")
                    // The number that the node knows it by, and not this machine.
                    let inside = try await runner.oracle("pidof -s python3", on: machine).first
                    #expect(socket["PID"] == inside)
                    let users = try await reader.entries(.accounts, type: "Custom:User")
                    #expect(users.contains { $0["Name"] == "inventor" && $0["Locked"] == "true" })
                    let names = ["net.ipv4.ip_forward", "kernel.hostname"]
                    let values = try await reader.entries(.kernelParameters(names))
                    #expect(values.map { $0["Value"] } == ["web-1", "1"])
                    let jobs = try await reader.entries(.scheduledJobs)
                    #expect(jobs.contains { $0["Command"] == "/bin/tick" })
                    serving.cancel()
                    _ = try await serving.value

                    let local = InventoryReader(.local, runner: runner)
                    let here = try await local.entries(.accounts, type: "Custom:User")
                    #expect(!here.contains { $0["Name"] == "inventor" })
                    #expect(
                        try await !local.entries(.listeningSockets).contains {
                            $0["Port"] == "4711"
                        }
                    )
                }
            }
        }

        @Test(
            "a booted node says which services run, as its systemctl does",
            .enabled(if: has("systemctl") && access("/lib/systemd/systemd", X_OK) == 0)
        )
        func booted() async throws {
            let runner = try ProcessRunner()
            let configuration = SandboxConfiguration(name: "svc-1", initSystem: .systemd)
            try await withScratch { state in
                try await withNode(configuration, in: state, runner: runner) { node in
                    let machine = Machine.sandbox(node)
                    let reader = InventoryReader(machine, runner: runner)
                    _ = try await runner.oracle(
                        "systemd-run -q --unit=ticker sleep 600; systemctl is-active ticker",
                        on: machine
                    )
                    let entries = try await reader.entries(.services)
                    let running = entries.filter { $0["Status"] == "Running" }
                    let lines = try await runner.oracle(
                        "systemctl list-units --type=service --state=active --plain --no-legend",
                        on: machine
                    )
                    let active = lines.compactMap { line in
                        line.split(separator: " ").first.map { String($0.dropLast(8)) }
                    }
                    #expect(running.compactMap { $0["Name"] }.sorted() == active.sorted())
                    #expect(running.contains { $0["Name"] == "ticker" })
                }
            }
        }

        @Test(
            "a root with rpm packages is read by rpm, once, and read again when it changed",
            .enabled(if: has("rpm") && has("rpmbuild"), "needs rpm: scripts/setup test")
        )
        func rpm() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    let machine = Machine.sandbox(node)
                    let reader = InventoryReader(machine, runner: runner)
                    let build = """
                        set -e
                        mkdir -p /tmp/b && cd /tmp/b
                        printf '%s\\n' 'Name: $1' 'Version: 1.2' 'Release: 3' 'Epoch: 4' \
                        'Summary: A test' 'License: MIT' 'Group: Tools' 'Vendor: Example' \
                        'URL: https://example.org' 'BuildArch: noarch' '%description' 'x' '%files' > $1.spec
                        rpmbuild --quiet --define '_topdir /tmp/b' -bb $1.spec >/dev/null 2>&1
                        rpm --quiet -i --nodeps --justdb --force-debian RPMS/noarch/$1-*.rpm
                        """
                    _ = try await runner.oracle(
                        // Debian's rpm keeps its database elsewhere, so that nobody takes it for dpkg's.
                        "mkdir -p /etc/rpm; echo '%_dbpath /var/lib/rpm' > /etc/rpm/macros\nrpm --initdb\n"
                            + build.replacingOccurrences(of: "$1", with: "first"),
                        on: machine
                    )
                    let (item, source) = try #require(try await reader.applications())
                    let entry = try #require(item.entries.first { $0["Name"] == "first" })
                    let time = try await runner.oracle(
                        "rpm -q --qf '%{INSTALLTIME}' first",
                        on: machine
                    )
                    #expect(
                        entry == [
                            "Name": "first", "Version": "1.2", "Release": "3", "Epoch": "4",
                            "Summary": "A test", "ApplicationType": "Tools", "Publisher": "Example",
                            "URL": "https://example.org", "Architecture": "noarch",
                            "PackageId": "first-1.2-3.src.rpm",
                            "InstalledTime": InventoryTime.text(
                                secondsSince1970: Int64(time[0]) ?? 0
                            ),
                        ]
                    )
                    // The packages of dpkg are there as well.
                    #expect(item.entries.contains { $0["Name"] == "bash" })
                    #expect(try await reader.applications(since: source) == nil)
                    _ = try await runner.oracle(
                        build.replacingOccurrences(of: "$1", with: "second"),
                        on: machine
                    )
                    let again = try #require(try await reader.applications(since: source))
                    #expect(again.item.entries.count == item.entries.count + 1)
                }
            }
        }
    }
}
