// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Asks the kernel for the TCP sockets that listen: sock_diag(7), as `ss` does.
///
/// `/proc/net/tcp` walks the table of all connections, which costs milliseconds on an idle machine
/// and seconds on a busy one; this walks the listeners only.
enum SocketDiagnostics {
    private static let byFamily: UInt16 = 20
    private static let done: UInt16 = 3
    private static let request: UInt16 = 0x1
    private static let dump: UInt16 = 0x300
    private static let interrupted: UInt16 = 0x10
    private static let listening: UInt32 = 1 << 10
    private static let headerBytes = 16
    private static let messageBytes = 72
    /// A reply holds 32 KiB at most: this is a million sockets.
    private static let repliesMax = 4096

    /// The listeners of one family, in the calling thread's network namespace; `nil` when the kernel
    /// does not answer, or a table changed while it was read.
    static func listeners(_ family: Int32) -> [SocketReader.Socket]? {
        let number = Glibc.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | 0o2_000_000, 4)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(number)
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        let query = query(family)
        guard send(number, query, query.count, 0) == query.count else { return nil }
        var sockets: [SocketReader.Socket] = []
        for _ in 0..<repliesMax {
            guard let reply = try? descriptor.readSome("sock_diag", bytes: 64 << 10),
                let isLast = read(reply, into: &sockets)
            else { return nil }
            if isLast { return sockets }
        }
        return nil
    }

    /// struct nlmsghdr and struct inet_diag_req_v2.
    private static func query(_ family: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        func append<Value: FixedWidthInteger>(_ value: Value) {
            withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
        }
        append(UInt32(headerBytes + 56))
        append(byFamily)
        append(request | dump)
        append(UInt32(1))
        append(UInt32(0))
        bytes += [UInt8(family), UInt8(IPPROTO_TCP), 0, 0]
        append(listening)
        bytes += [UInt8](repeating: 0, count: 48)
        return bytes
    }

    /// Reads one reply; whether it is the last one, `nil` for an error.
    private static func read(
        _ reply: [UInt8],
        into sockets: inout [SocketReader.Socket]
    ) -> Bool? {
        reply.withUnsafeBytes { bytes in
            var start = 0
            while start + headerBytes <= bytes.count {
                let length = Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self))
                let type = bytes.loadUnaligned(fromByteOffset: start + 4, as: UInt16.self)
                let flags = bytes.loadUnaligned(fromByteOffset: start + 6, as: UInt16.self)
                guard length >= headerBytes, start + length <= bytes.count,
                    flags & interrupted == 0
                else { return nil }
                if type == done { return true }
                guard type == byFamily, length >= headerBytes + messageBytes else { return nil }
                let body = bytes[(start + headerBytes)..<(start + length)]
                sockets.append(listener(UnsafeRawBufferPointer(rebasing: body)))
                start += (length + 3) & ~3
            }
            return start > 0 ? false : nil
        }
    }

    /// struct inet_diag_msg.
    private static func listener(_ body: UnsafeRawBufferPointer) -> SocketReader.Socket {
        let isVersion6 = body[0] == UInt8(AF_INET6)
        let address = UnsafeRawBufferPointer(rebasing: body[8..<(isVersion6 ? 24 : 12)])
        let inode = body.loadUnaligned(fromByteOffset: 68, as: UInt32.self)
        return SocketReader.Socket(
            name: isVersion6 ? "tcp6" : "tcp",
            address: NetworkReader.text(isVersion6 ? AF_INET6 : AF_INET, address),
            port: UInt16(body[4]) << 8 | UInt16(body[5]),
            inode: UInt64(inode)
        )
    }
}
