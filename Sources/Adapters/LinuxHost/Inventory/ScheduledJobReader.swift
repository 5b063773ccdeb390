// SPDX-License-Identifier: Apache-2.0

/// Reads `Custom:ScheduledJob`: crontabs, the folders of cron, anacron, and timers of systemd.
enum ScheduledJobReader {
    static func entries(_ context: GatherContext) throws(HostError) -> (
        entries: [[String: String]], remarks: [String]
    ) {
        var entries: [[String: String]] = []
        var remarks: [String] = []
        for table in try tables(context) {
            do throws(HostError) {
                guard let bytes = try context.settings(table.path) else { continue }
                entries += cronJobs(bytes, path: table.path, user: table.user)
            } catch {
                remarks.append("\(table.path): \(error.message)")
            }
        }
        for (folder, schedule) in [
            ("hourly", "@hourly"), ("daily", "@daily"), ("weekly", "@weekly"),
            ("monthly", "@monthly"),
        ] {
            let path = "/etc/cron.\(folder)"
            for entry in try context.entries(path) where isRunByParts(entry.text) {
                guard let status = try context.files.status("\(path)/\(entry.text)"),
                    status.type != .directory, status.mode & 0o111 != 0
                else { continue }
                entries.append(
                    job(entry.text, "cron", schedule, "root", "\(path)/\(entry.text)", path)
                )
            }
        }
        if let bytes = try context.settings("/etc/anacrontab") { entries += anacronJobs(bytes) }
        entries += try timers(context)
        return (entries, remarks)
    }

    private static func job(
        _ name: String,
        _ kind: String,
        _ schedule: String,
        _ user: String,
        _ command: String,
        _ source: String
    ) -> [String: String] {
        InventoryItem.entry([
            ("Name", name), ("Kind", kind), ("Schedule", schedule), ("User", user),
            ("Command", command), ("Source", source),
        ])
    }

    // MARK: - cron

    /// The crontabs, with the user where the table itself does not name one per line.
    private static func tables(
        _ context: GatherContext
    ) throws(HostError) -> [(path: String, user: String?)] {
        var tables: [(path: String, user: String?)] = [("/etc/crontab", nil)]
        for entry in try context.entries("/etc/cron.d") where isRunByParts(entry.text) {
            tables.append(("/etc/cron.d/\(entry.text)", nil))
        }
        for folder in ["/var/spool/cron/crontabs", "/var/spool/cron"] {
            for entry in try context.entries(folder) where entry.type != .directory {
                guard !entry.isHidden else { continue }
                tables.append(("\(folder)/\(entry.text)", entry.text))
            }
        }
        return tables
    }

    /// *Source*: run-parts(8) and cron(8): other names are passed over, such as `job.dpkg-old`.
    private static func isRunByParts(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }

    /// *Source*: crontab(5).
    ///
    /// Without a user of the table, the word after the times names him.
    static func cronJobs(_ bytes: [UInt8], path: String, user: String?) -> [[String: String]] {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        var jobs: [[String: String]] = []
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = TextFields.trimmed(line)
            guard let first = line.first, first != UInt8(ascii: "#"), !isAssignment(line) else {
                continue
            }
            let times = first == UInt8(ascii: "@") ? 1 : 5
            let count = times + (user == nil ? 2 : 1)
            let words = TextFields.words(line, max: count)
            guard words.count == count, let command = words.last else { continue }
            jobs.append(
                job(
                    "\(file):\(index + 1)",
                    "cron",
                    words.prefix(times).joined(separator: " "),
                    user ?? words[times],
                    command,
                    path
                )
            )
        }
        return jobs
    }

    /// Whether a line sets a variable: a name and an equals sign before any field of times could.
    private static func isAssignment(_ line: ArraySlice<UInt8>) -> Bool {
        guard let equals = line.firstIndex(of: 0x3D) else { return false }
        let name = TextFields.trimmed(line[..<equals])
        guard let first = name.first, first < 0x30 || first > 0x39, first != 0x2A, first != 0x40
        else { return false }
        return !name.contains { $0 == 0x20 || $0 == 0x09 }
    }

    /// *Source*: anacrontab(5): period in days, delay, name, command.
    private static func anacronJobs(_ bytes: [UInt8]) -> [[String: String]] {
        TextFields.lines(bytes).compactMap { line in
            let line = TextFields.trimmed(line)
            guard line.first != UInt8(ascii: "#"), !isAssignment(line) else { return nil }
            let words = TextFields.words(line, max: 4)
            guard words.count == 4 else { return nil }
            let schedule = words[0].hasPrefix("@") ? words[0] : "every \(words[0]) days"
            return job(words[2], "anacron", schedule, "root", words[3], "/etc/anacrontab")
        }
    }

    // MARK: - Timers

    private static func timers(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        let timers = try UnitTable(".timer", context)
        return timers.units.values.compactMap { unit in
            // A timer that nothing starts is no job.
            guard !unit.isMasked,
                timers.enabled.contains(unit.name) || timers.active.contains(unit.name)
            else { return nil }
            let schedule = [
                "OnCalendar", "OnBootSec", "OnStartupSec", "OnActiveSec", "OnUnitActiveSec",
                "OnUnitInactiveSec",
            ].flatMap { key in
                (unit.file.values["Timer." + key] ?? []).map { "\(key)=\($0)" }
            }
            let target = unit.file.last("Timer.Unit") ?? unit.name.dropLast(6) + ".service"
            let service = UnitTable.unit(target, context)
            return job(
                unit.name,
                "timer",
                schedule.joined(separator: "; "),
                service?.last("Service.User") ?? "root",
                service?.values["Service.ExecStart"]?.joined(separator: "; ") ?? target,
                unit.path
            )
        }
    }
}
