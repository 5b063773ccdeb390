// SPDX-License-Identifier: Apache-2.0

/// Describes a mount, as a line of `/proc/self/mountinfo` does.
struct Mount: Equatable, Sendable {
    /// The directory of the file system that is mounted here.
    var root: String
    /// Where it is mounted.
    var path: String
    /// Such as "ext4".
    var type: String
    /// Options of this mount and of its file system.
    var options: [String]
}

/// Reads `/proc/self/mountinfo`, in mount order.
enum MountTable {
    static func parse(_ text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count >= 10, let dash = fields.dropFirst(6).firstIndex(of: "-"),
                fields.count > dash + 3
            else { return nil }
            return Mount(
                root: unescape(fields[3]),
                path: unescape(fields[4]),
                type: String(fields[dash + 1]),
                options: (fields[5].split(separator: ",") + fields[dash + 3].split(separator: ","))
                    .map(String.init)
            )
        }
    }

    /// Undoes the octal escapes of space, tab, newline and backslash.
    private static func unescape(_ field: Substring) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return String(field) }
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                digits.allSatisfy({ (0x30...0x37).contains($0) })
            {
                bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
