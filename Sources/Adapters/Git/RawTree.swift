// SPDX-License-Identifier: Apache-2.0

/// Reads the bytes of a tree object, as they are.
///
/// libgit2's own view hides what we must see, such as the order and repetition of entries (F-08),
/// and costs one call an entry.
struct RawTree {
    /// One entry: positions in the bytes of the tree.
    struct Entry {
        let mode: UInt32
        let start: Int
        let nameStart: Int
        let nameEnd: Int

        /// One past the last byte of the entry.
        var end: Int { nameEnd + 1 + ObjectID.byteCount }
        var isFolder: Bool { mode == Mode.folder }
    }

    /// The modes that git knows.
    enum Mode {
        static let folder: UInt32 = 0o040000
        static let file: UInt32 = 0o100644
        static let groupWritableFile: UInt32 = 0o100664
        static let executable: UInt32 = 0o100755
        static let symlink: UInt32 = 0o120000
        static let submodule: UInt32 = 0o160000
    }

    let bytes: [UInt8]
    let entries: [Entry]

    static let empty = RawTree(bytes: [], entries: [])

    private init(bytes: [UInt8], entries: [Entry]) {
        self.bytes = bytes
        self.entries = entries
    }

    /// Parses a tree; nil when the bytes are not a list of entries.
    init?(_ bytes: [UInt8]) {
        var entries: [Entry] = []
        entries.reserveCapacity(bytes.count / 36)
        var position = 0
        let count = bytes.count
        while position < count {
            let start = position
            var mode: UInt32 = 0
            while position < count, bytes[position] != UInt8(ascii: " ") {
                let digit = bytes[position]
                guard (48...55).contains(digit), position - start < 7 else { return nil }
                mode = mode << 3 | UInt32(digit - 48)
                position += 1
            }
            guard position > start, position < count else { return nil }
            let nameStart = position + 1
            position = nameStart
            while position < count, bytes[position] != 0 { position += 1 }
            let entry = Entry(mode: mode, start: start, nameStart: nameStart, nameEnd: position)
            guard entry.end <= count else { return nil }
            entries.append(entry)
            position = entry.end
        }
        self.bytes = bytes
        self.entries = entries
    }

    func name(_ entry: Entry) -> ArraySlice<UInt8> {
        bytes[entry.nameStart..<entry.nameEnd]
    }

    func text(_ entry: Entry) -> String {
        String(decoding: name(entry), as: UTF8.self)
    }

    /// The id, whose 20 bytes are there by construction.
    func id(_ entry: Entry) -> ObjectID {
        ObjectID(words: bytes, at: entry.nameEnd + 1)
    }

    /// Finds an entry by name, whether file or folder; trees are sorted, so by halves.
    func find(_ name: [UInt8]) -> Int? {
        for isFolder in [false, true] {
            let index = position(name[...], isFolder: isFolder)
            if index < entries.count, entries[index].isFolder == isFolder,
                self.name(entries[index]).elementsEqual(name)
            {
                return index
            }
        }
        return nil
    }

    /// The first position whose entry is not before the given name in git's order.
    func position(_ name: ArraySlice<UInt8>, isFolder: Bool) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            let entry = entries[middle]
            if Self.isBefore(self.name(entry), entry.isFolder, name, isFolder) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Git's order: bytes, where the name of a folder ends with a slash.
    static func isBefore(
        _ left: ArraySlice<UInt8>,
        _ leftIsFolder: Bool,
        _ right: ArraySlice<UInt8>,
        _ rightIsFolder: Bool
    ) -> Bool {
        var leftIndex = left.startIndex
        var rightIndex = right.startIndex
        while leftIndex < left.endIndex, rightIndex < right.endIndex {
            if left[leftIndex] != right[rightIndex] { return left[leftIndex] < right[rightIndex] }
            leftIndex += 1
            rightIndex += 1
        }
        let slash = UInt8(ascii: "/")
        let leftNext =
            leftIndex < left.endIndex ? left[leftIndex] : (leftIsFolder ? slash : 0)
        let rightNext =
            rightIndex < right.endIndex ? right[rightIndex] : (rightIsFolder ? slash : 0)
        return leftNext < rightNext
    }
}

extension ObjectID {
    /// Reads an id from 20 bytes within an array; the caller has checked that they are there.
    init(words bytes: [UInt8], at start: Int) {
        self.init(unchecked: bytes[start..<start + Self.byteCount])
    }
}
