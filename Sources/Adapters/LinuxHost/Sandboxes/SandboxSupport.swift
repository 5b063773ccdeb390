// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Says whether sandboxes can work here, and what is missing where not.
package struct SandboxSupport: Sendable, Equatable {
    /// What is missing, each with what to do; empty when sandboxes work.
    package var problems: [String]
    /// Whether `initSystem: .systemd` can work as well.
    package var canBootSystemd: Bool

    package var isSupported: Bool { problems.isEmpty }

    /// Looks at rights and kernel, and at the file system of the state directory; starts nothing.
    package static func check(stateDirectory: String, runner: ProcessRunner) -> SandboxSupport {
        var problems: [String] = []
        do throws(HostError) { try requireRoot() } catch { problems.append(error.description) }
        let pidfd = aplomb_pidfd_open(getpid())
        if pidfd >= 0 {
            close(pidfd)
        } else {
            problems.append(
                "the kernel lacks pidfd_open (or seccomp refuses it); Linux 5.8 is needed"
            )
        }
        let fileSystems = contents("/proc/filesystems") ?? ""
        if !fileSystems.split(separator: "\n").contains(where: { $0.hasSuffix("\toverlay") }) {
            problems.append("the kernel has no overlay file system; run modprobe overlay")
        }
        for kind in ["mnt", "pid", "uts", "ipc", "net"]
        where access("/proc/self/ns/\(kind)", F_OK) != 0 {
            problems.append("the kernel has no \(kind) namespaces")
        }
        var status = statfs()
        if statfs(stateDirectory, &status) == 0, UInt64(status.f_type) == 0x794C_7630 {
            problems.append(
                "the state directory \(stateDirectory) is on an overlay file system; "
                    + "put it on a volume or a tmpfs (--state-dir)"
            )
        }
        let canBoot =
            (try? requireSystemd(["/usr/lib/systemd/systemd", "/lib/systemd/systemd"], runner))
            != nil
        return SandboxSupport(problems: problems, canBootSystemd: problems.isEmpty && canBoot)
    }

    static func requireRoot() throws(HostError) {
        let status = contents("/proc/self/status") ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") } ?? ""
        let set = UInt64(line.dropFirst(7).filter(\.isHexDigit), radix: 16) ?? 0
        let needed: [(bit: UInt64, name: String)] = [
            (21, "CAP_SYS_ADMIN"), (12, "CAP_NET_ADMIN"), (27, "CAP_MKNOD"), (0, "CAP_CHOWN"),
        ]
        let missing = needed.filter { set >> $0.bit & 1 == 0 }.map(\.name)
        guard getuid() == 0, missing.isEmpty else {
            throw HostError(
                .notPermitted,
                "a sandbox needs root"
                    + (missing.isEmpty ? "" : " and " + missing.joined(separator: ", ")),
                remedy: "run as root; in a container, start that with --privileged"
            )
        }
    }

    static func requireSystemd(
        _ candidates: [String],
        _ runner: ProcessRunner
    ) throws(HostError) {
        guard candidates.contains(where: { access($0, X_OK) == 0 }) else {
            throw HostError(
                .notFound,
                "systemd is not installed at \(candidates.joined(separator: " or "))",
                remedy: "install systemd, or use the sandbox without an init system"
            )
        }
        guard case .version2 = runner.cgroups else {
            throw HostError(
                .notSupported,
                "systemd in a sandbox needs a writable cgroup v2 hierarchy",
                remedy: "mount cgroup2, or use the sandbox without an init system"
            )
        }
    }
}
