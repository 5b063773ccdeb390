// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Finds what shows through at one path of a sandbox: an entry of the layers below, as the kernel's
/// overlay merges them.
struct LowerPlace {
    /// The directories that are merged here, the uppermost first, or the one file.
    private let places: [String]

    init(_ places: [String]) { self.places = places }

    /// Where the visible entry is.
    var path: String { places.first ?? "/" }

    var status: stat? { OverlayEntry.status(path) }

    func child(_ name: String) -> LowerPlace? {
        var found: [String] = []
        for place in places {
            let path = place == "/" ? "/" + name : place + "/" + name
            guard let status = OverlayEntry.status(path) else { continue }
            if OverlayEntry.isWhiteout(status, path) { break }
            guard status.st_mode & S_IFMT == S_IFDIR else {
                // A file covers what is below it, and is not seen below a directory.
                if found.isEmpty { found = [path] }
                break
            }
            found.append(path)
            if OverlayEntry.isOpaque(path) { break }
        }
        return found.isEmpty ? nil : LowerPlace(found)
    }

    /// The visible children, sorted by the bytes of their names.
    var children: [(name: String, place: LowerPlace)] {
        guard let status, status.st_mode & S_IFMT == S_IFDIR else { return [] }
        let all = places.count == 1 ? names(in: path) : Array(Set(places.flatMap(names)))
        return all.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            .compactMap { name in child(name).map { (name, $0) } }
    }

    private func names(in path: String) -> [String] { LinuxHost.names(in: path) }
}

/// Reads the kernel's marks in a layer of an overlay.
enum OverlayEntry {
    static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    static func isWhiteout(_ status: stat, _ path: String) -> Bool {
        if status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == 0 { return true }
        // Since Linux 6.7 a whiteout can be an empty file with an attribute.
        return status.st_mode & S_IFMT == S_IFREG && status.st_size == 0
            && attribute("trusted.overlay.whiteout", path) != nil
    }

    static func isOpaque(_ path: String) -> Bool {
        attribute("trusted.overlay.opaque", path) == [UInt8(ascii: "y")]
    }

    private static func attribute(_ name: String, _ path: String) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = lgetxattr(path, name, &buffer, buffer.count)
        return count < 0 ? nil : Array(buffer.prefix(count))
    }
}
