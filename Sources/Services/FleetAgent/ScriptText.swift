// SPDX-License-Identifier: Apache-2.0

/// Makes a script's text what a shell expects.
enum ScriptText {
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Drops a byte order mark and carriage returns at line ends; `nil` for a text with a NUL.
    static func normalised(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard !bytes.contains(0) else { return nil }
        if bytes.starts(with: byteOrderMark) { bytes.removeFirst(byteOrderMark.count) }
        guard bytes.contains(UInt8(ascii: "\r")) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte == UInt8(ascii: "\n"), result.last == UInt8(ascii: "\r") {
                result.removeLast()
            }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
