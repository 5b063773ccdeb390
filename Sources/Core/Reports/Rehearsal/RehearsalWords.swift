// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
package import Rehearsals

/// The phrases of a rehearsal that its renderings share.
enum RehearsalWords {
    static func subject(_ report: RehearsalReport) -> String {
        report.association.map { "Association/\($0)" } ?? "Document/\(report.document)"
    }

    /// `would change 3 files, 1 package and 1 user`.
    static func outcome(_ report: RehearsalReport) -> String {
        var parts: [String] = []
        func add(_ count: Int, _ noun: String) {
            if count > 0 { parts.append(Words.count(count, noun)) }
        }
        add(report.files.count, "path")
        add(report.packages.count, "package")
        add(report.services.count, "service")
        add(report.users.count, "user")
        add(report.groups.count, "group")
        add(report.cron.count, "cron file")
        let change = report.changed ? "would change \(Words.list(parts))" : "would change nothing"
        return report.status == .success ? change : "\(failure(report)); until then it \(change)"
    }

    private static func failure(_ report: RehearsalReport) -> String {
        switch report.status {
        case .timedOut: "timed out in rehearsal"
        case .interrupted: "was interrupted in rehearsal"
        case .cancelled: "was cancelled in rehearsal"
        case .failed, .skipped, .success: "failed in rehearsal"
        }
    }

    static func clone(_ report: RehearsalReport) -> String {
        let of = report.clone.of == .machine ? "this machine" : "the sandbox node"
        let network = report.clone.network == .none ? "without network" : "with the host's network"
        let boot = report.clone.initializer == .systemd ? ", booted with systemd" : ""
        return "on a clone of \(of), \(network)\(boot); the node itself was not touched"
    }

    static func folded(_ report: RehearsalReport) -> String? {
        guard !report.folded.isEmpty else { return nil }
        let parts = report.folded.map { "\($0.count) of \($0.reason)" }
        return "Not listed: \(parts.joined(separator: ", "))"
    }

    static func package(_ change: RehearsalReport.PackageChange) -> String {
        let name =
            change.architecture.isEmpty
            ? change.name : "\(change.name) (\(change.architecture))"
        switch change.change {
        case .installed: return "\(name) \(change.to ?? "")"
        case .removed: return "\(name) \(change.from ?? "")"
        case .upgraded, .downgraded:
            return "\(name) \(change.from ?? "") → \(change.to ?? "")"
        }
    }

    static func account(_ change: RehearsalReport.AccountChange) -> String {
        let fields = change.fields.compactMap { field -> String? in
            switch (change.change, field.from, field.to) {
            case (.added, _, let to?): to.isEmpty ? nil : "\(field.name) \(to)"
            case (.deleted, _, _): nil
            case (_, nil, nil): "\(field.name) changed"
            default: "\(field.name) \(value(field.from)) → \(value(field.to))"
            }
        }
        return fields.joined(separator: ", ")
    }

    private static func value(_ text: String?) -> String {
        guard let text, !text.isEmpty else { return "(none)" }
        return text
    }

    /// What is to be said of a file beside its content.
    static func file(_ change: RehearsalReport.FileChange) -> String {
        var parts: [String] = []
        if change.type != .file { parts.append(change.type.rawValue) }
        if change.change == .added, let mode = change.modeAfter, let owner = change.ownerAfter {
            if change.type != .symlink { parts.append(mode) }
            parts.append(owner)
        }
        if change.change == .modified {
            if let from = change.modeBefore, let to = change.modeAfter, from != to {
                parts.append("\(from) → \(to)")
            }
            if let from = change.ownerBefore, let to = change.ownerAfter, from != to {
                parts.append("\(from) → \(to)")
            }
        }
        if change.targetBefore != change.targetAfter {
            if let from = change.targetBefore, let to = change.targetAfter {
                parts.append("leads to \(to), not \(from)")
            } else if let to = change.targetAfter {
                parts.append("leads to \(to)")
            }
        }
        if change.contentChanged, let size = size(change) { parts.append(size) }
        if let remark = change.remark { parts.append(remark) }
        return parts.joined(separator: ", ")
    }

    private static func size(_ change: RehearsalReport.FileChange) -> String? {
        switch (change.bytesBefore, change.bytesAfter) {
        case (let from?, let to?) where from != to: "\(from) → \(to) bytes"
        case (nil, let to?): Words.count(Int(to), "byte")
        case (let from?, nil): Words.count(Int(from), "byte")
        default: nil
        }
    }

    static func sign(_ change: FileFact.Change) -> String {
        switch change {
        case .added: "+"
        case .modified: "~"
        case .deleted: "-"
        }
    }

    static func sign(_ change: RehearsalReport.PackageChange.Change) -> String {
        switch change {
        case .installed: "+"
        case .removed: "-"
        case .upgraded, .downgraded: "~"
        }
    }
}

/// Writes a rehearsal as JSON.
package enum RehearsalJSONView {
    package static func render(_ report: RehearsalReport) -> String {
        ReportJSON.text(KindForm(kind: "Rehearsal", value: report))
    }
}
