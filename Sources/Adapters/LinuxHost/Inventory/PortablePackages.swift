// SPDX-License-Identifier: Apache-2.0

/// Reads what snap, flatpak and pip installed beside the distribution's packages, from their files.
///
/// *Source*: the mapping of the agent's snap gatherer; the others follow it. What only a running
/// daemon knows (a snap's publisher) is left out.
enum PortablePackages {
    private static let snaps = "/snap"
    private static let flatpaks = "/var/lib/flatpak/app"

    /// Folders whose times change with what is installed.
    static func sources(_ context: GatherContext) throws(HostError) -> [String] {
        var paths = [snaps, flatpaks, "/var/lib/flatpak/.changed"]
        paths += try snapNames(context).map { "\(snaps)/\($0)" }
        return paths + (try pythonFolders(context))
    }

    static func entries(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        var entries: [[String: String]] = []
        for name in try snapNames(context) {
            guard let bytes = try? context.settings("\(snaps)/\(name)/current/meta/snap.yaml")
            else {
                continue
            }
            entries.append(snap(bytes, name))
        }
        for entry in try context.entries(flatpaks) { entries += flatpak(entry.text, context) }
        for folder in try pythonFolders(context) {
            for entry in try context.entries(folder) where entry.text.hasSuffix(".dist-info") {
                if let found = python("\(folder)/\(entry.text)", context) { entries.append(found) }
            }
        }
        return entries
    }

    // MARK: - snap

    private static func snapNames(_ context: GatherContext) throws(HostError) -> [String] {
        try context.entries(snaps).filter { $0.type == .directory && $0.text != "bin" }.map(\.text)
    }

    private static func snap(_ bytes: [UInt8], _ folder: String) -> [String: String] {
        let fields = headers(bytes, stopsAtBlank: false)
        let name = unquoted(fields["name"] ?? folder)
        let version = unquoted(fields["version"] ?? "")
        var machine = unquoted(fields["architectures"] ?? "")
        machine = machine.filter { !"[]- ".contains($0) }
        return InventoryItem.entry([
            ("Name", name), ("Version", version), ("ApplicationType", "admin"),
            ("Architecture", Architecture.inventoryName(machine)),
            ("Summary", unquoted(fields["summary"] ?? "")),
            ("PackageId", "pkg:snap/\(name)@\(version)"),
        ])
    }

    private static func unquoted(_ text: String) -> String {
        guard let quote = text.first, quote == "'" || quote == "\"", text.last == quote,
            text.utf8.count >= 2
        else { return text }
        return String(text.dropFirst().dropLast())
    }

    // MARK: - flatpak

    private static func flatpak(_ id: String, _ context: GatherContext) -> [[String: String]] {
        let folder = "\(flatpaks)/\(id)"
        // "current" leads to architecture/branch.
        guard let current = (try? HostFolder(context.files, folder))?.target(Array("current".utf8)),
            case let parts = current.split(separator: "/").map(String.init), parts.count == 2
        else { return [] }
        let active = "\(folder)/\(current)/active"
        guard let metadata = try? context.settings("\(active)/metadata"), !metadata.isEmpty else {
            return []
        }
        var version = parts[1]
        for path in ["metainfo/\(id).metainfo.xml", "appdata/\(id).appdata.xml"] {
            let path = "\(active)/files/share/\(path)"
            if let text = try? context.settings(path), let found = release(text) {
                version = found
                break
            }
        }
        return [
            InventoryItem.entry([
                ("Name", id), ("Version", version), ("ApplicationType", "flatpak"),
                ("Architecture", Architecture.inventoryName(parts[0])),
                ("PackageId", "pkg:flatpak/\(id)@\(version)"),
            ])
        ]
    }

    /// The version of the first `<release version="…">` of AppStream metadata.
    private static func release(_ bytes: [UInt8]) -> String? {
        for tag in bytes.split(separator: UInt8(ascii: "<")) {
            let text = String(decoding: tag.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
            guard text.hasPrefix("release ") else { continue }
            let parts = text.split(separator: " version=\"", maxSplits: 1)
            return parts.count == 2 ? String(parts[1].prefix { $0 != "\"" }) : nil
        }
        return nil
    }

    // MARK: - pip

    /// Where interpreters of the system look; virtual environments are not searched for.
    private static func pythonFolders(_ context: GatherContext) throws(HostError) -> [String] {
        var folders: [String] = []
        for base in ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64"] {
            for entry in try context.entries(base) where entry.text.hasPrefix("python3") {
                folders += ["site-packages", "dist-packages"].map { "\(base)/\(entry.text)/\($0)" }
            }
        }
        return folders
    }

    /// A distribution that pip or a like program installed; packages of dpkg and rpm are theirs.
    private static func python(_ folder: String, _ context: GatherContext) -> [String: String]? {
        guard let installer = context.word("\(folder)/INSTALLER"),
            !["", "debian", "rpm", "dnf"].contains(installer),
            let bytes = try? context.files.head("\(folder)/METADATA", bytes: 64 << 10)
        else { return nil }
        let fields = headers(bytes, stopsAtBlank: true)
        guard let name = fields["name"], let version = fields["version"] else { return nil }
        return InventoryItem.entry([
            ("Name", name), ("Version", version), ("ApplicationType", "python"),
            ("Publisher", fields["author"] ?? fields["author-email"] ?? ""),
            ("URL", fields["home-page"] ?? ""), ("Summary", fields["summary"] ?? ""),
            ("PackageId", "pkg:pypi/\(name.lowercased())@\(version)"),
        ])
    }

    /// The first value of each `Name: value` line, by the name in lower case.
    private static func headers(_ bytes: [UInt8], stopsAtBlank: Bool) -> [String: String] {
        var fields: [String: String] = [:]
        var last = ""
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if stopsAtBlank, TextFields.trimmed(line).isEmpty { break }
            if line.first == 0x20 || line.first == 0x2D {
                // The first element of a list in block style stands for it.
                if fields[last] == "" { fields[last] = TextFields.text(line) }
                continue
            }
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            last = TextFields.text(line[..<colon]).lowercased()
            if fields[last] == nil {
                fields[last] = TextFields.text(line[line.index(after: colon)...])
            }
        }
        return fields
    }
}
