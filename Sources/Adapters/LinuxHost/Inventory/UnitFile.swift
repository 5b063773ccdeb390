// SPDX-License-Identifier: Apache-2.0

/// A unit file of systemd with its drop-ins, as far as inventory needs it: systemd.syntax(7).
struct UnitFile {
    /// By `Section.Key`, in order; an empty assignment forgets what was before.
    private(set) var values: [String: [String]] = [:]

    mutating func read(_ bytes: [UInt8]) {
        var section = ""
        var pending = ""
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = TextFields.trimmed(line)
            if line.first == UInt8(ascii: "#") || line.first == UInt8(ascii: ";") { continue }
            if pending.isEmpty, line.isEmpty { continue }
            if pending.isEmpty, !Self.isWanted(line) { continue }
            let text = String(decoding: line, as: UTF8.self)
            if text.hasSuffix("\\") {
                pending += text.dropLast() + " "
                continue
            }
            let whole = pending + text
            pending = ""
            if whole.hasPrefix("["), whole.hasSuffix("]") {
                section = String(whole.dropFirst().dropLast())
            } else if let equals = whole.firstIndex(of: "=") {
                let key = section + "." + Self.trimmed(whole[..<equals])
                let value = Self.trimmed(whole[whole.index(after: equals)...])
                if value.isEmpty {
                    values[key] = []
                } else {
                    values[key, default: []].append(value)
                }
            }
        }
    }

    /// Whether a line is a heading, or begins as a setting that inventory asks for; cheaper than to
    /// make a text of every line.
    private static func isWanted(_ line: ArraySlice<UInt8>) -> Bool {
        line.first == UInt8(ascii: "[") || line.last == UInt8(ascii: "\\")
            || wanted.contains { line.starts(with: $0) }
    }

    private static let wanted = [
        "BindsTo", "BusName", "Description", "Exec", "On", "Requi", "Type", "Unit", "User",
    ].map { Array($0.utf8) }

    private static func trimmed(_ text: Substring) -> String {
        TextFields.text(Array(text.utf8)[...])
    }

    /// The last value of a setting.
    func last(_ key: String) -> String? { values[key]?.last }

    /// All words of a setting that is a list.
    func words(_ keys: String...) -> [String] {
        var words: [String] = []
        for key in keys {
            for value in values[key] ?? [] {
                words += value.split(separator: " ").map(String.init)
            }
        }
        return words
    }
}

/// Finds the unit files of a machine, as systemd does: the first folder with a name wins.
///
/// No process is asked: systemctl would need the bus, and answers for a booted system only.
struct UnitTable {
    struct Unit {
        var name: String
        /// Where it was read, or would be.
        var path: String
        var file: UnitFile
        var isMasked: Bool
    }

    /// *Source*: systemd.unit(5), "System Unit Search Path".
    static let folders = [
        "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
        "/run/systemd/generator.early", "/etc/systemd/system", "/run/systemd/system",
        "/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
        "/lib/systemd/system", "/run/systemd/generator.late",
    ]

    private(set) var units: [String: Unit] = [:]
    /// The names that a `.wants` or `.requires` folder holds, or that have an alias in `/etc`.
    private(set) var enabled: Set<String> = []
    /// The units that are active, where systemd runs.
    private(set) var active: Set<String> = []
    let isRunning: Bool

    private let context: GatherContext
    private let suffix: String
    private var dropIns: [String: [String]] = [:]

