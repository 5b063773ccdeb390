// SPDX-License-Identifier: Apache-2.0
import Crypto

/// Reads `AWS:File` and `Custom:FileContent` of declared files.
enum FileReader {
    /// What is hashed at most, per file and in all: more is said to be left out.
    static let hashedBytesMax: Int64 = 256 << 20
    static let hashedBytesInAllMax: Int64 = 1 << 30

    /// The files with their sizes and times.
    ///
    /// The time of the last access is left out: looking would change it, and so every report.
    static func files(
        _ scopes: [FileScope],
        _ context: GatherContext
    ) throws(HostError) -> (entries: [[String: String]], remarks: [String]) {
        var entries: [[String: String]] = []
        var walk = FileWalk(context) { found, _ in
            entries.append(
                InventoryItem.entry([
                    ("Name", found.name), ("InstalledDir", found.folder),
                    ("Size", String(found.status.bytes)),
                    (
                        "ModificationTime",
                        InventoryTime.text(
                            secondsSince1970: found.status.identity.modifiedSeconds
                        )
                    ),
                ])
            )
        }
        try walk.walk(scopes)
        return (entries, walk.remarks)
    }

    /// The files with owners, modes and hashes; files that are still those of `known` are not read.
    static func contents(
        _ scopes: [FileScope],
        known: [HostFileIdentity: String],
        _ context: GatherContext
    ) throws(HostError) -> (
        entries: [[String: String]], remarks: [String], hashes: [HostFileIdentity: String]
    ) {
        let users = try names("/etc/passwd", context)
        let groups = try names("/etc/group", context)
        var entries: [[String: String]] = []
        var hashes: [HostFileIdentity: String] = [:]
        var left = hashedBytesInAllMax
        var tooLarge: [String] = []
        var walk = FileWalk(context) { found, file in
            let status = found.status
            var hash = known[status.identity]
            if hash == nil {
                if status.bytes > min(left, hashedBytesMax) {
                    tooLarge.append(found.path)
                } else {
                    left -= status.bytes
                    hash = sha256(file, found.path)
                }
            }
            hashes[status.identity] = hash
            let mode = String(status.mode, radix: 8)
            entries.append(
                InventoryItem.entry([
                    ("Path", found.path),
                    ("Mode", String(repeating: "0", count: max(0, 4 - mode.utf8.count)) + mode),
                    ("Owner", users[status.user] ?? String(status.user)),
                    ("Group", groups[status.group] ?? String(status.group)),
                    ("SHA256", hash ?? ""), ("Size", String(status.bytes)),
                ])
            )
        }
        try walk.walk(scopes)
        var remarks = walk.remarks
        if let first = tooLarge.first {
            let more = tooLarge.count == 1 ? "" : " (and \(tooLarge.count - 1) more)"
            remarks.append("\(first)\(more) is too large to be hashed")
        }
        return (entries, remarks, hashes)
    }

    private static func names(
        _ path: String,
        _ context: GatherContext
    ) throws(HostError) -> [UInt32: String] {
        var names: [UInt32: String] = [:]
        for line in TextFields.lines(try context.settings(path) ?? []) {
            let fields = TextFields.colons(line)
            guard fields.count >= 3, let id = UInt32(fields[2]), names[id] == nil else { continue }
            names[id] = fields[0]
        }
        return names
    }

    /// Hashes piece by piece; `nil` for a file that cannot be read to its end.
    private static func sha256(_ file: Descriptor, _ path: String) -> String? {
        var hash = SHA256()
        var total: Int64 = 0
        while let piece = try? file.readSome(path, bytes: 256 << 10) {
            if piece.isEmpty { return hexadecimal(hash.finalize()) }
            total += Int64(piece.count)
            // One that grows while it is read must not keep us.
            guard total <= hashedBytesMax else { return nil }
            piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return nil
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
