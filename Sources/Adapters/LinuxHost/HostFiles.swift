// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc
import Synchronization

/// Describes a file of a host.
package struct HostFileStatus: Sendable, Equatable {
    package enum FileType: String, Sendable { case file, directory, symlink, other }

    package var type: FileType
    /// Permission bits, including set-user-id and the like.
    package var mode: UInt32
    package var user: UInt32
    package var group: UInt32
    package var bytes: Int64
    /// Changes whenever the content may have changed: inode, size, times.
    package var identity: HostFileIdentity
}

/// Tells whether a file is still the one that was read.
package struct HostFileIdentity: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64
    package var bytes: Int64
    package var modifiedSeconds: Int64
    package var modifiedNanoseconds: Int64
    /// Of the inode: a modification time can be set back, this cannot.
    package var changedSeconds: Int64
    package var changedNanoseconds: Int64
}

/// Reads and writes files of a host.
///
/// Paths are absolute. In a sandbox, links (also absolute ones and "..") are resolved inside it by
/// the kernel (openat2, `RESOLVE_IN_ROOT`), so that none leads to the machine that it runs on.
package struct HostFiles: Sendable {
    private let root: Descriptor
    private let isLocal: Bool
    private static let counter = Atomic<Int>(0)

    package init(_ host: Machine) throws(HostError) {
        switch host {
        case .local:
            root = try Descriptor.open("/", openPath | O_DIRECTORY)
            isLocal = true
        case .sandbox(let node):
            root = try node.root()
            isLocal = false
        }
    }

    /// Takes a folder of this machine for a root directory, as `chroot` would.
    package init(root path: String) throws(HostError) {
        root = try Descriptor.open(path, openPath | O_DIRECTORY)
        isLocal = false
    }

    /// Reads a regular file, following links.
    ///
    /// Larger ones than `bytesMax` are `exhausted`.
    package func read(_ path: String, bytesMax: Int = 64 << 20) throws(HostError) -> [UInt8] {
        // Without O_NONBLOCK a FIFO in its place would hang us.
        let file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        var status = Glibc.stat()
        guard fstat(file.number, &status) == 0 else {
            throw HostError(errno: errno, "cannot read \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HostError(.invalid, "\(path) is not a regular file")
        }
        return try file.readAll(path, limit: bytesMax)
    }

    /// Reads the beginning of a regular file, at most `bytes` of it; `nil` when it is not there.
    package func head(_ path: String, bytes: Int) throws(HostError) -> [UInt8]? {
        let file: Descriptor
        do throws(HostError) {
            file = try open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        } catch  where error.code == .notFound {
            return nil
        }
        var status = Glibc.stat()
        guard fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw HostError(.invalid, "\(path) is not a regular file")
        }
        return try file.readHead(path, bytes: bytes, expected: Int(status.st_size))
    }

    /// Replaces a file as a whole, durably: after a crash there is the old one or the new one.
    ///
    /// A link in the last place is replaced, not followed. The directory must exist.
    package func write(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o644) throws(HostError) {
        let (parent, name) = try parent(of: path)
        let number = Self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        let temporary = ".aplomb-\(getpid())-\(number).tmp"
        let descriptor = openat(
            parent.number,
            temporary,
            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
            0o600
        )
        guard descriptor >= 0 else { throw HostError(errno: errno, "cannot write \(path)") }
        let file = Descriptor(descriptor)
        do throws(HostError) {
            try file.writeAll(bytes, path)
            guard fchmod(file.number, mode) == 0, fsync(file.number) == 0,
                renameat(parent.number, temporary, parent.number, name) == 0
            else { throw HostError(errno: errno, "cannot write \(path)") }
        } catch {
            unlinkat(parent.number, temporary, 0)
            throw error
        }
        _ = fsync(parent.number)
    }

    /// Lists the names in a directory, sorted by their bytes.
    package func list(_ path: String) throws(HostError) -> [String] {
        let directory = try open(path, O_RDONLY | O_DIRECTORY)
        let copy = fcntl(directory.number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopendir(copy) else {
            throw HostError(errno: errno, "cannot list \(path)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }

    /// Describes a file; a link in the last place is described itself.
    ///
    /// Nothing when absent.
    package func status(_ path: String) throws(HostError) -> HostFileStatus? {
        let file: Descriptor
        do throws(HostError) {
            file = try open(path, openPath | O_NOFOLLOW)
        } catch  where error.code == .notFound {
            return nil
        }
        var status = Glibc.stat()
        guard fstat(file.number, &status) == 0 else {
            throw HostError(errno: errno, "cannot look at \(path)")
        }
        return HostFileStatus(status)
    }

    func open(_ path: String, _ flags: Int32) throws(HostError) -> Descriptor {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw HostError(.invalid, "\"\(path)\" is not an absolute path")
        }
        let inRoot: UInt64 = 0x10
        let noMagicLinks: UInt64 = 0x02
        let number = retrying {
            let result =
                isLocal
                ? Glibc.open(path, flags | O_CLOEXEC)
                : aplomb_openat2(
                    root.number,
                    path,
                    UInt64(UInt32(bitPattern: flags | O_CLOEXEC)),
                    0,
                    inRoot | noMagicLinks
                )
            if result < -1 { errno = -result }
            return result
        }
        guard number >= 0 else { throw HostError(errno: errno, "cannot open \(path)") }
        return Descriptor(number)
    }

    private func parent(of path: String) throws(HostError) -> (Descriptor, String) {
        guard let slash = path.lastIndex(of: "/") else {
            throw HostError(.invalid, "\"\(path)\" is not an absolute path")
        }
        let name = String(path[path.index(after: slash)...])
        guard !name.isEmpty, name != ".", name != ".." else {
            throw HostError(.invalid, "\"\(path)\" does not name a file")
        }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (try open(directory, O_RDONLY | O_DIRECTORY), name)
    }
}

extension HostFileStatus {
    init(_ status: stat) {
        let type: FileType =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .directory
            case S_IFLNK: .symlink
            default: .other
            }
        self.init(
            type: type,
            mode: status.st_mode & 0o7777,
            user: status.st_uid,
            group: status.st_gid,
            bytes: Int64(status.st_size),
            identity: HostFileIdentity(
                device: UInt64(status.st_dev),
                inode: UInt64(status.st_ino),
                bytes: Int64(status.st_size),
                modifiedSeconds: Int64(status.st_mtim.tv_sec),
                modifiedNanoseconds: Int64(status.st_mtim.tv_nsec),
                changedSeconds: Int64(status.st_ctim.tv_sec),
                changedNanoseconds: Int64(status.st_ctim.tv_nsec)
            )
        )
    }
}