    init(_ suffix: String, _ context: GatherContext) throws(HostError) {
        self.context = context
        self.suffix = suffix
        // sd_booted(3).
        isRunning = try context.files.status("/run/systemd/system")?.type == .directory
        if isRunning {
            // systemd keeps a link per unit that has been started and is not inactive again.
            let mark = "invocation:"
            for entry in try context.entries("/run/systemd/units") where entry.text.hasPrefix(mark)
            {
                active.insert(String(entry.text.dropFirst(mark.count)))
            }
        }
        // On merged systems this is another name of /usr/lib.
        let isMerged = try context.files.status("/lib")?.type == .symlink
        for folder in Self.folders where !(isMerged && folder.hasPrefix("/lib/")) {
            try scan(folder)
        }
        for name in enabled.union(active) where name.hasSuffix(suffix) { instantiate(name) }
        for name in units.keys {
            for path in dropIns[name] ?? [] {
                if let bytes = try? context.settings(path) { units[name]?.file.read(bytes) }
            }
        }
        units = units.filter { !$0.key.contains("@.") }
    }

    /// Reads one unit by its name, without drop-ins; `nil` when no folder has it.
    static func unit(_ name: String, _ context: GatherContext) -> UnitFile? {
        for folder in folders {
            guard let bytes = try? context.settings("\(folder)/\(name)") else { continue }
            var file = UnitFile()
            file.read(bytes)
            return file
        }
        return nil
    }

    private mutating func scan(_ folder: String) throws(HostError) {
        for entry in try context.entries(folder) {
            let name = entry.text
            let path = "\(folder)/\(name)"
            if name.hasSuffix(".wants") || name.hasSuffix(".requires") {
                for wanted in (try? context.entries(path)) ?? [] { enabled.insert(wanted.text) }
            } else if name.hasSuffix(suffix + ".d") {
                for file in (try? context.entries(path)) ?? [] where file.text.hasSuffix(".conf") {
                    dropIns[String(name.dropLast(2)), default: []].append(path + "/" + file.text)
                }
            } else if name.hasSuffix(suffix), units[name] == nil {
                add(name, path, folder, entry)
            }
        }
    }

    private mutating func add(
        _ name: String,
        _ path: String,
        _ folder: String,
        _ entry: HostFolder.Entry
    ) {
        var unit = Unit(name: name, path: path, file: UnitFile(), isMasked: false)
        if entry.type == .symlink, let holder = try? HostFolder(context.files, folder),
            let target = holder.target(entry.name)
        {
            let last = target.split(separator: "/").last.map(String.init) ?? ""
            if target == "/dev/null" {
                unit.isMasked = true
            } else if last != name, last.hasSuffix(suffix) {
                // Another name of a unit is not another unit.
                if folder.hasPrefix("/etc/") { enabled.insert(last) }
                return
            }
        }
        if !unit.isMasked {
            guard let bytes = try? context.settings(path) else { return }
            unit.isMasked = bytes.isEmpty
            unit.file.read(bytes)
        }
        units[name] = unit
    }

    /// Adds an instance of a template, such as `getty@tty1.service`.
    private mutating func instantiate(_ name: String) {
        guard units[name] == nil, let at = name.firstIndex(of: "@"),
            let template = units[name[...at] + suffix], !name[at...].hasPrefix("@.")
        else { return }
        var unit = template
        unit.name = name
        let instance = String(name[name.index(after: at)...].dropLast(suffix.count))
        unit.file.fill("%i", with: instance)
        unit.file.fill("%I", with: instance)
        units[name] = unit
    }

    /// `Automatic`, `Manual` or `Disabled`: what Systems Manager says of services of Windows.
    func startType(of unit: Unit) -> String {
        if unit.isMasked { return "Disabled" }
        return enabled.contains(unit.name) ? "Automatic" : "Manual"
    }
}

extension UnitFile {
    /// Puts the name of the instance into the values.
    mutating func fill(_ specifier: String, with text: String) {
        values = values.mapValues { list in
            list.map { value in
                var rest = value[...]
                var result = ""
                while let at = rest.firstIndex(of: "%") {
                    result += rest[..<at]
                    let hit = rest[at...].hasPrefix(specifier)
                    result += hit ? text : String(rest[at...].prefix(2))
                    rest = rest[at...].dropFirst(2)
                }
                return result + rest
            }
        }
    }
}
