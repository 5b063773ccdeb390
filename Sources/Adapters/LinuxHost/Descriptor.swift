// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Opens a place in the file system, not its content.
let openPath = Int32(APLOMB_O_PATH)

/// Owns a file descriptor and closes it.
final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// Opens a file, close-on-exec.
    static func open(
        _ path: String,
        _ flags: Int32,
        mode: mode_t = 0o600
    ) throws(HostError) -> Descriptor {
        let number = retrying { Glibc.open(path, flags | O_CLOEXEC, mode) }
        guard number >= 0 else { throw HostError(errno: errno, "cannot open \(path)") }
        return Descriptor(number)
    }

    /// Makes a pipe, close-on-exec.
    static func pipe() throws(HostError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let result = aplomb_pipe(&ends)
        guard result == 0 else { throw HostError(errno: -result, "cannot make a pipe") }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
    }

    func setNonBlocking() {
        _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
    }

    /// Reads to the end, or until `limit` bytes.
    func readAll(_ name: String, limit: Int = 1 << 30) throws(HostError) -> [UInt8] {
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(number, &status) == 0, status.st_size > 0 {
            bytes.reserveCapacity(min(limit, Int(status.st_size) + 1))
        }
        while true {
            guard bytes.count <= limit else {
                throw HostError(.exhausted, "\(name) is larger than \(limit) bytes")
            }
            let old = bytes.count
            let step = max(4096, bytes.capacity - old)
            var failure: Int32 = 0
            var count = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: step) { buffer, initialized in
                count = retrying { read(number, buffer.baseAddress, step) }
                if count < 0 { failure = errno }
                initialized = max(0, count)
            }
            guard count >= 0 else { throw HostError(errno: failure, "cannot read \(name)") }
            if count == 0 { return bytes }
            if old == 0 { bytes = chunk } else { bytes += chunk }
        }
    }

    /// Reads to the end, or the first `limit` bytes.
    ///
    /// With the size of a regular file as `expected`, one call is enough for most.
    func readHead(
        _ name: String,
        bytes limit: Int,
        expected: Int = 0
    ) throws(HostError) -> [UInt8] {
        var bytes: [UInt8] = []
        if expected > 0 {
            // One byte more shows whether it has grown.
            bytes = try readSome(name, bytes: min(limit, expected + 1))
            if bytes.count == expected { return bytes }
        }
        while bytes.count < limit {
            let chunk = try readSome(name, bytes: min(65_536, limit - bytes.count))
            if chunk.isEmpty { break }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
        }
        return bytes
    }

    /// Reads what one call gives, which is nothing at the end.
    func readSome(_ name: String, bytes limit: Int) throws(HostError) -> [UInt8] {
        var failure: Int32 = 0
        let chunk = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
            let count = retrying { read(number, buffer.baseAddress, limit) }
            if count < 0 { failure = errno }
            initialized = max(0, count)
        }
        guard failure == 0 else { throw HostError(errno: failure, "cannot read \(name)") }
        return chunk
    }

    func writeAll(_ bytes: [UInt8], _ name: String) throws(HostError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                retrying {
                    write(number, buffer.baseAddress?.advanced(by: written), bytes.count - written)
                }
            }
            guard count >= 0 else { throw HostError(errno: errno, "cannot write \(name)") }
            written += count
        }
    }
}

/// Repeats a system call that a signal interrupted.
func retrying<Result: FixedWidthInteger & SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

/// Reads a whole (small) file of this machine, or nothing.
func contents(_ path: String) -> String? {
    guard let file = try? Descriptor.open(path, O_RDONLY),
        let bytes = try? file.readAll(path, limit: 16 << 20)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes a small file of this machine in place.
func overwrite(
    _ path: String,
    with text: String,
    mode: mode_t = 0o600
) throws(HostError) {
    let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: mode)
    try file.writeAll(Array(text.utf8), path)
}

/// Makes a directory and those above it; an existing one is fine.
func makeDirectories(_ path: String, mode: mode_t) throws(HostError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw HostError(errno: errno, "cannot make the directory \(path)")
    }
    try makeDirectories(String(path[..<slash]), mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else {
        throw HostError(errno: errno, "cannot make the directory \(path)")
    }
}

/// Lists the names in a directory of this machine, sorted by their bytes.
func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
}

/// Removes a file or a whole directory of this machine, without following links or crossing into
/// another file system.
///
/// Names are bytes here: what is removed may have been named by anybody.
func removeTree(_ path: String) throws(HostError) {
    let bytes = path.utf8CString.dropLast()
    var status = stat()
    guard lstat(path, &status) == 0 else {
        if errno == ENOENT { return }
        throw HostError(errno: errno, "cannot remove \(path)")
    }
    try removeTree(Array(bytes), status, on: status.st_dev)
}

private func removeTree(_ bytes: [CChar], _ status: stat, on device: dev_t) throws(HostError) {
    let path = bytes + [0]
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    if isDirectory {
        guard status.st_dev == device else {
            throw HostError(.busy, "cannot remove \(shown(bytes)): a file system is mounted on it")
        }
        for name in rawNames(in: path) {
            let inner = bytes + [CChar(bitPattern: UInt8(ascii: "/"))] + name
            var innerStatus = stat()
            guard lstat(inner + [0], &innerStatus) == 0 else { continue }
            try removeTree(inner, innerStatus, on: device)
        }
    }
    let result = isDirectory ? rmdir(path) : unlink(path)
    if result != 0 && errno != ENOENT {
        throw HostError(errno: errno, "cannot remove \(shown(bytes))")
    }
}

private func shown(_ bytes: [CChar]) -> String {
    String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Lists the names in a directory as they are, without the final NUL.
private func rawNames(in path: [CChar]) -> [[CChar]] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [[CChar]] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
            Array(buffer.prefix { $0 != 0 }.map { CChar(bitPattern: $0) })
        }
        let dot = CChar(bitPattern: UInt8(ascii: "."))
        if name != [dot] && name != [dot, dot] { names.append(name) }
    }
    return names
}
