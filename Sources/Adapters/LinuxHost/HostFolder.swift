// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// An open directory of a host: what is in it is reached from here, and never from above it.
struct HostFolder {
    /// A name in it, with its bytes as they are.
    struct Entry {
        var name: [UInt8]
        var type: HostFileStatus.FileType?

        /// Invalid UTF-8 shows as U+FFFD.
        var text: String { String(decoding: name, as: UTF8.self) }
        var isHidden: Bool { name.first == UInt8(ascii: ".") }
    }

    private let descriptor: Descriptor
    private let path: String

    init(_ files: HostFiles, _ path: String) throws(HostError) {
        descriptor = try files.open(path, O_RDONLY | O_DIRECTORY)
        self.path = path
    }

    private init(_ descriptor: Descriptor, _ path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// Lists what is in it, sorted by the bytes of the names; "." and ".." are left out.
    func entries() throws(HostError) -> [Entry] {
        // A directory that is open once is listed once: a new description starts at its beginning.
        let copy = openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw HostError(errno: errno, "cannot list \(path)")
        }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            if name == [0x2E] || name == [0x2E, 0x2E] { continue }
            entries.append(Entry(name: name, type: Self.type(entry.pointee.d_type)))
        }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private static func type(_ code: UInt8) -> HostFileStatus.FileType? {
        switch Int(code) {
        case Int(DT_REG): .file
        case Int(DT_DIR): .directory
        case Int(DT_LNK): .symlink
        case Int(DT_UNKNOWN): nil
        default: .other
        }
    }

    /// Describes an entry without following a link.
    func status(_ name: [UInt8]) -> HostFileStatus? {
        var status = stat()
        let path = Self.chars(name)
        let result = fstatat(descriptor.number, path, &status, AT_SYMLINK_NOFOLLOW)
        return result == 0 ? HostFileStatus(status) : nil
    }

    /// Where a link leads, as it is written; `nil` for what is no link.
    func target(_ name: [UInt8]) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlinkat(descriptor.number, Self.chars(name), &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(
            decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// Hands over where each link leads, as bytes, at most 63 of them, in no order.
    ///
    /// For folders with thousands of links, such as those of open files: nothing is allocated.
    func eachLink(_ body: (UnsafeBufferPointer<CChar>) -> Void) throws(HostError) {
        let copy = openat(descriptor.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw HostError(errno: errno, "cannot list \(path)")
        }
        defer { closedir(stream) }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress else { return }
            while let entry = readdir(stream) {
                let count = withUnsafePointer(to: &entry.pointee.d_name) { name in
                    name.withMemoryRebound(to: CChar.self, capacity: 256) {
                        readlinkat(descriptor.number, $0, start, 63)
                    }
                }
                if count > 0 { body(UnsafeBufferPointer(start: start, count: count)) }
            }
        }
    }

    /// Opens a folder in it, never through a link.
    func folder(_ name: [UInt8]) throws(HostError) -> HostFolder {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let number = openat(descriptor.number, Self.chars(name), flags)
        let inner = path + "/" + String(decoding: name, as: UTF8.self)
        guard number >= 0 else { throw HostError(errno: errno, "cannot open \(inner)") }
        return HostFolder(Descriptor(number), inner)
    }

    /// Opens a regular file below it; links are followed as long as they stay below.
    ///
    /// *Errors*: `notPermitted` with the number `EXDEV` for a link that leads out.
    func file(_ name: [UInt8]) throws(HostError) -> (Descriptor, HostFileStatus) {
        let shown = path + "/" + String(decoding: name, as: UTF8.self)
        // Without O_NONBLOCK a FIFO in its place would hang us.
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let beneath: UInt64 = 0x08
        let noMagicLinks: UInt64 = 0x02
        let number = aplomb_openat2(
            descriptor.number,
            Self.chars(name),
            UInt64(UInt32(bitPattern: flags)),
            0,
            beneath | noMagicLinks
        )
        guard number >= 0 else { throw HostError(errno: -number, "cannot open \(shown)") }
        let file = Descriptor(number)
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HostError(.invalid, "\(shown) is not a regular file")
        }
        return (file, HostFileStatus(status))
    }

    private static func chars(_ name: [UInt8]) -> [CChar] {
        name.map { CChar(bitPattern: $0) } + [0]
    }
}
