// SPDX-License-Identifier: Apache-2.0

/// Plans how a sandbox is put together: a pure function of its configuration and the mount table.
struct SandboxPlan: Equatable, Sendable {
    /// One copy-on-write file system of the sandbox.
    struct Layer: Equatable, Sendable {
        /// Where it is mounted, on the host (lower layer) as in the sandbox.
        var path: String
        /// The directory below `layers` that holds `upper` and `work`.
        var directory: String
        /// The upper directory of another sandbox that lies between the two.
        var base: String?
    }

    var layers: [Layer]
    var steps: [SandboxStep]

    /// What the plan depends on.
    struct Input: Sendable {
        var configuration: SandboxConfiguration
        /// Absolute, without links.
        var nodeDirectory: String
        /// Absolute, without links; hidden from the sandbox.
        var stateDirectory: String
        var mounts: [Mount]
        /// Mount points that are not directories.
        var fileMounts: Set<String> = []
        /// Directories of a fresh `/proc` that exist on this kernel.
        var protectedProcPaths: [String] = []
        /// The upper directories of the sandbox below, by the paths that they cover.
        var bases: [String: String] = [:]
        /// The host's name resolution, for a sandbox with the host's network.
        var resolvConf: (target: String, text: String)?
    }

    private static let freshDirectories = ["/proc", "/sys", "/dev", "/run", "/tmp"]
    private static let overlayTypes: Set<String> = [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "overlay", "reiserfs",
    ]
    private static let boundTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "vfat", "exfat", "ntfs", "ntfs3", "iso9660", "squashfs",
        "erofs", "9p", "virtiofs", "fuseblk",
    ]

    init(_ input: Input) {
        let merged = input.nodeDirectory + "/layers/root/merged"
        var layers = [Layer(path: "/", directory: "root", base: input.bases["/"])]
        var steps = [
            SandboxStep(
                operation: .mount,
                target: "/",
                flags: MountFlag.recursive | MountFlag.isPrivate
            )
        ]
        steps += Self.overlay(layers[0], merged: merged, input)
        for mount in Self.submounts(input) {
            if Self.overlayTypes.contains(mount.type), !input.fileMounts.contains(mount.path) {
                let layer = Layer(
                    path: mount.path,
                    directory: Self.directory(mount.path),
                    base: input.bases[mount.path]
                )
                layers.append(layer)
                steps += Self.overlay(layer, merged: merged, input)
            } else {
                steps += Self.readOnlyBind(mount.path, merged + mount.path)
            }
        }
        steps.append(SandboxStep(operation: .changeDirectory, target: merged))
        steps += Self.kernelFileSystems(input)
        steps += Self.devices()
        steps += Self.scratch(input)
        steps += [
            SandboxStep(operation: .pivot),
            SandboxStep(operation: .hostname, data: input.configuration.hostName),
        ]
        if input.configuration.network == .isolated {
            steps.append(SandboxStep(operation: .loopback))
        }
        self.layers = layers
        self.steps = steps
    }

    /// Names the directory of a layer after its mount point, unambiguously.
    static func directory(_ path: String) -> String {
        "at"
            + path.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "/"): "+"
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    String(UnicodeScalar(byte))
                default: "_" + String(byte, radix: 16)
                }
            }.joined()
    }

    /// The file systems of the host that a sandbox shows, the outer ones first.
    private static func submounts(_ input: Input) -> [Mount] {
        var last: [String: Mount] = [:]
        for mount in input.mounts where mount.path != "/" {
            last[mount.path] = mount
        }
        let hidden = freshDirectories + masks(input)
        return last.values.filter { mount in
            (overlayTypes.contains(mount.type) || boundTypes.contains(mount.type))
                && !hidden.contains { isInside(mount.path, $0) }
        }.sorted { ($0.path.utf8.count, $0.path) < ($1.path.utf8.count, $1.path) }
    }

    /// What is hidden of the host, no mask inside of another.
    private static func masks(_ input: Input) -> [String] {
        let all = Set([input.stateDirectory] + input.configuration.masks)
        return all.filter { path in
            !freshDirectories.contains { isInside(path, $0) }
                && !all.contains { $0 != path && isInside(path, $0) }
        }.sorted()
    }

    static func isInside(_ path: String, _ directory: String) -> Bool {
        path == directory || path.hasPrefix(directory + "/")
    }

    private static func overlay(_ layer: Layer, merged: String, _ input: Input) -> [SandboxStep] {
        var steps = [
            SandboxStep(
                operation: .changeDirectory,
                target: input.nodeDirectory + "/layers/" + layer.directory
            )
        ]
        // Redirects and metadata-only copies are off: then the upper layer alone says what changed.
        let same = "index=off,redirect_dir=off,metacopy=off"
        var lower = escaped(layer.path)
        if let base = layer.base {
            // The kernel refuses a lower layer inside of another, and the base is inside of the
            // machine; so the sandbox below is put together first, as it is when it runs.
            steps.append(
                SandboxStep(
                    operation: .mount,
                    source: "aplomb",
                    target: "below",
                    type: "overlay",
                    flags: MountFlag.noDevices | MountFlag.readOnly,
                    data: "lowerdir=\(lower),upperdir=\(escaped(base)),workdir=below-work,\(same)"
                )
            )
            lower = "below"
        }
        // The upper paths are relative, so that no character of theirs needs an escape.
        var options = "lowerdir=\(lower),upperdir=upper,workdir=work,\(same)"
        if input.configuration.durability == .untilReboot { options += ",volatile" }
        steps.append(
            SandboxStep(
                operation: .mount,
                source: "aplomb",
                target: layer.path == "/" ? "merged" : merged + layer.path,
                type: "overlay",
                flags: MountFlag.noDevices,
                data: options
            )
        )
        return steps
    }

    private static func escaped(_ path: String) -> String {
        path.replacingEach("\\", "\\\\").replacingEach(":", "\\:").replacingEach(",", "\\,")
    }

    private static func readOnlyBind(_ source: String, _ target: String) -> [SandboxStep] {
        [
            SandboxStep(
                operation: .mount,
                source: source,
                target: target,
                flags: MountFlag.bind,
                isOptional: true
            ),
            SandboxStep(
                operation: .mount,
                target: target,
                flags: MountFlag.bind | MountFlag.remount | MountFlag.readOnly
                    | MountFlag.noDevices,
                isOptional: true
            ),
        ]
    }

    private static func directory(_ path: String, _ mode: UInt) -> SandboxStep {
        SandboxStep(operation: .makeDirectory, target: path, flags: mode)
    }

    /// `/proc` and `/sys`, such that a script cannot change the kernel that the host runs on.
    private static func kernelFileSystems(_ input: Input) -> [SandboxStep] {
        let strict = MountFlag.noSetuid | MountFlag.noExec | MountFlag.noDevices
        var steps = [
            SandboxStep(
                operation: .mount,
                source: "proc",
                target: "proc",
                type: "proc",
                flags: strict
            ),
            SandboxStep(
                operation: .mount,
                source: "sysfs",
                target: "sys",
                type: "sysfs",
                flags: strict | MountFlag.readOnly
            ),
        ]
        for path in input.protectedProcPaths {
            steps += readOnlyBind("proc/" + path, "proc/" + path)
        }
        if input.configuration.network == .isolated {
            // These belong to the sandbox's own network namespace.
            steps.append(
                SandboxStep(
                    operation: .mount,
                    source: "proc/sys/net",
                    target: "proc/sys/net",
                    flags: MountFlag.bind,
                    isOptional: true
                )
            )
            steps.append(
                SandboxStep(
                    operation: .mount,
                    target: "proc/sys/net",
                    flags: MountFlag.bind | MountFlag.remount,
                    isOptional: true
                )
            )
        }
        steps += bootIdentity(input)
        if input.configuration.initSystem == .systemd {
            steps.append(SandboxStep(operation: .cgroupNamespace))
            steps.append(
                SandboxStep(
                    operation: .mount,
                    source: "cgroup2",
                    target: "sys/fs/cgroup",
                    type: "cgroup2",
                    flags: strict
                )
            )
        }
        return steps
    }

    /// The node's own boot id in place of the host's.
    private static func bootIdentity(_ input: Input) -> [SandboxStep] {
        let bootID = "proc/sys/kernel/random/boot_id"
        return [
            SandboxStep(
                operation: .mount,
                source: input.nodeDirectory + "/boot-id",
                target: bootID,
                flags: MountFlag.bind
            ),
            SandboxStep(
                operation: .mount,
                target: bootID,
                flags: MountFlag.bind | MountFlag.remount | MountFlag.readOnly
            ),
        ]
    }

    private static func devices() -> [SandboxStep] {
        var steps = [
            SandboxStep(
                operation: .mount,
                source: "tmpfs",
                target: "dev",
                type: "tmpfs",
                flags: MountFlag.noSetuid,
                data: "mode=755,size=4m"
            )
        ]
        for (name, major, minor) in [
            ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9),
            ("tty", 5, 0),
        ] {
            steps.append(
                SandboxStep(
                    operation: .makeDevice,
                    target: "dev/" + name,
                    flags: 0o666,
                    data: String(major << 8 | minor)
                )
            )
        }
        steps += [
            directory("dev/pts", 0o755), directory("dev/shm", 0o1777),
            directory("dev/mqueue", 0o755),
            SandboxStep(
                operation: .mount,
                source: "devpts",
                target: "dev/pts",
                type: "devpts",
                flags: MountFlag.noSetuid | MountFlag.noExec,
                data: "newinstance,ptmxmode=0666,mode=620,gid=5"
            ),
            SandboxStep(
                operation: .mount,
                source: "tmpfs",
                target: "dev/shm",
                type: "tmpfs",
                flags: MountFlag.noSetuid | MountFlag.noDevices,
                data: "mode=1777"
            ),
            SandboxStep(
                operation: .mount,
                source: "mqueue",
                target: "dev/mqueue",
                type: "mqueue",
                flags: MountFlag.noSetuid | MountFlag.noExec | MountFlag.noDevices,
                isOptional: true
            ),
        ]
        for (name, target) in [
            ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
            ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
        ] {
            steps.append(SandboxStep(operation: .link, source: target, target: "dev/" + name))
        }
        return steps
    }

    /// `/run` and `/tmp`, empty at every start, and the state directory, hidden.
    private static func scratch(_ input: Input) -> [SandboxStep] {
        let flags = MountFlag.noSetuid | MountFlag.noDevices
        var steps = [
            SandboxStep(
                operation: .mount,
                source: "tmpfs",
                target: "run",
                type: "tmpfs",
                flags: flags,
                data: "mode=755"
            ),
            directory("run/lock", 0o1777),
            SandboxStep(
                operation: .mount,
                source: "tmpfs",
                target: "tmp",
                type: "tmpfs",
                flags: flags,
                data: "mode=1777"
            ),
        ]
        // On a file system that the sandbox does not show, there is nothing to hide.
        steps += masks(input).map { path in
            SandboxStep(
                operation: .mount,
                source: "tmpfs",
                target: String(path.dropFirst()),
                type: "tmpfs",
                flags: flags | MountFlag.noExec | MountFlag.readOnly,
                data: "mode=000,size=4k",
                isForExistingTarget: true
            )
        }
        if let (target, text) = input.resolvConf {
            let relative = String(target.dropFirst())
            var parent = ""
            for part in relative.split(separator: "/").dropLast() {
                parent += parent.isEmpty ? String(part) : "/" + part
                if parent != "run" { steps.append(directory(parent, 0o755)) }
            }
            steps.append(
                SandboxStep(operation: .write, target: relative, flags: 0o644, data: text)
            )
        }
        return steps
    }
}

extension String {
    func replacingEach(_ character: Character, _ replacement: String) -> String {
        var result = ""
        for each in self {
            if each == character { result += replacement } else { result.append(each) }
        }
        return result
    }
}
