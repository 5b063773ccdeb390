// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// A file that grows at its end, with room set aside so that it still grows on a full disk.
package final class AppendedFile: Sendable {
    private let path: String
    private let file: Descriptor
    /// Set aside beyond the end, and again when half of it is used.
    private static let reserve = 1 << 20

    /// Opens a file, or makes an empty one; a link in its place is refused.
    package init(_ path: String) throws(HostError) {
        self.path = path
        file = try Descriptor.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        var status = stat()
        guard fstat(file.number, &status) == 0 else {
            throw HostError(errno: errno, "cannot look at \(path)")
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
            throw HostError(.notPermitted, "\(path) is not a file of this user")
        }
        try DurableFile.syncFolder(of: path)
        guard lseek(file.number, 0, SEEK_END) >= 0 else {
            throw HostError(errno: errno, "cannot find the end of \(path)")
        }
        setAside()
    }

    package func readAll() throws(HostError) -> [UInt8] {
        guard lseek(file.number, 0, SEEK_SET) == 0 else {
            throw HostError(errno: errno, "cannot read \(path)")
        }
        return try file.readAll(path)
    }

    /// Cuts the file to a length; what follows is written there.
    package func truncate(to bytes: Int) throws(HostError) {
        guard ftruncate(file.number, off_t(bytes)) == 0,
            lseek(file.number, off_t(bytes), SEEK_SET) >= 0
        else { throw HostError(errno: errno, "cannot cut \(path)") }
        try file.sync(path)
        setAside()
    }

    /// Adds bytes at the end; on the disk when it returns, unless that was not asked for.
    package func append(_ bytes: [UInt8], isDurable: Bool = true) throws(HostError) {
        let end = lseek(file.number, 0, SEEK_CUR)
        do throws(HostError) {
            try file.writeAll(bytes, path)
            if isDurable { try file.sync(path) }
        } catch {
            // Half a record is no record: the next one must not stand behind it.
            _ = ftruncate(file.number, end)
            _ = lseek(file.number, end, SEEK_SET)
            throw error
        }
    }

    /// Whether another file of this size finds room, beside what is set aside.
    package func hasRoom(for bytes: Int) -> Bool {
        var status = statvfs()
        guard fstatvfs(file.number, &status) == 0 else { return false }
        let isReadOnly = status.f_flag & UInt(ST_RDONLY) != 0
        return !isReadOnly && UInt64(status.f_bavail) * UInt64(status.f_frsize) > UInt64(bytes)
            && (status.f_files == 0 || status.f_favail > 16)
    }

    /// Sets room aside where the file system can; where it cannot, a full disk refuses new work.
    private func setAside() {
        let end = lseek(file.number, 0, SEEK_CUR)
        _ = aplomb_set_aside(file.number, Int64(end), Int64(Self.reserve))
    }
}
