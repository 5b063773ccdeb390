// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads `AWS:Network`: one entry per interface other than the loopback.
///
/// Addresses come from the kernel of the calling thread's network namespace (netlink, through
/// `getifaddrs`), gateways from its routes, names of servers from files. Several are joined by
/// commas, masks in the order of the IPv4 addresses.
enum NetworkReader {
    struct Interface {
        var mac = ""
        var ipv4: [String] = []
        var masks: [String] = []
        var ipv6: [String] = []
    }

    static func entries(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        let interfaces = try interfaces()
        let gateways = gateways()
        let servers = try nameServers(context).joined(separator: ",")
        return interfaces.map { name, interface in
            InventoryItem.entry([
                ("Name", name), ("SubnetMask", interface.masks.joined(separator: ",")),
                ("Gateway", gateways[name] ?? ""),
                ("DHCPServer", dhcpServer(name, context) ?? ""),
                ("DNSServer", servers), ("MacAddress", interface.mac),
                ("IPV4", interface.ipv4.joined(separator: ",")),
                ("IPV6", interface.ipv6.joined(separator: ",")),
            ])
        }
    }

    static func interfaces() throws(HostError) -> [String: Interface] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else {
            throw HostError(errno: errno, "cannot list the network interfaces")
        }
        defer { freeifaddrs(list) }
        var interfaces: [String: Interface] = [:]
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard entry.pointee.ifa_flags & 0x8 == 0, let name = entry.pointee.ifa_name else {
                continue
            }
            var interface = interfaces[String(cString: name)] ?? Interface()
            if let address = entry.pointee.ifa_addr {
                switch Int32(address.pointee.sa_family) {
                case AF_INET:
                    interface.ipv4.append(version4(address))
                    if let mask = entry.pointee.ifa_netmask {
                        interface.masks.append(version4(mask))
                    }
                case AF_INET6: interface.ipv6.append(version6(address))
                case AF_PACKET: interface.mac = mac(address)
                default: break
                }
            }
            interfaces[String(cString: name)] = interface
        }
        return interfaces
    }

    private static func version4(_ address: UnsafeMutablePointer<sockaddr>) -> String {
        address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            withUnsafeBytes(of: $0.pointee.sin_addr) { text(AF_INET, $0) }
        }
    }

    private static func version6(_ address: UnsafeMutablePointer<sockaddr>) -> String {
        address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            withUnsafeBytes(of: $0.pointee.sin6_addr) { text(AF_INET6, $0) }
        }
    }

    private static func mac(_ address: UnsafeMutablePointer<sockaddr>) -> String {
        // struct sockaddr_ll: the length of the address at byte 11, the address from byte 12 on.
        let bytes = UnsafeRawBufferPointer(start: address, count: 20)
        let count = Int(bytes[11])
        guard count == 6 else { return "" }
        return bytes[12..<18].map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined(separator: ":")
    }

    /// Writes an address in network byte order as text.
    static func text(_ family: Int32, _ address: UnsafeRawBufferPointer) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(family, address.baseAddress, &buffer, 64) != nil else { return "" }
        return String(
            decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }

    /// The default gateway per interface, of IPv4 where there is one.
    private static func gateways() -> [String: String] {
        var gateways: [String: (address: String, metric: UInt32)] = [:]
        // Iface Destination Gateway Flags RefCnt Use Metric Mask: hexadecimal, as in memory.
        for line in TextFields.lines(threadFile("route")).dropFirst() {
            let words = TextFields.words(line)
            guard words.count >= 8, words[1] == "00000000", words[7] == "00000000",
                let gateway = UInt32(words[2], radix: 16), gateway != 0,
                let metric = UInt32(words[6])
            else { continue }
            if let known = gateways[words[0]], known.metric <= metric { continue }
            let address = withUnsafeBytes(of: gateway) { text(AF_INET, $0) }
            gateways[words[0]] = (address, metric)
        }
        var result = gateways.mapValues(\.address)
        // Destination, its length, source, its length, next hop, metric, …, name.
        for line in TextFields.lines(threadFile("ipv6_route")) {
            let words = TextFields.words(line)
            guard words.count >= 10, words[1] == "00", !words[0].contains(where: { $0 != "0" }),
                words[4].contains(where: { $0 != "0" }), result[words[9]] == nil,
                let address = bytes(ofHexadecimal: words[4]), address.count == 16
            else { continue }
            result[words[9]] = address.withUnsafeBytes { text(AF_INET6, $0) }
        }
        return result
    }

    /// A file of the network namespace in which this thread is.
    static func threadFile(_ name: String) -> [UInt8] {
        let path = "/proc/thread-self/net/" + name
        guard let file = try? Descriptor.open(path, O_RDONLY) else { return [] }
        return (try? file.readHead(path, bytes: 16 << 20)) ?? []
    }

    static func bytes(ofHexadecimal text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
            guard let byte = UInt8(pair, radix: 16) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    /// The name servers; behind the stub of systemd-resolved, those that it asks.
    private static func nameServers(_ context: GatherContext) throws(HostError) -> [String] {
        let servers = parse(try context.settings("/etc/resolv.conf") ?? [])
        guard servers == ["127.0.0.53"],
            let real = try context.settings("/run/systemd/resolve/resolv.conf")
        else { return servers }
        return parse(real)
    }

    private static func parse(_ bytes: [UInt8]) -> [String] {
        TextFields.lines(bytes).compactMap { line in
            let words = TextFields.words(line)
            return words.count >= 2 && words[0] == "nameserver" ? words[1] : nil
        }
    }

    /// Who gave the lease, from the notes of systemd-networkd or dhclient.
    private static func dhcpServer(_ interface: String, _ context: GatherContext) -> String? {
        let index = if_nametoindex(interface)
        if let lease = try? context.settings("/run/systemd/netif/leases/\(index)") {
            for line in TextFields.lines(lease) {
                let text = TextFields.text(line)
                if text.hasPrefix("SERVER_ADDRESS=") { return String(text.dropFirst(15)) }
            }
        }
        for path in [
            "/var/lib/dhcp/dhclient.\(interface).leases",
            "/var/lib/dhclient/dhclient--\(interface).lease",
        ] {
            guard let leases = try? context.settings(path) else { continue }
            let mark = "option dhcp-server-identifier "
            let last = TextFields.lines(leases).map { TextFields.text($0) }
                .last { $0.hasPrefix(mark) }
            if let last { return String(last.dropFirst(mark.count).prefix { $0 != ";" }) }
        }
        return nil
    }
}
