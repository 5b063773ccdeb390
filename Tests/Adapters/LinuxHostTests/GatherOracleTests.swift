// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import LinuxHost

extension LinuxHostTests {
    /// Each type beside what the distribution's own tool says of this machine.
    @Suite("inventory against the tools of this machine")
    struct GatherOracleTests {
        let runner: ProcessRunner
        let reader: InventoryReader

        init() throws {
            runner = try ProcessRunner()
            reader = InventoryReader(.local, runner: runner)
        }

        @Test("users equal getent and id; locks equal passwd --status")
        func users() async throws {
            let entries = try await reader.entries(.accounts, type: "Custom:User")
            let expected = try await runner.oracle("getent -s files passwd")
            #expect(entries.count == expected.count && !entries.isEmpty)
            let byName = Dictionary(
                entries.map { ($0["Name"] ?? "", $0) },
                uniquingKeysWith: { $1 }
            )
            for line in expected {
                let fields = line.components(separatedBy: ":")
                let entry = try #require(byName[fields[0]])
                #expect(
                    [entry["UID"], entry["GID"], entry["Home"], entry["Shell"]]
                        == [fields[2], fields[3], fields[5], fields[6]]
                )
                let groups = try await runner.oracle("id -Gn \(fields[0])")[0]
                #expect(
                    entry["Groups"] == groups.split(separator: " ").sorted().joined(separator: ",")
                )
            }
            guard getuid() == 0 else { return }
            for line in try await runner.oracle("passwd --status --all") {
                let words = line.split(separator: " ").map(String.init)
                #expect(byName[words[0]]?["Locked"] == (words[1] == "L" ? "true" : "false"))
            }
        }

        @Test("groups equal getent")
        func groups() async throws {
            let entries = try await reader.entries(.accounts, type: "Custom:UserGroup")
            let expected = try await runner.oracle("getent -s files group").map { line in
                let fields = line.components(separatedBy: ":")
                let members = fields[3].split(separator: ",").sorted().joined(separator: ",")
                return ["Name": fields[0], "GID": fields[2], "Members": members]
                    .filter { !$0.value.isEmpty }
            }
            #expect(Set(entries) == Set(expected) && entries.count == expected.count)
        }

        @Test("interfaces equal ip -json, default routes included", .enabled(if: has("ip")))
        func network() async throws {
            let entries = try await reader.entries(.network)
            let list = try await json("ip -json address")
            let links = list.filter { !(($0["flags"] as? [String]) ?? []).contains("LOOPBACK") }
            #expect(
                entries.map { $0["Name"] }
                    == links.map { $0["ifname"] as? String }.sorted {
                        ($0 ?? "") < ($1 ?? "")
                    }
            )
            let routes = try await json("ip -json -4 route show default")
            for link in links {
                let name = link["ifname"] as? String
                let entry = try #require(entries.first { $0["Name"] == name })
                let addresses = link["addr_info"] as? [[String: Any]] ?? []
                func locals(_ family: String) -> String? {
                    let all = addresses.filter { $0["family"] as? String == family }
                        .compactMap { $0["local"] as? String }
                    return all.isEmpty ? nil : all.joined(separator: ",")
                }
                #expect(entry["IPV4"] == locals("inet"))
                #expect(entry["IPV6"] == locals("inet6"))
                #expect(entry["MacAddress"] == link["address"] as? String)
                let route = routes.first { $0["dev"] as? String == name && $0["gateway"] != nil }
                if let route { #expect(entry["Gateway"] == route["gateway"] as? String) }
                let prefix = addresses.first { $0["family"] as? String == "inet" }?["prefixlen"]
                if let prefix = prefix as? Int {
                    let mask = prefix == 0 ? 0 : UInt32.max << (32 - UInt32(prefix))
                    let text = [24, 16, 8, 0].map { String(mask >> UInt32($0) & 255) }
                    #expect(entry["SubnetMask"]?.hasPrefix(text.joined(separator: ".")) == true)
                }
            }
        }

        private func json(_ command: String) async throws -> [[String: Any]] {
            let text = try await runner.oracle(command).joined(separator: "\n")
            let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
            return try #require(value as? [[String: Any]])
        }

        @Test("listening sockets equal ss, and their process is the one that listens")
        func sockets() async throws {
            let listeners = try Listeners()
            let entries = try await reader.entries(.listeningSockets)
            for (name, port) in [
                ("tcp", listeners.tcp), ("tcp6", listeners.tcp6), ("udp", listeners.udp),
            ] {
                let entry = try #require(
                    entries.first { $0["Protocol"] == name && $0["Port"] == String(port) }
                )
                #expect(entry["PID"] == String(getpid()))
                #expect(entry["Address"] == (name == "tcp6" ? "::1" : "127.0.0.1"))
                #expect(entry["Process"] == contents("/proc/self/comm")?.dropLast().description)
            }
            guard has("ss") else { return }
            let lines = try await runner.oracle("ss -H -l -n -t -u")
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                let port = words[4].split(separator: ":").last.map(String.init)
                // Others of this machine come and go: ours must be in both.
                guard port == String(listeners.tcp) || port == String(listeners.udp) else {
                    continue
                }
                #expect(entries.contains { $0["Port"] == port && $0["Protocol"] == words[0] })
            }
            #expect(lines.contains { $0.contains(":\(listeners.tcp) ") })
        }

        @Test("the kernel's answer about listeners and its text file name the same sockets")
        func diagnostics() throws {
            let listeners = try Listeners()
            for (name, family) in [("tcp", AF_INET), ("tcp6", AF_INET6)] {
                let answered = try #require(SocketDiagnostics.listeners(family))
                let read = SocketReader.parse(NetworkReader.threadFile(name), name)
                let port = name == "tcp" ? listeners.tcp : listeners.tcp6
                // Others of this machine come and go.
                #expect(answered.first { $0.port == port } == read.first { $0.port == port })
                #expect(answered.contains { $0.port == port && $0.inode != 0 })
            }
        }

        @Test("processors equal lscpu and uname", .enabled(if: has("lscpu")))
        func processors() async throws {
            let entry = try #require(try await reader.entries(.detailedInformation).first)
            var fields: [String: String] = [:]
            for line in try await runner.oracle("lscpu") {
                let parts = line.split(separator: ":", maxSplits: 1).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                if parts.count == 2 { fields[parts[0]] = parts[1] }
            }
            let sockets = Int(fields["Socket(s)"] ?? "") ?? 0
            let cores = sockets * (Int(fields["Core(s) per socket"] ?? "") ?? 0)
            #expect(entry["CPUModel"] == fields["Model name"])
            #expect(entry["CPUs"] == fields["CPU(s)"])
            #expect(entry["CPUSockets"] == String(sockets))
            #expect(entry["CPUCores"] == String(cores))
            let threads = fields["Thread(s) per core"]
            #expect(entry["CPUHyperThreadEnabled"] == (threads == "1" ? "false" : "true"))
            #expect(try await entry["KernelVersion"] == runner.oracle("uname -r").first)
        }

        @Test("kernel parameters equal sysctl", .enabled(if: has("sysctl")))
        func parameters() async throws {
            let names = KernelReader.defaultParameters + ["kernel.hostname", "net.ipv4.tcp_rmem"]
            let entries = try await reader.entries(.kernelParameters(names))
            #expect(entries.count > 10)
            for entry in entries {
                let name = try #require(entry["Name"])
                let value = try await runner.oracle("sysctl -n \(name)").first
                #expect(entry["Value"] == value, "\(name)")
            }
        }

        @Test("modules equal lsmod")
        func modules() async throws {
            let entries = try await reader.entries(.kernelModules)
            let lines = (try? await runner.oracle("cat /proc/modules")) ?? []
            #expect(entries.count == lines.count)
            guard has("lsmod"), !lines.isEmpty else { return }
            for line in try await runner.oracle("lsmod").dropFirst() {
                let words = line.split(separator: " ").map(String.init)
                let entry = try #require(entries.first { $0["Name"] == words[0] })
                #expect(entry["Size"] == words[1])
            }
        }

        @Test("services equal systemctl list-unit-files", .enabled(if: has("systemctl")))
        func services() async throws {
            let entries = try await reader.entries(.services)
            let byName = Dictionary(
                entries.map { ($0["Name"] ?? "", $0) },
                uniquingKeysWith: { $1 }
            )
            let lines = try await runner.oracle(
                "systemctl --root=/ list-unit-files --type=service --no-legend --no-pager"
            )
            var compared = 0
            for line in lines {
                let words = line.split(separator: " ").map(String.init)
                let name = String(words[0].dropLast(".service".count))
                guard !name.hasSuffix("@"), words[1] != "alias" else { continue }
                let entry = try #require(byName[name], "\(name)")
                switch words[1] {
                case "enabled": #expect(entry["StartType"] == "Automatic", "\(line)")
                case "masked": #expect(entry["StartType"] == "Disabled", "\(line)")
                case "disabled": #expect(entry["StartType"] == "Manual", "\(line)")
                default: #expect(entry["StartType"] != "Disabled", "\(line)")
                }
                compared += 1
            }
            #expect(compared > 10)
        }

        @Test("certificates equal openssl x509", .enabled(if: has("openssl")))
        func certificates() async throws {
            let store = "/etc/ssl/certs/ca-certificates.crt"
            let bytes = try HostFiles(.local).read(store)
            let encoded = CertificateReader.certificates(bytes)
            #expect(encoded.count > 50)
            let script = """
                awk 'BEGIN {c = "openssl x509 -noout -subject -issuer -dates -serial \
                -fingerprint -sha256 -nameopt RFC2253,-esc_msb,utf8 -dateopt iso_8601"}
                {print | c} /END CERT/ {close(c)}' \(store)
                """
            let lines = try await runner.oracle(script)
            #expect(lines.count == 6 * encoded.count)
            for (index, certificate) in encoded.enumerated() {
                let entry = try #require(CertificateReader.entry(certificate, store))
                let values = lines[(6 * index)..<(6 * index + 6)].map { line in
                    String(line[line.index(after: line.firstIndex(of: "=") ?? line.startIndex)...])
                }
                #expect(entry["Subject"] == values[0])
                #expect(entry["Issuer"] == values[1])
                let times = values[2...3].map { $0.replacingOccurrences(of: " ", with: "T") }
                #expect([entry["NotBefore"], entry["NotAfter"]] == [times[0], times[1]])
                #expect(entry["SerialNumber"] == values[4])
                let print = values[5].replacingOccurrences(of: ":", with: "").lowercased()
                #expect(entry["Fingerprint"] == print)
            }
        }

        @Test("files equal find and stat, contents equal sha256sum")
        func files() async throws {
            let scope = FileScope(path: "/etc", pattern: ["*.conf", "host*"], recursive: true)
            let entries = try await reader.entries(.files([scope]))
            // Relative links are followed where they stay below /etc.
            let script = """
                cd /etc && find . \\( -name '*.conf' -o -name 'host*' \\) \\( -type f -o -type l \\) \
                | while read -r f; do case "$(readlink "$f")" in /*) continue;; esac
                t=$(readlink -f "$f") && [ -f "$t" ] || continue
                case "$t" in /etc/*) stat -L -c '%s %Y' "$f" | tr '\\n' ' '; echo "$f";; esac; done
                """
            let expected = try await runner.oracle(script).map { line in
                let words = line.split(separator: " ", maxSplits: 2).map(String.init)
                let path = "/etc" + words[2].dropFirst()
                let folder = path[..<(path.lastIndex(of: "/") ?? path.endIndex)]
                return [
                    "Name": String(path[path.index(after: folder.endIndex)...]),
                    "InstalledDir": String(folder), "Size": words[0],
                    "ModificationTime": InventoryTime.text(secondsSince1970: Int64(words[1]) ?? 0),
                ]
            }
            #expect(Set(entries).symmetricDifference(expected) == [] && entries.count > 10)
            let contents = try await reader.entries(.fileContents([scope]))
            for entry in contents {
                let path = try #require(entry["Path"])
                let fields = try await runner.oracle(
                    "stat -L -c '%04a %U %G %s' '\(path)'; sha256sum < '\(path)'"
                )
                let known = ["Mode", "Owner", "Group", "Size"].map { entry[$0] ?? "" }
                #expect(known.joined(separator: " ") == fields[0])
                #expect(entry["SHA256"].map { $0 + "  -" } == fields[1])
            }
            #expect(contents.count == entries.count)
        }
    }
}

