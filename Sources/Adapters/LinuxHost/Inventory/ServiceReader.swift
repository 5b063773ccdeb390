// SPDX-License-Identifier: Apache-2.0

/// Reads `AWS:Service` from the unit files of systemd, and `/etc/init.d` for what has none.
///
/// `Status` is `Running` for units that systemd holds active (also one-shot services that remain
/// so), else `Stopped`; where systemd does not run, none of its services does. A script of
/// `/etc/init.d` runs when the process of its PID file does.
enum ServiceReader {
    static func entries(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        let table = try UnitTable(".service", context)
        var dependents: [String: [String]] = [:]
        var dependencies: [String: [String]] = [:]
        for unit in table.units.values {
            let needed = unit.file.words("Unit.Requires", "Unit.Requisite", "Unit.BindsTo")
                .filter { $0.hasSuffix(".service") }
            guard !needed.isEmpty else { continue }
            dependencies[unit.name] = needed
            for name in Set(needed) { dependents[name, default: []].append(unit.name) }
        }
        var entries = table.units.values.map { unit in
            InventoryItem.entry([
                ("Name", short(unit.name)),
                ("DisplayName", unit.file.last("Unit.Description") ?? short(unit.name)),
                ("ServiceType", type(of: unit)),
                ("Status", table.active.contains(unit.name) ? "Running" : "Stopped"),
                ("DependentServices", list(dependents[unit.name])),
                ("ServicesDependedOn", list(dependencies[unit.name])),
                ("StartType", table.startType(of: unit)),
            ])
        }
        entries += try scripts(context, except: Set(table.units.keys.map(short)))
        return entries
    }

    private static func short(_ name: String) -> String {
        name.hasSuffix(".service") ? String(name.dropLast(8)) : name
    }

    private static func list(_ names: [String]?) -> String {
        Set(names ?? []).sorted().map(short).joined(separator: ",")
    }

    /// *Source*: systemd.service(5), "Type=": what is meant when nothing is written.
    private static func type(of unit: UnitTable.Unit) -> String {
        if unit.isMasked { return "" }
        if let type = unit.file.last("Service.Type") { return type }
        if unit.file.last("Service.BusName") != nil { return "dbus" }
        return unit.file.last("Service.ExecStart") == nil ? "oneshot" : "simple"
    }

    private static func scripts(
        _ context: GatherContext,
        except known: Set<String>
    ) throws(HostError) -> [[String: String]] {
        var started: Set<String> = []
        for level in ["/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d", "/etc/rc.d/rc3.d"] {
            for entry in try context.entries(level) where entry.name.first == UInt8(ascii: "S") {
                started.insert(String(entry.text.dropFirst().drop { $0.isNumber }))
            }
        }
        var entries: [[String: String]] = []
        for entry in try context.entries("/etc/init.d") where entry.type == .file {
            let name = entry.text
            guard !known.contains(name), !entry.isHidden, name != "README", name != "functions",
                let status = try context.files.status("/etc/init.d/\(name)"),
                status.mode & 0o111 != 0
            else { continue }
            let script = try? context.settings("/etc/init.d/\(name)")
            let mark = "# Short-Description:"
            let title = TextFields.lines(script ?? []).lazy.map { TextFields.text($0) }
                .first { $0.hasPrefix(mark) }
                .map { TextFields.text(Array($0.dropFirst(mark.count).utf8)[...]) }
            entries.append(
                InventoryItem.entry([
                    ("Name", name), ("DisplayName", title ?? name), ("ServiceType", "sysv"),
                    ("Status", isRunning(name, context) ? "Running" : "Stopped"),
                    ("StartType", started.contains(name) ? "Automatic" : "Manual"),
                ])
            )
        }
        return entries
    }

    private static func isRunning(_ name: String, _ context: GatherContext) -> Bool {
        for path in ["/run/\(name).pid", "/run/\(name)/\(name).pid"] {
            guard let word = context.word(path), let process = Int(word) else { continue }
            if context.word("/proc/\(process)/comm") != nil { return true }
        }
        return false
    }
}
