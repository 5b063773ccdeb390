// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Looks into a known_hosts file; libssh2 does the comparing of keys.
enum KnownHosts {
    /// Tells whether a plain line of the file names the host, so that a refused key is a changed
    /// one. Hashed names are not looked into: their hosts count as unknown in the wording.
    static func names(_ location: RepositoryLocation, file: String) -> Bool {
        guard let text = read(file) else { return false }
        var wanted = [location.host, "[\(location.host)]:\(location.port ?? 22)"]
        if let port = location.port, port != 22 { wanted.removeFirst() }
        for line in text.split(whereSeparator: \.isNewline) {
            guard let names = line.split(separator: " ").first, !names.hasPrefix("#") else {
                continue
            }
            for name in names.split(separator: ",") where wanted.contains(name.lowercased()) {
                return true
            }
        }
        return false
    }

    private static func read(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 8 << 20 {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
