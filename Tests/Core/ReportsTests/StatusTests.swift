// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Foundation
import Planning
import Testing

@testable import Reports

@Suite("status")
struct StatusTests {
    private func status(
        _ story: Story,
        record: RunRecord? = nil,
        previous: FleetStatus? = nil
    ) -> FleetStatus {
        FleetStatus.make(
            desired: story.desired,
            observed: story.observed,
            plan: story.plan(),
            record: record,
            previous: previous
        )
    }

    private func text(_ files: [String: [UInt8]]) -> String {
        files.sorted { $0.key < $1.key }.map { path, bytes in
            "==> \(path)\n" + String(decoding: bytes, as: UTF8.self)
        }.joined(separator: "\n")
    }

    private func degraded() -> Story {
        var story = Story().applied([.success, .failed, .terminated])
        story.desired.fleet.status.nodes = .all
        story.observed.associations[1].scheduleExpression = "rate(7 days)"
        story.observed.associations[1].parameters = ["message": ["hunter2"]]
        story.observed.nodes[2].pingStatus = .connectionLost
        return story
    }

    @Test("a healthy fleet is in order, and everything of it is applied")
    func healthy() throws {
        let story = Story().applied()
        let made = status(story, record: story.record())
        #expect(made.isReady)
        #expect(made.plan == .inSync && made.drift == .none && made.rollout == .healthy)
        #expect(made.appliedRevision == Story.commit)
        #expect(made.headline == "in sync")
        #expect(made.compliance.compliant == 6 && made.compliance.targeted == 6)
        try expectGolden(text(StatusTree.files(for: made)), "status-healthy.txt")
        let screen = StatusTerminalView.render(made, style: TerminalStyle())
        try expectGolden(screen, "status-healthy-screen.txt")
    }

    @Test("a degraded fleet says what is wrong and since when")
    func degradedFleet() throws {
        let story = degraded()
        let made = status(story, record: story.record(.partial))
        #expect(!made.isReady)
        #expect(made.objectDrift.count == 2)
        try expectGolden(text(StatusTree.files(for: made)), "status-degraded.txt")
        let screen = StatusTerminalView.render(made, style: TerminalStyle())
        try expectGolden(screen, "status-degraded-screen.txt")
        try expectGolden(
            StatusTree.commitMessage(for: made, runID: "01JD8ZK3Q7"),
            "status-degraded-message.txt"
        )
    }

