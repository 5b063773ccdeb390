// SPDX-License-Identifier: Apache-2.0

/// Bounds what is kept of an output stream: its first and its last bytes.
package struct OutputLimit: Sendable, Equatable {
    /// Kept from the start of the stream.
    package var headBytes: Int
    /// Kept from the end of the stream.
    package var tailBytes: Int

    package init(headBytes: Int, tailBytes: Int) {
        self.headBytes = max(0, headBytes)
        self.tailBytes = max(0, tailBytes)
    }

    /// Keeps as much as SSM keeps of standard output, half from each end.
    package static let standardOutput = OutputLimit(headBytes: 12_000, tailBytes: 12_000)
    /// Keeps as much as SSM keeps of standard error, half from each end.
    package static let standardError = OutputLimit(headBytes: 4_000, tailBytes: 4_000)
}

/// Holds what was kept of an output stream.
package struct CapturedOutput: Sendable, Equatable {
    /// The first bytes; all of them unless `isTruncated`.
    package var head: [UInt8] = []
    /// The last bytes, empty unless `isTruncated`.
    package var tail: [UInt8] = []
    /// What the process wrote, kept or not.
    package var totalBytes: Int = 0

    /// Whether bytes between head and tail are missing.
    package var isTruncated: Bool { totalBytes > head.count + tail.count }

    /// Returns the text, invalid UTF-8 replaced, with a line in place of what is missing.
    package func text(
        marker: (_ omittedBytes: Int) -> String = { "\n--- \($0) bytes omitted ---\n" }
    ) -> String {
        guard isTruncated else { return String(decoding: head + tail, as: UTF8.self) }
        let start = Self.withoutCutEnd(head)
        let end = tail.drop { $0 & 0xC0 == 0x80 }
        let omitted = totalBytes - start.count - end.count
        return String(decoding: start, as: UTF8.self) + marker(omitted)
            + String(decoding: end, as: UTF8.self)
    }

    /// Drops a character whose last bytes were cut off.
    private static func withoutCutEnd(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        var index = bytes.count - 1
        while index >= 0, index > bytes.count - 4, bytes[index] & 0xC0 == 0x80 { index -= 1 }
        guard index >= 0, bytes[index] >= 0xC0 else { return bytes[...] }
        let length = bytes[index] >= 0xF0 ? 4 : bytes[index] >= 0xE0 ? 3 : 2
        return index + length > bytes.count ? bytes[..<index] : bytes[...]
    }
}

/// Collects an output stream in constant memory.
struct OutputCapture {
    private let limit: OutputLimit
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    private var totalBytes = 0

    init(_ limit: OutputLimit) { self.limit = limit }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        totalBytes += bytes.count
        var rest = bytes[...]
        let room = limit.headBytes - head.count
        if room > 0 {
            head.append(contentsOf: rest.prefix(room))
            rest = rest.dropFirst(room)
        }
        guard !rest.isEmpty, limit.tailBytes > 0 else { return }
        tail.append(contentsOf: rest.suffix(limit.tailBytes))
        // Trimmed only now and then, so that a byte is moved about once.
        if tail.count > 2 * limit.tailBytes { tail.removeFirst(tail.count - limit.tailBytes) }
    }

    var result: CapturedOutput {
        let end = tail.suffix(limit.tailBytes)
        guard totalBytes > head.count + end.count else {
            return CapturedOutput(head: head + end, tail: [], totalBytes: totalBytes)
        }
        return CapturedOutput(head: head, tail: Array(end), totalBytes: totalBytes)
    }
}
