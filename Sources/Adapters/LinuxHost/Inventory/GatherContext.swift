// SPDX-License-Identifier: Apache-2.0

/// What the gatherers read: the files of one machine, on a thread within its namespaces.
struct GatherContext {
    let files: HostFiles

    /// The size from on which a file of settings is not one.
    static let settingsBytesMax = 1 << 20

    /// Reads a file of settings; `nil` when it is not there.
    ///
    /// *Errors*: of a file that is there and cannot be read.
    func settings(_ path: String) throws(HostError) -> [UInt8]? {
        try files.head(path, bytes: Self.settingsBytesMax)
    }

    /// The first line of a small file such as those below `/sys`; `nil` when it is not there.
    func word(_ path: String) -> String? {
        guard let bytes = try? files.head(path, bytes: 4096) else { return nil }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Lists a folder; one that is not there has no entries.
    func entries(_ path: String) throws(HostError) -> [HostFolder.Entry] {
        do throws(HostError) {
            return try HostFolder(files, path).entries()
        } catch  where error.code == .notFound {
            return []
        }
    }
}

/// Splits the text files of Unix, by bytes: names may hold anything but the separators.
enum TextFields {
    /// The lines without their ends.
    static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: true)
    }

    /// The words between blanks, at most `max`, the last of which is the rest of the line.
    static func words(_ line: ArraySlice<UInt8>, max: Int = .max) -> [String] {
        line.split(maxSplits: max == .max ? .max : max - 1, omittingEmptySubsequences: true) {
            $0 == 0x20 || $0 == 0x09
        }.map { text($0) }
    }

    /// The fields between colons, as in passwd(5).
    static func colons(_ line: ArraySlice<UInt8>) -> [String] {
        line.split(separator: 0x3A, omittingEmptySubsequences: false).map { text($0) }
    }

    /// Invalid UTF-8 shows as U+FFFD; blanks around are dropped.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: trimmed(bytes), as: UTF8.self)
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, isBlank(first) { bytes = bytes.dropFirst() }
        while let last = bytes.last, isBlank(last) { bytes = bytes.dropLast() }
        return bytes
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
    }
}
