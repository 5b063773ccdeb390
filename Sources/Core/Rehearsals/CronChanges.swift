// SPDX-License-Identifier: Apache-2.0

/// Reads changed crontabs and scripts that cron runs.
///
/// *Source*: cron(8): where Debian and Red Hat keep them.
enum CronChanges {
    private static let folders = [
        "/etc/cron.d/", "/etc/cron.hourly/", "/etc/cron.daily/", "/etc/cron.weekly/",
        "/etc/cron.monthly/", "/var/spool/cron/",
    ]
    private static let linesMax = 20

    static func list(_ files: [FileFact]) -> [RehearsalReport.CronChange] {
        files.filter { file in
            file.type != .directory
                && (file.path == "/etc/crontab" || file.path == "/etc/anacrontab"
                    || folders.contains { file.path.hasPrefix($0) })
        }.map { file in
            let old = jobs(file.contentBefore), new = jobs(file.contentAfter)
            let isTable =
                file.path.hasSuffix("crontab") || file.path.hasPrefix("/etc/cron.d/")
                || file.path.hasPrefix("/var/spool/cron/")
            return RehearsalReport.CronChange(
                path: file.path,
                change: file.change,
                added: isTable ? shown(new.filter { !old.contains($0) }) : [],
                removed: isTable ? shown(old.filter { !new.contains($0) }) : []
            )
        }
    }

    private static func jobs(_ content: FileFact.Content) -> [String] {
        guard case .bytes(let bytes) = content else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.contains { $0 != " " && $0 != "\t" } && !$0.hasPrefix("#") }
    }

    private static func shown(_ lines: [String]) -> [String] {
        let shown = lines.prefix(linesMax).map(SecretLines.masked)
        return lines.count > linesMax ? shown + ["… \(lines.count - linesMax) more lines"] : shown
    }
}
