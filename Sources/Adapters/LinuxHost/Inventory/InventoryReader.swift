// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Reads facts and installed software of a machine.
package struct InventoryReader: Sendable {
    private let machine: Machine
    private let runner: ProcessRunner

    private static let dpkgStatus = "/var/lib/dpkg/status"

    package init(_ machine: Machine, runner: ProcessRunner) {
        self.machine = machine
        self.runner = runner
    }

    // MARK: - Software

    /// Reads `AWS:Application` (schema 1.1) from the dpkg and rpm databases.
    ///
    /// Shape: sorted by name, version and architecture; nothing when the databases are still those
    /// of `previous`. An item without entries means that the machine has no package database.
    package func applications(
        since previous: InventorySource? = nil
    ) async throws(HostError) -> (item: InventoryItem, source: InventorySource)? {
        let machine = machine
        let (source, dpkg) = try await Threads.run { () throws(HostError) in
            let files = try HostFiles(machine)
            let source = try Self.source(files)
            var dpkg: [[String: String]] = []
            if source != previous, source.files[Self.dpkgStatus] != nil {
                dpkg = DpkgStatus.applications(try files.read(Self.dpkgStatus))
            }
            return (source, dpkg)
        }
        if source == previous { return nil }
        var entries = dpkg
        if source.files.keys.contains(where: { $0 != Self.dpkgStatus }) {
            entries += try await rpmPackages()
        }
        let item = InventoryItem(
            typeName: "AWS:Application",
            schemaVersion: "1.1",
            entries: Self.sorted(entries)
        )
        return (item, source)
    }

    private static func source(_ files: HostFiles) throws(HostError) -> InventorySource {
        var identities: [String: HostFileIdentity] = [:]
        for path in [dpkgStatus] + RPMQuery.databases {
            if let status = try files.status(path) { identities[path] = status.identity }
        }
        return InventorySource(files: identities)
    }

    private func rpmPackages() async throws(HostError) -> [[String: String]] {
        var request = ProcessRequest(RPMQuery.arguments)
        request.timeout = .seconds(120)
        // Fifty thousand packages fit; more is a broken database.
        request.outputLimit = OutputLimit(headBytes: 32 << 20, tailBytes: 0)
        let result: ProcessResult
        do throws(HostError) {
            result = try await runner.run(request, on: machine)
        } catch  where error.code == .notFound {
            throw HostError(
                .notFound,
                "there is an rpm database, but no program rpm that could read it",
                remedy: "install rpm on the machine"
            )
        }
        guard result.isSuccess, !result.output.isTruncated else {
            throw HostError(.failed, "rpm -qa failed: \(result.error.text())")
        }
        return RPMQuery.applications(result.output.head)
    }

    private static func sorted(_ entries: [[String: String]]) -> [[String: String]] {
        let keyed = entries.map { entry in
            (
                ["Name", "Version", "Release", "Architecture"].map {
                    Array((entry[$0] ?? "").utf8)
                }, entry
            )
        }
        return keyed.sorted { first, second in
            for (one, other) in zip(first.0, second.0) where one != other {
                return one.lexicographicallyPrecedes(other)
            }
            return false
        }.map(\.1)
    }

    // MARK: - Facts

    /// Reads the facts.
    ///
    /// Files that are missing leave their fact empty.
    package func facts() async throws(HostError) -> MachineFacts {
        let machine = machine
        return try await Threads.run { () throws(HostError) in
            let files = try HostFiles(machine)
            let text: (String) -> String = { path in
                guard let bytes = try? files.read(path, bytesMax: 1 << 20) else { return "" }
                let text = String(decoding: bytes, as: UTF8.self)
                return String(text.drop { $0.isNewline }.prefix { !$0.isNewline })
            }
            let release =
                (try? files.read("/etc/os-release", bytesMax: 1 << 20))
                ?? (try? files.read("/usr/lib/os-release", bytesMax: 1 << 20)) ?? []
            var name = utsname()
            uname(&name)
            var facts = MachineFacts(
                hostname: Self.text(&name.nodename),
                osRelease: OSRelease(String(decoding: release, as: UTF8.self)),
                kernelRelease: Self.text(&name.release),
                architecture: Self.text(&name.machine),
                bootID: text("/proc/sys/kernel/random/boot_id"),
                machineID: text("/etc/machine-id"),
                uptimeSeconds: Int64(text("/proc/uptime").prefix { $0.isNumber }) ?? 0
            )
            switch machine {
            case .local:
                facts.ipAddress = Self.ipAddress()
            case .sandbox(let node):
                facts.hostname = node.name
                if node.configuration.network == .host { facts.ipAddress = Self.ipAddress() }
                if let process = node.process, let ticks = ProcessIdentity.startTicks(of: process) {
                    facts.uptimeSeconds -= Int64(ticks) / Int64(sysconf(Int32(_SC_CLK_TCK)))
                }
            }
            return facts
        }
    }

    private static func text<Tuple>(_ tuple: inout Tuple) -> String {
        withUnsafeBytes(of: &tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The first address that is neither loopback nor link-local, IPv4 preferred.
    private static func ipAddress() -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var version6: String?
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr,
                entry.pointee.ifa_flags & UInt32(bitPattern: loopbackFlag) == 0
            else { continue }
            let family = Int32(address.pointee.sa_family)
            guard family == AF_INET || family == AF_INET6 else { continue }
            let size =
                family == AF_INET
                ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
            var buffer = [CChar](repeating: 0, count: 64)
            let count = socklen_t(buffer.count)
            guard
                getnameinfo(
                    address,
                    socklen_t(size),
                    &buffer,
                    count,
                    nil,
                    0,
                    NI_NUMERICHOST
                ) == 0
            else { continue }
            let text = String(
                decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
                as: UTF8.self
            )
            if family == AF_INET { return text }
            if !text.hasPrefix("fe80"), version6 == nil { version6 = text }
        }
        return version6
    }

    /// `IFF_LOOPBACK`, which the C library's module shows as an enumeration.
    private static let loopbackFlag: Int32 = 0x8
}
