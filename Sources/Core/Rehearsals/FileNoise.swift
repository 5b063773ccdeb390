// SPDX-License-Identifier: Apache-2.0

/// Names the changes that come with nearly every change and say little: they are counted.
package enum FileNoise: String, Hashable, Sendable, CaseIterable, Codable {
    case caches
    case logs
    case temporary = "temporary files"
    /// What the lists of packages say better.
    case packageDatabase = "package database"
    /// Copies that tools keep of the account files, and locks.
    case backups = "backups and locks"
    case compiled = "compiled Python"
    /// What systemd keeps about itself.
    case systemState = "system state"

    private static let prefixes: [(String, FileNoise)] = [
        ("/var/cache", .caches), ("/root/.cache", .caches), ("/var/lib/apt/lists", .caches),
        ("/var/lib/apt/periodic", .caches), ("/var/lib/dnf", .packageDatabase),
        ("/var/log", .logs), ("/tmp", .temporary),
        ("/var/lib/dpkg", .packageDatabase), ("/var/lib/rpm", .packageDatabase),
        ("/usr/lib/sysimage/rpm", .packageDatabase), ("/var/lib/apt", .packageDatabase),
        ("/var/lib/systemd", .systemState),
    ]
    private static let exact: [String: FileNoise] = [
        "/etc/ld.so.cache": .caches, "/etc/passwd-": .backups, "/etc/group-": .backups,
        "/etc/shadow-": .backups, "/etc/gshadow-": .backups, "/etc/subuid-": .backups,
        "/etc/subgid-": .backups, "/etc/.pwd.lock": .backups, "/etc/.updated": .systemState,
        "/var/.updated": .systemState,
    ]
    private static let suffixes: [(String, FileNoise)] = [
        (".pyc", .compiled), ("/__pycache__", .compiled), ("/mime.cache", .caches),
        ("/icon-theme.cache", .caches), ("/gschemas.compiled", .caches),
    ]

    /// The kind of noise that a change at a path is; `nil` for what matters.
    package static func of(_ path: String) -> FileNoise? {
        if let known = exact[path] { return known }
        for (prefix, noise) in prefixes where path.hasPrefix(prefix) {
            let rest = path.utf8.dropFirst(prefix.utf8.count)
            if rest.isEmpty || rest.first == UInt8(ascii: "/") { return noise }
        }
        if let noise = suffixes.first(where: { path.hasSuffix($0.0) })?.1 { return noise }
        let parts = path.split(separator: "/", maxSplits: 3)
        if parts.count > 2, parts[0] == "home", parts[2] == ".cache" { return .caches }
        return nil
    }
}
