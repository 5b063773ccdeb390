// SPDX-License-Identifier: Apache-2.0

/// Reads changed unit links and unit files as what `systemctl` calls them.
///
/// *Source*: systemd.unit(5): the search path, `.wants` and `.requires` folders, links to
/// `/dev/null`; init scripts are enabled by links in `/etc/rc?.d`.
enum ServiceChanges {
    private typealias Change = RehearsalReport.ServiceChange.Change

    private static let folders = [
        "/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/",
        "/lib/systemd/system/",
    ]
    private static let kinds: Set<String> = [
        "service", "socket", "timer", "path", "mount", "automount", "swap", "target", "slice",
    ]

    static func list(_ files: [FileFact]) -> [RehearsalReport.ServiceChange] {
        var seen: Set<[String]> = []
        let all = files.compactMap { file in unit(file) ?? initScript(file) }
        return all.filter { seen.insert([$0.unit, $0.change.rawValue]).inserted }
            .sorted { ($0.unit, $0.path) < ($1.unit, $1.path) }
    }

    private static func unit(_ file: FileFact) -> RehearsalReport.ServiceChange? {
        guard let folder = folders.first(where: { file.path.hasPrefix($0) }) else { return nil }
        let parts = file.path.dropFirst(folder.count).split(separator: "/").map(String.init)
        guard let first = parts.first, parts.count <= 2 else { return nil }
        if parts.count == 1 {
            guard isUnit(first), let change = ofUnit(file) else { return nil }
            return .init(unit: first, change: change, path: file.path)
        }
        if first.hasSuffix(".wants") || first.hasSuffix(".requires"), isUnit(parts[1]) {
            let change: Change = file.change == .deleted ? .disabled : .enabled
            return .init(unit: parts[1], change: change, path: file.path)
        }
        guard first.hasSuffix(".d"), parts[1].hasSuffix(".conf") else { return nil }
        let unit = String(first.dropLast(2))
        return isUnit(unit) ? .init(unit: unit, change: .modified, path: file.path) : nil
    }

    private static func ofUnit(_ file: FileFact) -> Change? {
        let wasMasked = file.before?.target == "/dev/null"
        let isMasked = file.after?.target == "/dev/null"
        if isMasked { return wasMasked ? nil : .masked }
        if wasMasked { return .unmasked }
        let isLink = file.after?.target != nil || file.before?.target != nil
        switch file.change {
        case .added: return isLink ? .enabled : .added
        case .deleted: return isLink ? .disabled : .deleted
        case .modified: return .modified
        }
    }

    private static func isUnit(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return kinds.contains(String(name[name.index(after: dot)...]))
    }

    private static func initScript(_ file: FileFact) -> RehearsalReport.ServiceChange? {
        let parts = file.path.split(separator: "/").map(String.init)
        guard parts.count == 3, parts[0] == "etc", file.type == .symlink,
            ["rc2.d", "rc3.d", "rc4.d", "rc5.d"].contains(parts[1]), parts[2].hasPrefix("S"),
            parts[2].count > 3
        else { return nil }
        let change: Change = file.change == .deleted ? .disabled : .enabled
        return .init(unit: String(parts[2].dropFirst(3)), change: change, path: file.path)
    }
}
