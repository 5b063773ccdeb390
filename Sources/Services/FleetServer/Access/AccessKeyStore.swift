// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import FleetModel
import FoundationEssentials
import Glibc

/// The access keys of a state directory: a file each, which only its owner may read.
///
/// A signature can be verified only with the secret itself, so it is kept, not a digest of it. Keys are
/// read when they are used: a key that is deleted is refused from then on, without a restart.
package struct AccessKeyStore: Sendable {
    private struct Record: Codable {
        var accessKeyId: String
        var secretAccessKey: String
        var role: AccessRole
        var description: String
        var createdAt: Timestamp
    }

    private let directory: String

    package init(stateDirectory: String) { directory = stateDirectory + "/access-keys" }

    /// Keeps a new key.
    ///
    /// *Errors*: those of the file system.
    package func insert(_ key: AccessKey) throws {
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let record = Record(
            accessKeyId: key.id,
            secretAccessKey: key.credentials.secretAccessKey,
            role: key.role,
            description: key.description,
            createdAt: key.createdAt
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(record)
        let temporary = "\(directory)/.\(key.id).new"
        _ = unlink(temporary)
        let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Self.failure(temporary) }
        do {
            defer { close(file) }
            try data.withUnsafeBytes { bytes in
                guard Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count,
                    fsync(file) == 0
                else { throw Self.failure(temporary) }
            }
        }
        guard rename(temporary, path(of: key.id)) == 0 else { throw Self.failure(temporary) }
    }

    /// The key of an id; `nil` when there is none.
    package func key(_ id: String) -> AccessKey? {
        guard AccessKey.isID(id),
            let data = FileManager.default.contents(atPath: path(of: id)),
            let record = try? JSONDecoder().decode(Record.self, from: data),
            record.accessKeyId == id
        else { return nil }
        return AccessKey(
            credentials: AWSCredentials(
                accessKeyID: record.accessKeyId,
                secretAccessKey: record.secretAccessKey
            ),
            role: record.role,
            description: record.description,
            createdAt: record.createdAt
        )
    }

    /// All keys, the oldest first.
    package func keys() -> [AccessKey] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.filter { $0.hasSuffix(".json") }.compactMap { key(String($0.dropLast(5))) }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// Deletes a key; `false` when there is none.
    ///
    /// *Errors*: those of the file system.
    package func delete(_ id: String) throws -> Bool {
        guard AccessKey.isID(id) else { return false }
        if unlink(path(of: id)) == 0 { return true }
        guard errno == ENOENT else { throw Self.failure(path(of: id)) }
        return false
    }

    private func path(of id: String) -> String { "\(directory)/\(id).json" }

    private static func failure(_ path: String) -> ServerError {
        ServerError("cannot write '\(path)': \(String(cString: strerror(errno)))")
    }
}

/// What keeps a server from starting or a key from being kept.
package struct ServerError: Error, Sendable, CustomStringConvertible {
    package var message: String
    package var hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message }
}
