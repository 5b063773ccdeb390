// SPDX-License-Identifier: Apache-2.0
import Planning

/// Compares the two sides of files, within bounds for one file and for all together.
struct FileComparison {
    /// Longer texts are not compared line by line: the time grows with the square of what differs.
    private static let linesMax = 4000
    private static let diffLinesMax = 80
    private static let allDiffLinesMax = 2000
    /// A line is shown up to here.
    private static let lineBytesMax = 1000

    let before: OwnerNames
    let after: OwnerNames
    private var linesLeft = FileComparison.allDiffLinesMax

    init(before: OwnerNames, after: OwnerNames) {
        self.before = before
        self.after = after
    }

    mutating func compare(_ fact: FileFact) -> RehearsalReport.FileChange {
        var change = RehearsalReport.FileChange(
            path: fact.path,
            change: fact.change,
            type: fact.type,
            contentChanged: fact.contentChanged,
            bytesBefore: fact.bytesBefore,
            bytesAfter: fact.bytesAfter,
            modeBefore: fact.before.map { Self.octal($0.mode) },
            modeAfter: fact.after.map { Self.octal($0.mode) },
            ownerBefore: fact.before.map { before.owner($0.user, $0.group) },
            ownerAfter: fact.after.map { after.owner($0.user, $0.group) },
            targetBefore: fact.before?.target,
            targetAfter: fact.after?.target
        )
        if !fact.contentChanged {
            let differs =
                change.modeBefore != change.modeAfter || change.ownerBefore != change.ownerAfter
            change.remark = differs ? nil : "extended attributes changed"
        } else if fact.path.unicodeScalars.contains("\u{FFFD}") {
            change.remark = "a name that is no UTF-8: what changed there is not known"
        } else if fact.type == .file || fact.contentBefore != .absent {
            compareContent(of: fact, &change)
        }
        return change
    }

    private mutating func compareContent(
        of fact: FileFact,
        _ change: inout RehearsalReport.FileChange
    ) {
        let contents = [fact.contentBefore, fact.contentAfter]
        if let reason = SecretLines.reason(path: fact.path, contents) {
            change.remark = reason
        } else if contents.contains(.tooLarge) {
            change.remark = "too large to be compared line by line"
        } else if contents.contains(.leftOut) {
            change.remark = "not compared: too many files changed"
        } else if let old = Self.text(fact.contentBefore), let new = Self.text(fact.contentAfter) {
            guard linesLeft > 0 else {
                change.remark = "not shown: the report holds enough differences already"
                return
            }
            guard Self.lineCount(old) + Self.lineCount(new) <= Self.linesMax else {
                change.remark = "too large to be compared line by line"
                return
            }
            let lines = unifiedDiff(
                from: old,
                to: new,
                linesMax: min(Self.diffLinesMax, linesLeft)
            )
            linesLeft -= lines.count
            change.diff = lines.isEmpty ? nil : lines.map(Self.shown)
            if lines.isEmpty, !old.isEmpty || !new.isEmpty {
                change.remark = "the line ends differ"
            }
        } else {
            change.remark = "binary"
        }
    }

    private static func shown(_ line: String) -> String {
        guard let sign = line.first, !line.hasPrefix("@@") else { return line }
        // The sign is no part of the text, which is masked before it is cut.
        let text = SecretLines.masked(String(line.dropFirst()))
        guard text.utf8.count > lineBytesMax else { return "\(sign)\(text)" }
        let cut = text.prefix(lineBytesMax)
        return "\(sign)\(cut)… \(text.utf8.count - cut.utf8.count) more bytes"
    }

    /// The text of a side; `nil` for bytes that are none.
    private static func text(_ content: FileFact.Content) -> String? {
        switch content {
        case .absent: return ""
        case .bytes(let bytes):
            guard !bytes.contains(0) else { return nil }
            return String(validating: bytes, as: UTF8.self)
        case .tooLarge, .leftOut: return nil
        }
    }

    private static func lineCount(_ text: String) -> Int {
        text.utf8.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

/// The names of owners, as the account files have them.
struct OwnerNames {
    private let users: [UInt32: String]
    private let groups: [UInt32: String]

    init(_ records: MachineRecords) {
        users = Self.names(records.passwd)
        groups = Self.names(records.group)
    }

    func owner(_ user: UInt32, _ group: UInt32) -> String {
        "\(users[user] ?? String(user)):\(groups[group] ?? String(group))"
    }

    private static func names(_ text: String) -> [UInt32: String] {
        var names: [UInt32: String] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            guard fields.count > 2, let id = UInt32(fields[2]), names[id] == nil else { continue }
            names[id] = String(fields[0])
        }
        return names
    }
}
