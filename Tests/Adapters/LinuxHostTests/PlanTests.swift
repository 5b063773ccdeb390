// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    @Suite("plans and parsers")
    struct PlanTests {
        @Test("output: head, tail and count, at every length around the limits")
        func capture() {
            for length in 0...40 {
                for step in [1, 3, 7, 64] {
                    var capture = OutputCapture(OutputLimit(headBytes: 8, tailBytes: 5))
                    let bytes = (0..<length).map { UInt8($0) }
                    var position = 0
                    while position < length {
                        let end = min(length, position + step)
                        bytes[position..<end].withUnsafeBytes { capture.append($0) }
                        position = end
                    }
                    let result = capture.result
                    #expect(result.totalBytes == length)
                    #expect(result.isTruncated == (length > 13))
                    if length > 13 {
                        #expect(result.head == Array(bytes.prefix(8)))
                        #expect(result.tail == Array(bytes.suffix(5)))
                    } else {
                        #expect(result.head == bytes && result.tail == [])
                    }
                }
            }
        }

        @Test("output: a cut never splits a character")
        func cutCharacters() {
            let text = Array(String(repeating: "ä€😀", count: 10).utf8)
            for head in 0...12 {
                for tail in 0...12 {
                    var capture = OutputCapture(OutputLimit(headBytes: head, tailBytes: tail))
                    text.withUnsafeBytes { capture.append($0) }
                    #expect(!capture.result.text { "|\($0)|" }.unicodeScalars.contains("\u{FFFD}"))
                }
            }
        }

        @Test("mountinfo: escapes and optional fields")
        func mounts() {
            let mounts = MountTable.parse(
                """
                22 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
                30 22 0:20 /a\\040b /mnt/x\\134y rw - cgroup cgroup rw,freezer
                broken
                """
            )
            #expect(mounts.map(\.path) == ["/", "/mnt/x\\y"])
            #expect(mounts[1].root == "/a b")
            #expect(mounts[1].options.contains("freezer"))
        }

        @Test("cgroups: v2, hybrid, inside a container, and none")
        func cgroups() {
            let v2 = [Mount(root: "/", path: "/sys/fs/cgroup", type: "cgroup2", options: [])]
            #expect(
                CgroupBase.version2Path(mounts: v2, own: "0::/system.slice/a.service\n")
                    == "/sys/fs/cgroup/system.slice/a.service"
            )
            #expect(CgroupBase.version2Path(mounts: v2, own: "0::/\n") == "/sys/fs/cgroup")
            let docker = [
                Mount(root: "/docker/1", path: "/sys/fs/cgroup", type: "cgroup2", options: [])
            ]
            #expect(
                CgroupBase.version2Path(mounts: docker, own: "0::/docker/1/x\n")
                    == "/sys/fs/cgroup/x"
            )
            let v1 = [
                Mount(root: "/", path: "/c/freezer", type: "cgroup", options: ["rw", "freezer"])
            ]
            #expect(
                CgroupBase.version1Path("freezer", mounts: v1, own: "6:freezer:/a\n0::/\n")
                    == "/c/freezer/a"
            )
            #expect(CgroupBase.version2Path(mounts: v1, own: "0::/\n") == nil)
            #expect(CgroupBase.version1Path("freezer", mounts: v2, own: "0::/\n") == nil)
        }

        private func plan(
            _ mounts: [Mount],
            state: String = "/var/lib/aplomb",
            _ configuration: SandboxConfiguration = SandboxConfiguration(name: "a")
        ) -> SandboxPlan {
            SandboxPlan(
                SandboxPlan.Input(
                    configuration: configuration,
                    nodeDirectory: state + "/sandboxes/a",
                    stateDirectory: state,
                    mounts: mounts,
                    fileMounts: ["/etc/hosts"]
                )
            )
        }

        @Test("other file systems of the host: copy-on-write, read-only, or not shown")
        func submounts() {
            let root = Mount(root: "/", path: "/", type: "ext4", options: [])
            let plan = plan([
                root, Mount(root: "/", path: "/var", type: "xfs", options: []),
                Mount(root: "/", path: "/home", type: "nfs4", options: []),
                Mount(root: "/", path: "/proc", type: "proc", options: []),
                Mount(root: "/", path: "/run/user/0", type: "tmpfs", options: []),
                Mount(root: "/", path: "/var/lib/aplomb/x", type: "ext4", options: []),
                Mount(root: "/h", path: "/etc/hosts", type: "ext4", options: []),
            ])
            #expect(plan.layers.map(\.path) == ["/", "/var"])
            #expect(plan.layers[1].directory == "at+var")
            let binds = plan.steps.filter {
                $0.flags == MountFlag.bind && $0.source?.hasPrefix("/") == true
            }
            #expect(
                binds.compactMap(\.source).filter { !$0.contains("boot-id") } == [
                    "/home", "/etc/hosts",
                ]
            )
            #expect(plan.steps.contains { $0.target == "var/lib/aplomb" && $0.type == "tmpfs" })
        }

        @Test("over a sandbox: that is put together first, only to be read")
        func base() throws {
            var input = SandboxPlan.Input(
                configuration: SandboxConfiguration(
                    name: "clone",
                    identity: .inherited(hostName: "web-1"),
                    masks: ["/var/lib/aplomb", "/run/x", "/var/lib/aplomb/rehearsals"]
                ),
                nodeDirectory: "/var/lib/aplomb/rehearsals/1/sandboxes/clone",
                stateDirectory: "/var/lib/aplomb/rehearsals/1",
                mounts: []
            )
            input.bases = ["/": "/var/lib/a,b:c/upper"]
            let plan = SandboxPlan(input)
            let overlays = plan.steps.filter { $0.type == "overlay" }
            try #require(overlays.count == 2)
            #expect(overlays[0].target == "below")
            #expect(overlays[0].flags & MountFlag.readOnly != 0)
            #expect(overlays[0].data?.contains("upperdir=/var/lib/a\\,b\\:c/upper,") == true)
            #expect(overlays[1].flags & MountFlag.readOnly == 0)
            #expect(overlays[1].data?.hasPrefix("lowerdir=below,upperdir=upper,") == true)
            #expect(plan.layers.map(\.base) == ["/var/lib/a,b:c/upper"])
            // One mask covers what is inside of it, and what is not shown needs none.
            let masks = plan.steps.filter { $0.isForExistingTarget }.map(\.target)
            #expect(masks == ["var/lib/aplomb"])
            #expect(plan.steps.first { $0.operation == .hostname }?.data == "web-1")
        }

        @Test("odd characters in paths of layers")
        func oddPaths() {
            let mount = Mount(root: "/", path: "/a:b,c\\d", type: "ext4", options: [])
            let plan = plan([mount])
            #expect(plan.steps.contains { $0.data?.hasPrefix("lowerdir=/a\\:b\\,c\\\\d,") == true })
            #expect(SandboxPlan.directory("/a+b_c/d") != SandboxPlan.directory("/a/b_c+d"))
        }

        @Test("with the host's network the right to change it is dropped")
        func capabilities() {
            let isolated = Capability.dropped(SandboxConfiguration(name: "a"))
            let host = Capability.dropped(SandboxConfiguration(name: "a", network: .host))
            #expect(isolated >> 12 & 1 == 0 && host >> 12 & 1 == 1)
            #expect(isolated >> 27 & 1 == 1)
        }
    }
}
