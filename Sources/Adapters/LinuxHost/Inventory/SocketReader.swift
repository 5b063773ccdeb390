// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads `Custom:ListeningSocket`: TCP sockets that listen and UDP sockets that take from anybody.
///
/// The sockets are those of the calling thread's network namespace; their owners are found through
/// `/proc/*/fd` of the machine, as far as they may be read.
enum SocketReader {
    struct Socket: Hashable {
        var name: String
        var address: String
        var port: UInt16
        var inode: String
    }

    static func entries(_ context: GatherContext) throws(HostError) -> (
        entries: [[String: String]], remarks: [String]
    ) {
        var sockets: [Socket] = []
        for name in ["tcp", "tcp6", "udp", "udp6"] {
            sockets += parse(NetworkReader.threadFile(name), name)
        }
        let (owners, unreadable) = try owners(of: Set(sockets.map(\.inode)), context)
        let entries = sockets.map { socket in
            let owner = owners[socket.inode]
            return InventoryItem.entry([
                ("Protocol", socket.name), ("Address", socket.address),
                ("Port", String(socket.port)), ("Process", owner?.name ?? ""),
                ("PID", owner.map { String($0.process) } ?? ""),
            ])
        }
        let remarks =
            unreadable == 0
            ? [] : ["the open files of \(unreadable) processes may not be read: rights are missing"]
        return (entries, remarks)
    }

    /// *Source*: proc(5): `sl local_address rem_address st …`; 0A is listening, 07 unconnected.
    static func parse(_ bytes: [UInt8], _ name: String) -> [Socket] {
        TextFields.lines(bytes).dropFirst().compactMap { line in
            let words = TextFields.words(line)
            guard words.count >= 10, words[3] == (name.hasPrefix("tcp") ? "0A" : "07"),
                let colon = words[1].firstIndex(of: ":"),
                let port = UInt16(words[1][words[1].index(after: colon)...], radix: 16),
                let address = address(String(words[1][..<colon]))
            else { return nil }
            return Socket(name: name, address: address, port: port, inode: words[9])
        }
    }

    /// The words of an address are written as numbers of this machine's byte order.
    private static func address(_ text: String) -> String? {
        guard let bytes = NetworkReader.bytes(ofHexadecimal: text), bytes.count % 4 == 0 else {
            return nil
        }
        var words: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 4) {
            let word = bytes[start..<start + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            withUnsafeBytes(of: word) { words.append(contentsOf: $0) }
        }
        let family = words.count == 16 ? AF_INET6 : AF_INET
        guard words.count == 16 || words.count == 4 else { return nil }
        return words.withUnsafeBytes { NetworkReader.text(family, $0) }
    }

    private static func owners(
        of inodes: Set<String>,
        _ context: GatherContext
    ) throws(HostError) -> ([String: (process: Int, name: String)], unreadable: Int) {
        var owners: [String: (process: Int, name: String)] = [:]
        var unreadable = 0
        guard !inodes.isEmpty else { return (owners, 0) }
        let processes = try context.entries("/proc").compactMap { Int($0.text) }.sorted()
        for process in processes {
            guard owners.count < inodes.count else { break }
            let folder: HostFolder
            let names: [HostFolder.Entry]
            do throws(HostError) {
                folder = try HostFolder(context.files, "/proc/\(process)/fd")
                names = try folder.entries()
            } catch {
                // One that has ended meanwhile owns nothing.
                if error.code == .notPermitted { unreadable += 1 }
                continue
            }
            for name in names {
                guard let target = folder.target(name.name), target.hasPrefix("socket:["),
                    case let inode = String(target.dropFirst(8).dropLast()),
                    inodes.contains(inode), owners[inode] == nil
                else { continue }
                owners[inode] = (process, context.word("/proc/\(process)/comm") ?? "")
            }
        }
        return (owners, owners.count < inodes.count ? unreadable : 0)
    }
}
