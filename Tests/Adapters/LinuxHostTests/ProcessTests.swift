// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite("processes on this machine", .serialized)
    struct ProcessTests {
        /// The ways to end a tree; all must do the same.
        static let preferences: [CgroupBase.Preference] = [
            .automatic, .version1Only, .processGroupOnly,
        ]

        @Test("exit code, output, error output and environment arrive")
        func plain() async throws {
            let runner = try ProcessRunner()
            var request = ProcessRequest.script(
                "printf out; printf err >&2; printf \"$SECRET\"; exit 7"
            )
            request.environment["SECRET"] = "a'b\"$(id)\n"
            let result = try await runner.run(request)
            #expect(result.termination == .exited(7))
            #expect(result.output.text() == "outa'b\"$(id)\n")
            #expect(result.error.text() == "err")
            #expect(!result.timedOut && !result.cancelled && result.leftoversKilled == 0)
        }

        @Test("a script with #! is run by its interpreter, and is never in argv (TH-09)")
        func shebang() async throws {
            let runner = try ProcessRunner()
            let result = try await runner.run(
                .script(
                    "#!/bin/sh\n# canary-1f3\ntr '\\0' ' ' < /proc/$$/cmdline; cat <&0 | wc -c\n"
                )
            )
            #expect(result.isSuccess)
            #expect(result.output.text() == "/bin/sh /proc/self/fd/3 0\n")
        }

        @Test("a signal is not an exit code (F-13)")
        func signalled() async throws {
            let result = try await ProcessRunner().shell("kill -9 $$")
            #expect(result.termination == .signalled(9))
        }

        @Test("what cannot be started is an error that names it")
        func notStarted() async throws {
            let runner = try ProcessRunner()
            let missing = await #expect(throws: HostError.self) {
                _ = try await runner.run(ProcessRequest(["/nonexistent/program"]))
            }
            #expect(missing?.code == .notFound)
            #expect(missing?.message.contains("/nonexistent/program") == true)
            let lookup = await #expect(throws: HostError.self) {
                _ = try await runner.run(ProcessRequest(["no-such-program-1f3"]))
            }
            #expect(lookup?.code == .notFound)
            let directory = await #expect(throws: HostError.self) {
                _ = try await runner.run(ProcessRequest(["true"], workingDirectory: "/nonexistent"))
            }
            #expect(directory?.message.contains("/nonexistent") == true)
            let denied = await #expect(throws: HostError.self) {
                _ = try await runner.run(ProcessRequest(["/etc/passwd"]))
            }
            #expect(denied?.code == .notPermitted)
            let nul = await #expect(throws: HostError.self) {
                _ = try await runner.run(ProcessRequest(["echo", "a\0b"]))
            }
            #expect(nul?.code == .invalid)
        }

        @Test("only 0, 1, 2 and the script are open, no signal is blocked or ignored")
        func cleanState() async throws {
            let result = try await ProcessRunner().run(
                .script(
                    "ls /proc/self/fd | tr '\\n' ' '; grep -E '^Sig(Blk|Ign)' /proc/self/status"
                )
            )
            #expect(
                result.output.text().split(whereSeparator: \.isWhitespace) == [
                    // 4 is ls reading the directory.
                    "0", "1", "2", "3", "4", "SigBlk:", "0000000000000000", "SigIgn:",
                    "0000000000000000",
                ]
            )
        }

        @Test("FT-27 a tree that ignores SIGTERM is killed whole", arguments: preferences)
        func ignoresTerm(_ preference: CgroupBase.Preference) async throws {
            let runner = try ProcessRunner(cgroups: preference)
            try await withScratch { scratch in
                var request = ProcessRequest.script(
                    """
                    trap '' TERM
                    (trap '' TERM; setsid sh -c 'trap "" TERM; (sleep 300; :) & echo $! > '\(scratch)'/a; sleep 300; :' ) &
                    (sleep 300; :) & echo $! > \(scratch)/b
                    until [ -s \(scratch)/a ]; do :; done
                    echo ready
                    while :; do sleep 1; done
                    """
                )
                request.timeout = .milliseconds(800)
                request.grace = .milliseconds(100)
                let result = try await runner.run(request)
                #expect(result.timedOut)
                #expect(!result.treeRemains)
                #expect(result.termination == .signalled(9))
                #expect(result.output.text() == "ready\n")
                for name in ["a", "b"] {
                    let text = try String(contentsOfFile: scratch + "/" + name, encoding: .utf8)
                    let pid = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
                    #expect(eventually { !exists(pid) }, "process \(name) lives on")
                }
            }
        }

        @Test("FT-27 a double fork into a new session does not escape", arguments: preferences)
        func doubleFork(_ preference: CgroupBase.Preference) async throws {
            let runner = try ProcessRunner(cgroups: preference)
            try await withScratch { scratch in
                // The intermediate processes end; what remains belongs to no group of ours.
                let result = try await runner.shell(
                    """
                    (setsid sh -c 'sleep 300 & echo $! > \(scratch)/pid' &)
                    until [ -s \(scratch)/pid ]; do :; done
                    """
                )
                #expect(result.termination == .exited(0))
                #expect(result.leftoversKilled >= 1)
                let text = try String(contentsOfFile: scratch + "/pid", encoding: .utf8)
                let pid = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
                #expect(eventually { !exists(pid) })
            }
        }

        @Test("F-13 a grandchild that holds the pipes does not delay the result")
        func heldPipes() async throws {
            let runner = try ProcessRunner()
            try await withScratch { scratch in
                var request = ProcessRequest.script(
                    "setsid sleep 300 & echo $! > \(scratch)/pid; echo done"
                )
                request.leftovers = .keep
                let result = try await runner.run(request)
                #expect(result.output.text() == "done\n")
                let text = try String(contentsOfFile: scratch + "/pid", encoding: .utf8)
                let pid = try #require(pid_t(text.trimmingCharacters(in: .newlines)))
                #expect(exists(pid))
                kill(pid, SIGKILL)
            }
        }

        @Test("FT-27 SIGTERM gives a tree the time to tidy up")
        func politeTimeout() async throws {
            var request = ProcessRequest.script(
                "trap 'echo tidied; exit 5' TERM; echo ready; while :; do sleep 0.01; done"
            )
            request.timeout = .milliseconds(500)
            let result = try await ProcessRunner().run(request)
            #expect(result.timedOut)
            #expect(result.termination == .exited(5))
            #expect(result.output.text() == "ready\ntidied\n")
        }

        @Test("cancelling the task ends the tree, and the result says so")
        func cancellation() async throws {
            let runner = try ProcessRunner()
            try await withScratch { scratch in
                var request = ProcessRequest.script("touch \(scratch)/up; sleep 300")
                request.grace = .seconds(5)
                let copy = request
                let task = Task { try await runner.run(copy) }
                #expect(eventually { access(scratch + "/up", F_OK) == 0 })
                task.cancel()
                let result = try await task.value
                #expect(result.cancelled && !result.timedOut)
                #expect(result.termination == .signalled(15))
            }
        }

        @Test("FT-28 a flood of 100 MB is bounded, counted and does not block the script")
        func flood() async throws {
            var request = ProcessRequest.script(
                "yes 0123456789abcde | head -c 100000000; printf END; exit 3"
            )
            request.outputLimit = OutputLimit(headBytes: 1000, tailBytes: 500)
            let result = try await ProcessRunner().run(request)
            #expect(result.termination == .exited(3))
            #expect(result.output.totalBytes == 100_000_003)
            #expect(result.output.isTruncated)
            #expect(result.output.head.count == 1000)
            #expect(result.output.tail.count == 500)
            #expect(result.output.head.starts(with: "0123456789abcde\n".utf8))
            #expect(Array(result.output.tail.suffix(3)) == Array("END".utf8))
        }

        @Test("FT-28 binary output arrives byte by byte, closed output is fine")
        func binary() async throws {
            let result = try await ProcessRunner().run(
                .script("printf '\\000\\377\\200\\001'; exec >&-; sleep 0.05; exit 4")
            )
            #expect(result.output.head == [0, 255, 128, 1])
            #expect(!result.output.isTruncated)
            #expect(result.termination == .exited(4))
        }

        @Test("FT-22 the supervisor is killed: the result is interrupted, no orphan lives")
        func supervisorKilled() async throws {
            let runner = try ProcessRunner()
            try await withScratch { scratch in
                let task = Task {
                    try await runner.shell(
                        "setsid sleep 300 & echo $! > \(scratch)/b; echo $PPID > \(scratch)/a; sleep 300"
                    )
                }
                #expect(eventually { !(contents(scratch + "/a") ?? "").isEmpty })
                let supervisor = try #require(
                    pid_t((contents(scratch + "/a") ?? "").trimmingCharacters(in: .newlines))
                )
                kill(supervisor, SIGKILL)
                let result = try await task.value
                #expect(result.termination == .interrupted)
                let orphan = try #require(
                    pid_t((contents(scratch + "/b") ?? "").trimmingCharacters(in: .newlines))
                )
                #expect(eventually { !exists(orphan) })
            }
        }

        @Test("FT-22 the controller is killed: its trees end")
        func controllerKilled() async throws {
            try await withScratch { scratch in
                let controller = aplomb_fork()
                if controller == 0 {
                    childController(scratch)
                }
                #expect(eventually { !(contents(scratch + "/pid") ?? "").isEmpty })
                kill(controller, SIGKILL)
                var status: Int32 = 0
                waitpid(controller, &status, 0)
                let pid = try #require(
                    pid_t((contents(scratch + "/pid") ?? "").trimmingCharacters(in: .newlines))
                )
                #expect(eventually { !exists(pid) })
                let base = CgroupBase.find()
                if case .version2(let path) = base {
                    #expect(
                        eventually {
                            !names(in: path).contains { $0.hasPrefix("run-\(controller)-") }
                        }
                    )
                }
            }
        }

        @Test("200 processes at once work, and no descriptor or zombie is left")
        func many() async throws {
            let runner = try ProcessRunner()
            _ = try await runner.shell("exit 0")
            let before = openDescriptors()
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let result = try await runner.shell(
                            "sleep 0.2; echo \(index); exit \(index % 100)"
                        )
                        #expect(result.output.text() == "\(index)\n")
                        guard case .exited(let code) = result.termination else { return -1 }
                        return code == index % 100 ? 1 : 0
                    }
                }
                var good: Int32 = 0
                for try await value in group { good += value }
                #expect(good == 200)
            }
            for _ in 0..<200 { _ = try await runner.run(ProcessRequest(["true"])) }
            // Threads of earlier runners may just be closing theirs.
            #expect(eventually { openDescriptors() <= before })
            var status: Int32 = 0
            #expect(aplomb_wait(-1, &status, 1) <= 0)
        }

        @Test("identity: another user, without root's groups")
        func identity() async throws {
            try #require(getuid() == 0, "needs root")
            var request = ProcessRequest(["id"])
            request.identity = (65534, 65534)
            let result = try await ProcessRunner().run(request)
            #expect(result.output.text().contains("uid=65534"))
            #expect(!result.output.text().contains("(root)"))
        }
    }
}

/// Is a controller of its own: starts a script with the C code alone and waits to be killed.
private func childController(_ scratch: String) -> Never {
    // Only this thread exists after fork, which is all that the C code needs.
    let memory = JobMemory()
    let request = ProcessRequest.script("setsid sh -c 'echo $$ > \(scratch)/pid; sleep 300'")
    guard (try? ProcessRunner.describe(request, in: memory)) != nil,
        let control = try? Descriptor.pipe(), let status = try? Descriptor.pipe(),
        let null = try? Descriptor.open("/dev/null", O_RDWR)
    else { _exit(1) }
    let cgroup = try? CgroupBase.find().makeCgroup(
        "run-\(getpid())-\(ProcessIdentity.startTicks(of: getpid()) ?? 0)-1"
    )
    if let cgroup { memory.place(in: cgroup) }
    memory.job.pointee.input = null.number
    memory.job.pointee.output = null.number
    memory.job.pointee.error = null.number
    memory.job.pointee.control = control.read.number
    memory.job.pointee.status = status.write.number
    guard (try? memory.supervise()) != nil else { _exit(2) }
    while true { withExtendedLifetime((memory, control, status, null)) { _ = pause() } }
}
