// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
package import SystemPackage

/// A small file of state that is replaced whole and survives a pulled plug.
package enum StateFile {
    /// Reads a value; `nil` when there is no such file.
    package static func read<Value: Decodable>(
        _ type: Value.Type,
        at path: FilePath
    ) throws -> Value? {
        guard let data = FileManager.default.contents(atPath: path.string) else { return nil }
        return try JSONDecoder().decode(type, from: data)
    }

    /// Writes beside the file, forces it to disk, and moves it into place.
    package static func write(_ value: some Encodable, to path: FilePath) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let temporary = FilePath(path.string + ".new")
        let descriptor = try FileDescriptor.open(
            temporary,
            .writeOnly,
            options: [.create, .truncate],
            permissions: [.ownerReadWrite]
        )
        do {
            defer { try? descriptor.close() }
            _ = try descriptor.writeAll(try encoder.encode(value) + [UInt8(ascii: "\n")])
            guard fsync(descriptor.rawValue) == 0 else { throw Errno(rawValue: errno) }
        }
        guard rename(temporary.string, path.string) == 0 else { throw Errno(rawValue: errno) }
    }

    /// Makes a folder that only its owner may enter, and those above it.
    package static func makePrivateDirectory(_ path: FilePath) throws {
        try FileManager.default.createDirectory(
            atPath: path.string,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }
}
