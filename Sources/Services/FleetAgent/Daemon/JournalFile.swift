// SPDX-License-Identifier: Apache-2.0
import AgentJournal
import LinuxHost

/// An agent's journal on its disk.
final class JournalFile {
    /// Beyond this the history gives way to the state, once it is four times as long as that.
    private static let bytesMax = 4 << 20

    private let path: String
    private var file: AppendedFile
    private var bytes: Int

    /// Opens a journal and reads what is in it; a write that was cut short is removed.
    ///
    /// *Errors*: those of the disk. Damage is no error: what can be read is returned with it.
    init(_ path: String) throws {
        self.path = path
        file = try AppendedFile(path)
        let content = try file.readAll()
        switch JournalFraming.read(content) {
        case .records(let read, let validBytes):
            (records, isDamaged, bytes) = (read, false, validBytes)
            if validBytes < content.count { try file.truncate(to: validBytes) }
            if validBytes == 0 {
                try file.append(JournalFraming.header)
                bytes = JournalFraming.header.count
            }
        case .damaged(let read, _):
            (records, isDamaged, bytes) = (read, true, content.count)
        }
    }

    /// What was read when it was opened.
    let records: [JournalRecord]
    let isDamaged: Bool

    func append(_ record: JournalRecord, isDurable: Bool) throws {
        let encoded = try JournalFraming.encode(record)
        try file.append(encoded, isDurable: isDurable)
        bytes += encoded.count
    }

    /// Whether new work finds room on the disk.
    func hasRoom() -> Bool { file.hasRoom(for: 1 << 20) }

    /// Puts the state in the place of its history when that has grown long.
    func compact(_ state: JournalState) throws {
        guard bytes > Self.bytesMax, !isDamaged else { return }
        let content = try state.records.reduce(into: JournalFraming.header) {
            $0 += try JournalFraming.encode($1)
        }
        guard content.count * 4 < bytes else { return }
        try DurableFile.replace(path, with: content)
        file = try AppendedFile(path)
        bytes = content.count
    }
}