/// Sockets of this process that listen on the loopback.
private final class Listeners {
    private var descriptors: [Int32] = []
    private(set) var tcp: UInt16 = 0
    private(set) var tcp6: UInt16 = 0
    private(set) var udp: UInt16 = 0

    init() throws {
        tcp = try open(AF_INET, SOCK_STREAM)
        udp = try open(AF_INET, SOCK_DGRAM)
        tcp6 = try open(AF_INET6, SOCK_STREAM)
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    private func open(_ family: Int32, _ type: __socket_type) throws -> UInt16 {
        let descriptor = socket(family, Int32(type.rawValue), 0)
        try #require(descriptor >= 0)
        descriptors.append(descriptor)
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        if family == AF_INET {
            size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutableBytes(of: &address) { bytes in
                bytes.bindMemory(to: sockaddr_in.self)[0].sin_addr.s_addr = inet_addr("127.0.0.1")
            }
        } else {
            address.sin6_addr = in6addr_loopback
        }
        address.sin6_family = sa_family_t(family)
        try withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = try #require(bytes.bindMemory(to: sockaddr.self).baseAddress)
            try #require(bind(descriptor, pointer, size) == 0)
            if type == SOCK_STREAM { try #require(listen(descriptor, 1) == 0) }
            try #require(getsockname(descriptor, pointer, &size) == 0)
        }
        return UInt16(bigEndian: address.sin6_port)
    }
}