    @Test("what is not managed is named, and only what is observed can be not ready")
    func unmanaged() throws {
        var story = degraded()
        story.desired.fleet.ownership = OwnershipRules(
            observed: ["Association/web-motd", "ResourceGroup/web"],
            ignored: ["Association/base-packages", "Document/vendor"]
        )
        let made = status(story)
        func find(_ name: String) -> ObjectStatus? {
            made.objects.first { $0.object.description == name }
        }
        #expect(find("Association/web-motd")?.ownership == .observed)
        #expect(find("Association/web-motd")?.condition(.drifted)?.status == .true)
        #expect(
            find("ResourceGroup/web")?.condition(.ready)?.message == "only observed: as git says"
        )
        for name in ["Association/base-packages", "Document/vendor"] {
            #expect(find(name)?.ownership == .ignored)
            #expect(find(name)?.condition(.ready)?.status == .true)
            #expect(find(name)?.compliance == nil)
        }
        #expect(find("Document/motd")?.ownership == nil)
        let screen = StatusTerminalView.render(made, style: TerminalStyle())
        #expect(screen.contains(/not managed +4 objects +2 observed, 2 ignored/))
        let file = StatusTree.files(for: made).first { $0.key.hasSuffix("Document/vendor.yaml") }
        let bytes = try #require(file?.value)
        #expect(String(decoding: bytes, as: UTF8.self).contains("ownership: ignored"))
    }

    @Test("a run that changes nothing gives the same bytes", arguments: [false, true])
    func stable(_ isDegraded: Bool) throws {
        var story = isDegraded ? degraded() : Story().applied()
        let first = status(story, record: story.record(isDegraded ? .partial : .succeeded))
        let before = StatusTree.files(for: first)
        let index = try #require(before[StatusTree.indexPath])
        let previous = try #require(StatusTree.read(statusJSON: index).first)
        // Time passes, nodes report, a schedule runs again and ends alike.
        story.observed.observedAt = Story.now.advanced(bySeconds: 600)
        for place in story.observed.nodes.indices {
            story.observed.nodes[place].lastPingAt =
                story.observed.nodes[place].pingStatus == .online
                ? story.observed.observedAt : Story.now
        }
        for place in story.observed.associations.indices {
            for cohort in story.observed.associations[place].cohorts.indices {
                story.observed.associations[place].cohorts[cohort].executedAt =
                    Story.now.advanced(bySeconds: 300)
            }
        }
        var record = story.record(isDegraded ? .partial : .succeeded)
        record.runID = "01JD8ZOTHER"
        record.finishedAt = Story.now.advanced(bySeconds: 700)
        for repeated in [nil, record] {
            let second = status(story, record: repeated, previous: previous)
            #expect(second.newEntry == nil)
            var after = StatusTree.files(for: second)
            for (path, bytes) in before where path.contains("/history/") { after[path] = bytes }
            #expect(text(after) == text(before))
        }
    }

    @Test("times move when the state does, and history tells of it once")
    func transitions() throws {
        let story = Story().applied()
        let first = status(story, record: story.record())
        #expect(first.history.count == 1)
        var broken = Story().applied([.success, .failed, .success])
        broken.observed.observedAt = Story.now.advanced(bySeconds: 900)
        let second = status(broken, previous: first)
        #expect(second.condition(.ready)?.lastTransitionTime == broken.observed.observedAt)
        #expect(second.condition(.ready)?.reason == .healthCheckFailed)
        #expect(second.condition(.drifted) == first.condition(.drifted))
        #expect(second.history.count == 2)
        #expect(second.appliedRevision == Story.commit)
        let path = try #require(StatusTree.historyPath(of: second))
        let files = StatusTree.files(for: second, history: "{\"old\":1}\n")
        let lines = String(decoding: try #require(files[path]), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == "{\"old\":1}")
        var last = second
        for step in 1...9 {
            var next = step.isMultiple(of: 2) ? broken : story
            next.observed.observedAt = Story.now.advanced(bySeconds: Int64(1000 * step))
            last = status(next, previous: last)
        }
        #expect(last.history.count == 5)
    }

    @Test("drift that ends is remembered as corrected, and its file goes")
    func driftEnds() {
        let first = status(degraded())
        let story = Story().applied()
        let change = RunRecord.Change(
            action: .update,
            object: ObjectReference(.association, "web-motd"),
            status: .done
        )
        let second = status(story, record: story.record(changes: [change]), previous: first)
        #expect(second.condition(.drifted)?.reason == .driftCorrected)
        #expect(!StatusTree.files(for: second).keys.contains { $0.contains("/drift/d-") })
        #expect(StatusTree.replaces("prod/drift/d-00000000.yaml", fleet: "prod"))
        #expect(!StatusTree.replaces("prod/history/2026-11.jsonl", fleet: "prod"))
        #expect(!StatusTree.replaces("production/fleet.yaml", fleet: "prod"))
    }

    @Test("the other fleets of the repository stay")
    func others() throws {
        let one = status(Story().applied())
        var other = one
        other.fleet = "staging"
        let files = StatusTree.files(for: one, others: [other])
        let all = try StatusTree.read(statusJSON: try #require(files[StatusTree.indexPath]))
        #expect(all.map(\.fleet) == ["prod", "staging"])
        #expect(!files.keys.contains { $0.hasPrefix("staging/") })
        #expect(throws: ReportsError.self) { try StatusTree.read(statusJSON: Array("{}".utf8)) }
    }

    @Test("P-11: values that may be secret never reach the status branch")
    func secrets() {
        let made = status(degraded())
        let all =
            text(StatusTree.files(for: made)) + StatusTree.commitMessage(for: made, runID: nil)
        for secret in ["hunter2", "apt-get install", "hello"] { #expect(!all.contains(secret)) }
        #expect(all.contains(ContentDigest(of: "hunter2").short))
    }

    @Test("TH-03-f: no path comes from what a node calls itself")
    func paths() {
        var story = Story(status: .init(nodes: .all)).applied([.failed, .failed, .failed])
        story.observed.nodes[0].name = "../../.github/workflows/x"
        story.observed.nodes[1].id = "../mi-1"
        story.observed.nodes[2].name = "a\u{1b}[2J\u{202e}"
        let files = StatusTree.files(for: status(story))
        for path in files.keys {
            for component in path.split(separator: "/", omittingEmptySubsequences: false) {
                #expect(component.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil, "\(path)")
            }
            #expect(!path.contains("github"))
        }
        let all = text(files)
        #expect(!all.unicodeScalars.contains { $0 != "\n" && $0.isUnsafeToDisplay })
    }

    @Test("refused and failed runs leave the applied revision where it was")
    func refused() {
        let before = status(Story().applied())
        var story = Story(limits: .init(changedNodes: .percent(50))).applied()
        story.desired.documents[0].content = motd("all")
        story.desired.documents[0].digest = ContentDigest(of: motd("all"))
        story.commit = "2222222222222222222222222222222222222222"
        let made = status(story, record: story.record(.refused), previous: before)
        #expect(made.appliedRevision == Story.commit)
        #expect(made.attemptedRevision == story.commit)
        #expect(made.plan == .blocked)
        #expect(made.condition(.stalled)?.reason == .limitExceeded)
    }

    @Test("an incomplete observation is unknown, not clean")
    func incomplete() {
        var story = Story().applied()
        story.observed.completeness = .incomplete(reasons: ["ListAssociations: throttled"])
        let made = status(story)
        #expect(made.plan == .unknown && made.drift == .unknown)
        #expect(made.condition(.ready)?.status == .unknown)
    }

    @Test("ten thousand nodes and a hundred associations")
    func large() {
        var story = Story(nodes: 10_000).applied()
        let association = story.observed.associations[0], wanted = story.desired.associations[0]
        for index in 0..<98 {
            story.desired.associations.append(renamed(wanted, "many-\(index)"))
            var live = association
            live.name = "many-\(index)"
            story.observed.associations.append(live)
        }
        let everyone = NodeSet(below: 10_000), some = NodeSet(0..<50)
        for index in story.observed.associations.indices {
            story.observed.associations[index].cohorts = [
                story.cohort(.success, everyone.subtracting(some)), story.cohort(.failed, some),
            ]
        }
        let plan = Scene.inSync.plan
        let made = FleetStatus.make(
            desired: story.desired,
            observed: story.observed,
            plan: plan,
            record: nil,
            previous: nil
        )
        #expect(made.compliance.targeted == 1_000_000)
        #expect(made.nodes.failing == 50)
        #expect(made.nodeDetails.count == 50)
        let bytes = StatusTree.files(for: made).values.reduce(0) { $0 + $1.count }
        #expect(bytes < 2_000_000)
    }

    private func renamed(_ association: DesiredAssociation, _ name: String) -> DesiredAssociation {
        var copy = association
        copy.name = name
        return copy
    }

    @Test("every YAML file reads back in another implementation")
    func pythonReads() throws {
        var story = degraded()
        story.observed.nodes[1].name = "yes: \"x\" # \u{1b} 漢字 \u{1f600}\n- a"
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-reports-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var names: [String] = []
        let files = StatusTree.files(for: status(story)).filter { $0.key.hasSuffix(".yaml") }
        for (number, file) in files.sorted(by: { $0.key < $1.key }).enumerated() {
            try Data(file.value).write(to: folder.appending(path: "\(number).yaml"))
            names.append(file.key)
        }
        let script = """
            import sys, glob
            try:
                import yaml
            except ImportError:
                print("none"); sys.exit(0)
            names = set()
            for path in glob.glob(sys.argv[1] + "/*.yaml"):
                value = yaml.safe_load(open(path, encoding="utf-8"))
                assert isinstance(value, dict) and value["apiVersion"] == "aplomb/v1", path
                names.add(value["metadata"].get("name"))
            print("ok" if "yes: \\"x\\" # \\x1b \\u6f22\\u5b57 \\U0001f600\\n- a" in names else names)
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script, folder.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        do { try process.run() } catch { return }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let said = String(decoding: output, as: UTF8.self)
        #expect(["ok\n", "none\n", ""].contains(said), "\(said) \(names)")
        #expect(process.terminationStatus == 0 || process.terminationStatus == 127)
    }
}
