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
        /// 0 for sockets of the kernel, which no process owns.
        var inode: UInt64
    }

    static func entries(_ context: GatherContext) throws(HostError) -> (
        entries: [[String: String]], remarks: [String]
    ) {
        var sockets: [Socket] = []
        for (name, family) in [("tcp", AF_INET), ("tcp6", AF_INET6)] {
            sockets +=
                SocketDiagnostics.listeners(family) ?? parse(NetworkReader.threadFile(name), name)
        }
        for name in ["udp", "udp6"] { sockets += parse(NetworkReader.threadFile(name), name) }
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
                let address = address(String(words[1][..<colon])), let inode = UInt64(words[9])
            else { return nil }
            return Socket(name: name, address: address, port: port, inode: inode)
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
        of sockets: Set<UInt64>,
        _ context: GatherContext
    ) throws(HostError) -> ([UInt64: (process: Int, name: String)], unreadable: Int) {
        let wanted = sockets.subtracting([0])
        var owners: [UInt64: (process: Int, name: String)] = [:]
        var unreadable = 0
        guard !wanted.isEmpty else { return (owners, 0) }
        let processes = try context.entries("/proc").compactMap { Int($0.text) }.sorted()
        for process in processes {
            guard owners.count < wanted.count else { break }
            var found: Set<UInt64> = []
            do throws(HostError) {
                try HostFolder(context.files, "/proc/\(process)/fd").eachLink { target in
                    if let inode = inode(target), wanted.contains(inode) { found.insert(inode) }
                }
            } catch {
                // One that has ended meanwhile owns nothing.
                if error.code == .notPermitted { unreadable += 1 }
                continue
            }
            guard !found.isEmpty else { continue }
            let name = context.word("/proc/\(process)/comm") ?? ""
            // Of processes that share a socket, the first one is named.
            for inode in found where owners[inode] == nil { owners[inode] = (process, name) }
        }
        return (owners, owners.count < wanted.count ? unreadable : 0)
    }

    private static let mark = "socket:[".utf8.map { CChar(bitPattern: $0) }

    /// Reads `socket:[123]`.
    private static func inode(_ target: UnsafeBufferPointer<CChar>) -> UInt64? {
        guard target.count > mark.count, target.starts(with: mark) else { return nil }
        var number: UInt64 = 0
        for byte in target.dropFirst(mark.count) {
            guard (0x30...0x39).contains(byte) else { break }
            number = number &* 10 &+ UInt64(byte - 0x30)
        }
        return number
    }
}
