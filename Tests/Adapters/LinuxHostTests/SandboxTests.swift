// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite("sandbox nodes", .serialized, .enabled(if: sandboxesWork, sandboxReason))
    struct SandboxTests {
        @Test("scratch folders that come and go at once do not trip over one another")
        func scratches() async throws {
            let runner = try ProcessRunner()
            try await withScratch { folder in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<8 {
                        group.addTask {
                            for round in 0..<25 {
                                try await SandboxScratch.make(
                                    id: "s-\(task)-\(round)",
                                    in: folder,
                                    runner: runner
                                ).remove()
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(names(in: folder) == ["lock"])
            }
        }

        @Test("a node has its own name, processes, network and files")
        func isolation() async throws {
            let runner = try ProcessRunner()
            let before = try #require(contents("/etc/passwd"))
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    let result = try await runner.shell(
                        """
                        hostname; cat /proc/1/comm; cat /etc/hostname; ls /proc | grep -c '^[0-9]'
                        echo broken > /etc/passwd; rm -rf /usr/share/doc/bash; touch /new
                        cat /proc/net/dev | grep -c :; cat /sys/class/net/lo/operstate
                        ls -A \(state) | wc -l; ls -A /tmp | wc -l
                        cat /proc/sys/kernel/random/boot_id
                        """,
                        on: .sandbox(node)
                    )
                    let lines = result.output.text().split(separator: "\n").map(String.init)
                    #expect(result.error.text() == "")
                    #expect(Array(lines.prefix(3)) == ["web-1", "aplomb-node", "web-1"])
                    #expect((Int(lines[3]) ?? 99) < 8)
                    #expect(lines[4] == "1")
                    #expect(Array(lines[6...7]) == ["0", "0"])
                    #expect(
                        lines[8]
                            != contents("/proc/sys/kernel/random/boot_id")?.trimmingCharacters(
                                in: .newlines
                            )
                    )
                }
            }
            #expect(contents("/etc/passwd") == before)
            #expect(access("/new", F_OK) != 0)
            #expect(access("/usr/share/doc/bash", F_OK) == 0)
        }

        @Test("the upper layer survives a restart, and a reset forgets it")
        func persistence() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                for round in 1...3 {
                    try await withNode(in: state, runner: runner) { node in
                        let result = try await runner.shell(
                            "echo x >> /etc/rounds; wc -l < /etc/rounds; cat /etc/machine-id",
                            on: .sandbox(node)
                        )
                        #expect(result.output.text().hasPrefix("\(round)\n"))
                    }
                }
                try await SandboxNode.reset(name: "web-1", in: state)
                #expect(names(in: state + "/sandboxes").isEmpty)
                try await withNode(in: state, runner: runner) { node in
                    #expect(try await node.changes() == [])
                    let result = try await runner.shell("ls /etc/rounds", on: .sandbox(node))
                    #expect(result.termination != .exited(0))
                }
            }
        }

        @Test("no mount, process or cgroup is left on the host after a stop")
        func nothingRemains() async throws {
            let runner = try ProcessRunner()
            let mounts = contents("/proc/self/mountinfo")
            try await withScratch { state in
                let node = try await SandboxNode.start(
                    SandboxConfiguration(name: "db"),
                    in: state,
                    runner: runner
                )
                let process = try #require(node.process)
                #expect(contents("/proc/self/mountinfo") == mounts)
                let task = Task { try await runner.shell("sleep 300; exit 1", on: .sandbox(node)) }
                #expect(eventually { contents("/proc/\(process)/root/proc/3/comm") == "sleep\n" })
                await node.stop()
                #expect(!exists(process))
                #expect(!node.isAlive)
                #expect(try await task.value.termination == .signalled(9))
                let error = await #expect(throws: HostError.self) {
                    _ = try await runner.shell("true", on: .sandbox(node))
                }
                #expect(error?.code == .gone)
                #expect(contents("/proc/self/mountinfo") == mounts)
            }
        }

        @Test(
            "the controller is killed: node, processes and mounts end; the next start works at once"
        )
        func controllerKilled() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                let mounts = contents("/proc/self/mountinfo")
                let controller = aplomb_fork()
                if controller == 0 {
                    guard
                        let node = try? SandboxLaunch(
                            SandboxConfiguration(name: "web-1"),
                            in: state
                        ).startInit()
                    else { _exit(1) }
                    try? overwrite(state + "/pid", with: "\(node.process ?? 0)\n")
                    while true { withExtendedLifetime(node) { _ = pause() } }
                }
                #expect(eventually { contents(state + "/pid")?.hasSuffix("\n") == true })
                let text = try #require(contents(state + "/pid"))
                let process = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
                #expect(exists(process))
                let busy = #expect(throws: HostError.self) {
                    _ = try SandboxDirectory(name: "web-1", in: state).lock(waiting: 0)
                }
                #expect(busy?.code == .busy)
                kill(controller, SIGKILL)
                var status: Int32 = 0
                waitpid(controller, &status, 0)
                // Without waiting for anything: the start itself waits for the lock.
                try await withNode(in: state, runner: runner) { node in
                    let result = try await runner.shell("exit 0", on: .sandbox(node))
                    #expect(result.isSuccess)
                }
                #expect(eventually { !exists(process) })
                try await SandboxNode.sweep(state, runner: runner)
                #expect(
                    names(in: state + "/sandboxes/web-1/layers/root").sorted() == [
                        "merged", "path", "upper",
                    ]
                )
                #expect(contents("/proc/self/mountinfo") == mounts)
            }
        }

        @Test("changes() lists exactly what was done")
        func changes() async throws {
            let runner = try ProcessRunner()
            try await withScratch { lower in
                // A tree of our own on the host, below /var/tmp, so that nothing else moves in it.
                try await prepare(lower, runner)
                try await withScratch { state in
                    try await withNode(in: state, runner: runner) { node in
                        #expect(try await node.changes() == [])
                        let result = try await runner.shell(
                            """
                            set -e; cd \(lower)
                            echo new > added; mkdir -p deep/er; ln -s added link-new
                            echo longer text > modified; echo same > same
                            rm deleted; rm -r gone-dir
                            rm -r replaced; mkdir replaced; echo n > replaced/n
                            chmod 600 moded; ln -sfn elsewhere link
                            rm -r dir-to-file; echo f > dir-to-file
                            rm file-to-dir; mkdir file-to-dir; echo c > file-to-dir/c
                            touch touched
                            mv renamed renamed-to
                            chmod 700 kept-dir
                            """,
                            on: .sandbox(node)
                        )
                        #expect(result.isSuccess, "\(result.error.text())")
                        let found = try await node.changes().map {
                            "\($0.kind) \($0.type) \($0.path.dropFirst(lower.count)) "
                                + "\($0.bytesBefore.map(String.init) ?? "-") "
                                + "\($0.bytesAfter.map(String.init) ?? "-")"
                        }
                        #expect(
                            found == [
                                "added file /added - 4", "added directory /deep - -",
                                "added directory /deep/er - -", "deleted file /deleted 2 -",
                                "modified file /dir-to-file - 2", "deleted file /dir-to-file/x 2 -",
                                "modified directory /file-to-dir 2 -",
                                "added file /file-to-dir/c - 2", "deleted directory /gone-dir - -",
                                "deleted directory /gone-dir/sub - -",
                                "deleted file /gone-dir/sub/x 2 -",
                                "metadata directory /kept-dir - -",
                                "modified symlink /link - -", "added symlink /link-new - -",
                                "metadata file /moded 2 2", "modified file /modified 2 12",
                                "deleted file /renamed 2 -", "added file /renamed-to - 2",
                                "added file /replaced/n - 2", "deleted file /replaced/o 2 -",
                            ]
                        )
                    }
                    // The same without a running node.
                    #expect(try await SandboxNode.changes(name: "web-1", in: state).count == 20)
                }
            }
        }

        private func prepare(_ lower: String, _ runner: ProcessRunner) async throws {
            let result = try await runner.shell(
                """
                set -e; cd \(lower)
                for f in modified deleted moded touched renamed file-to-dir; do echo x > $f; done
                echo same > same; ln -s target link
                mkdir -p gone-dir/sub replaced dir-to-file kept-dir
                echo x > gone-dir/sub/x; echo o > replaced/o; echo x > dir-to-file/x
                """
            )
            try #require(result.isSuccess)
        }

        @Test("files: links in the node never lead to the host (TH-10b)")
        func files() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try overwrite(state + "/canary", with: "host")
                try await withNode(in: state, runner: runner) { node in
                    let files = try HostFiles(.sandbox(node))
                    try files.write("/etc/aplomb-test", Array("one".utf8), mode: 0o640)
                    #expect(try files.read("/etc/aplomb-test") == Array("one".utf8))
                    #expect(try files.status("/etc/aplomb-test")?.mode == 0o640)
                    #expect(access("/etc/aplomb-test", F_OK) != 0)
                    _ = try await runner.shell(
                        """
                        mkdir -p /x; echo inside > /x/real; ln -s /x/real /x/absolute
                        ln -s ../../../../../..\(state)/canary /x/up; ln -s \(state)/canary /x/state
                        ln -s /proc/1/root\(state)/canary /x/magic; mkfifo /x/fifo; ln -s /x /dir
                        ln -s / /x/root
                        """,
                        on: .sandbox(node)
                    )
                    #expect(try files.read("/x/absolute") == Array("inside\n".utf8))
                    for name in ["up", "state", "magic", "fifo"] {
                        #expect(throws: HostError.self) { _ = try files.read("/x/\(name)") }
                    }
                    #expect(throws: HostError.self) {
                        _ = try files.read("/../../..\(state)/canary")
                    }
                    try files.write("/dir/root/dir/through", Array("two".utf8))
                    #expect(try files.read("/x/through") == Array("two".utf8))
                    // The last link is replaced, not followed.
                    try files.write("/x/up", Array("three".utf8))
                    #expect(try files.status("/x/up")?.type == .file)
                    #expect(contents(state + "/canary") == "host")
                    let listed = try files.list("/x")
                    #expect(listed.contains("through"))
                    #expect(listed.allSatisfy { !$0.hasSuffix(".tmp") })
                    #expect(try files.status("/x/none") == nil)
                }
            }
        }

        @Test("the kernel that the host runs on is out of reach")
        func protected() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    let result = try await runner.shell(
                        """
                        { echo 1 > /proc/sys/vm/drop_caches; } 2>/dev/null && echo sysctl
                        { echo h > /proc/sysrq-trigger; } 2>/dev/null && echo sysrq
                        mknod /disk b 254 0 2>/dev/null && echo mknod
                        date -s 2001-01-01 >/dev/null 2>&1 && echo clock
                        { echo 1 > /sys/kernel/mm/ksm/run; } 2>/dev/null && echo sysfs
                        { echo 0 > /proc/sys/net/ipv4/ip_forward; } 2>/dev/null || echo own-network
                        test -e /sys/fs/cgroup/cgroup.procs && echo cgroup
                        echo x > /dev/null && head -c 1 /dev/zero | wc -c
                        """,
                        on: .sandbox(node)
                    )
                    #expect(result.output.text() == "1\n")
                }
            }
        }

        @Test("a timeout in a node ends the whole tree there, and only that (FT-27)")
        func timeout() async throws {
            let runner = try ProcessRunner()
            try await withScratch { state in
                try await withNode(in: state, runner: runner) { node in
                    var request = ProcessRequest.script(
                        "trap '' TERM; (setsid sleep 301 &); (setsid sleep 302 &); sleep 303; sleep 304"
                    )
                    request.timeout = .milliseconds(200)
                    request.grace = .milliseconds(50)
                    let result = try await runner.run(request, on: .sandbox(node))
                    #expect(result.timedOut && result.termination == .signalled(9))
                    #expect(node.isAlive)
                    let left = try await runner.shell(
                        "cat /proc/[0-9]*/comm | sort | uniq -c",
                        on: .sandbox(node)
                    )
                    #expect(!left.output.text().contains("sleep"))
                }
            }
        }

        @Test("40 nodes at once, each with its own state, all gone in the end")
        func many() async throws {
            let runner = try ProcessRunner()
            let before = openDescriptors()
            try await withScratch { state in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<40 {
                        group.addTask {
                            try await withNode(
                                SandboxConfiguration(name: "n\(index)"),
                                in: state,
                                runner: runner
                            ) { node in
                                let result = try await runner.shell(
                                    "hostname > /etc/me; cat /etc/me",
                                    on: .sandbox(node)
                                )
                                #expect(result.output.text() == "n\(index)\n")
                                #expect(try await node.changes().map(\.path) == ["/etc/me"])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            // Threads of earlier runners may just be closing theirs.
            #expect(eventually { openDescriptors() <= before })
        }

        @Test("an unusable state directory is an error that says what to do")
        func unusable() async throws {
            let runner = try ProcessRunner()
            let error = await #expect(throws: HostError.self) {
                // cgroup2 cannot hold an upper layer.
                _ = try await SandboxNode.start(
                    SandboxConfiguration(name: "a"),
                    in: "/proc/aplomb",
                    runner: runner
                )
            }
            #expect(error?.description.contains("/proc/aplomb") == true)
            for name in ["", "..", "a/b", "-a", "a_b", String(repeating: "a", count: 64)] {
                let error = await #expect(throws: HostError.self) {
                    _ = try await SandboxNode.start(
                        SandboxConfiguration(name: name),
                        in: "/var/tmp",
                        runner: runner
                    )
                }
                #expect(error?.code == .invalid)
            }
        }

        @Test("systemd boots as PID 1, services run")
        func systemd() async throws {
            let runner = try ProcessRunner()
            guard SandboxSupport.check(stateDirectory: "/var/tmp", runner: runner).canBootSystemd
            else {
                withKnownIssue("systemd cannot boot here") { Issue.record("skipped") }
                return
            }
            try await withScratch { state in
                var configuration = SandboxConfiguration(name: "booted", initSystem: .systemd)
                configuration.durability = .untilReboot
                try await withNode(configuration, in: state, runner: runner) { node in
                    let result = try await runner.shell(
                        """
                        cat /proc/1/comm; hostname; systemctl is-active multi-user.target
                        systemd-run --wait --quiet touch /ran && ls /ran
                        """,
                        on: .sandbox(node)
                    )
                    #expect(
                        result.output.text() == "systemd\nbooted\nactive\n/ran\n",
                        "\(result.error.text())"
                    )
                }
                // systemd's own cgroups below are gone too.
                if case .version2(let base) = runner.cgroups {
                    #expect(!names(in: base).contains { $0.hasPrefix("run-\(getpid())-") })
                }
            }
        }
    }
}
