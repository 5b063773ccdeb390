// SPDX-License-Identifier: Apache-2.0
import CLinuxHost
import Glibc

/// Reads facts and installed software of a machine.
package struct InventoryReader: Sendable {
    let machine: Machine
    let runner: ProcessRunner

    private static let dpkgStatus = "/var/lib/dpkg/status"

    package init(_ machine: Machine, runner: ProcessRunner) {
        self.machine = machine
        self.runner = runner
    }

    // MARK: - Software

    /// Reads `AWS:Application` (schema 1.1): dpkg and rpm databases, snap, flatpak and pip.
    ///
    /// Shape: sorted by name, version and architecture; nothing when the sources are still those
    /// of `previous`. An item without entries means that the machine has no package database.
    package func applications(
        since previous: InventorySource? = nil
    ) async throws(HostError) -> (item: InventoryItem, source: InventorySource)? {
        let (source, read) = try await onThread { context throws(HostError) in
            let source = try Self.source(context)
            guard source != previous else { return (source, [[String: String]]()) }
            var entries: [[String: String]] = []
            if source.files[Self.dpkgStatus] != nil {
                entries = DpkgStatus.applications(try context.files.read(Self.dpkgStatus))
            }
            entries += try PortablePackages.entries(context)
            return (source, entries)
        }
        if source == previous { return nil }
        var entries = read
        if RPMQuery.databases.contains(where: { source.files[$0] != nil }) {
            entries += try await rpmPackages()
        }
        return (InventoryKind.application.item(entries), source)
    }

    private static func source(_ context: GatherContext) throws(HostError) -> InventorySource {
        var identities: [String: HostFileIdentity] = [:]
        let paths = [dpkgStatus] + RPMQuery.databases + (try PortablePackages.sources(context))
        for path in paths {
            guard let status = try context.files.status(path) else { continue }
            // rpm empties a write-ahead log that is empty already: that changes nothing but its time.
            if status.type == .file, status.bytes == 0 { continue }
            identities[path] = status.identity
        }
        return InventorySource(files: identities)
    }

    /// Runs a gatherer on a thread of its own, within the namespaces of the machine.
    func onThread<Value: Sendable>(
        _ body: @escaping @Sendable (GatherContext) throws(HostError) -> Value
    ) async throws(HostError) -> Value {
        let machine = machine
        return try await Threads.run { () throws(HostError) in
            if case .sandbox(let node) = machine { try node.enterKernelViews() }
            return try body(GatherContext(files: try HostFiles(machine)))
        }
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
