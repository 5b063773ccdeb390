// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Reads `Custom:KernelModule`, `Custom:KernelParameter` and `AWS:InstanceDetailedInformation`.
enum KernelReader {
    // MARK: - Modules

    /// The loaded modules; a kernel without loadable modules has none.
    static func modules(_ context: GatherContext) throws(HostError) -> [[String: String]] {
        TextFields.lines(try context.settings("/proc/modules") ?? []).compactMap { line in
            let words = TextFields.words(line)
            guard words.count >= 5 else { return nil }
            let users = words[3] == "-" ? [] : words[3].split(separator: ",").map(String.init)
            return InventoryItem.entry([
                ("Name", words[0]), ("Size", words[1]),
                ("UsedBy", users.sorted().joined(separator: ",")), ("State", words[4]),
            ])
        }
    }

    // MARK: - Parameters

    /// What is looked at when nothing is declared: what hardening guides ask for.
    static let defaultParameters = [
        "fs.protected_fifos", "fs.protected_hardlinks", "fs.protected_regular",
        "fs.protected_symlinks", "fs.suid_dumpable", "kernel.dmesg_restrict",
        "kernel.kptr_restrict",
        "kernel.modules_disabled", "kernel.perf_event_paranoid", "kernel.randomize_va_space",
        "kernel.sysrq", "kernel.unprivileged_bpf_disabled", "kernel.yama.ptrace_scope",
        "net.ipv4.conf.all.accept_redirects", "net.ipv4.conf.all.accept_source_route",
        "net.ipv4.conf.all.log_martians", "net.ipv4.conf.all.rp_filter",
        "net.ipv4.conf.all.send_redirects", "net.ipv4.icmp_echo_ignore_broadcasts",
        "net.ipv4.ip_forward", "net.ipv4.tcp_syncookies", "net.ipv6.conf.all.accept_ra",
        "net.ipv6.conf.all.accept_redirects", "net.ipv6.conf.all.disable_ipv6",
        "net.ipv6.conf.all.forwarding", "vm.overcommit_memory", "vm.swappiness",
    ]

    /// The values of parameters; those that the kernel does not have are left out.
    static func parameters(
        _ names: [String],
        _ context: GatherContext
    ) -> (entries: [[String: String]], remarks: [String]) {
        var entries: [[String: String]] = []
        var remarks: [String] = []
        for name in names.isEmpty ? defaultParameters : names {
            guard let path = path(of: name) else {
                remarks.append("'\(name)' is not the name of a kernel parameter")
                continue
            }
            do throws(HostError) {
                guard let bytes = try context.settings(path) else {
                    if !names.isEmpty { remarks.append("the kernel has no parameter \(name)") }
                    continue
                }
                let value = bytes.last == 0x0A ? bytes.dropLast() : bytes[...]
                let text = String(decoding: value, as: UTF8.self)
                entries.append(InventoryItem.entry([("Name", name), ("Value", text)]))
            } catch {
                remarks.append("\(name): \(error.message)")
            }
        }
        return (entries, remarks)
    }

    /// The file of a parameter, as sysctl(8) finds it: dots part, and slashes within are dots.
    static func path(of name: String) -> String? {
        let usesSlashes = name.utf8.first { $0 == 0x2E || $0 == 0x2F } == 0x2F
        let separator: UInt8 = usesSlashes ? 0x2F : 0x2E
        let parts = name.utf8.split(separator: separator, omittingEmptySubsequences: false)
        let isName: (UInt8) -> Bool = { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x3A, 0x5F: true
            default: false
            }
        }
        var path = "/proc/sys"
        for part in parts {
            let text = String(
                decoding: usesSlashes ? Array(part) : part.map { $0 == 0x2F ? 0x2E : $0 },
                as: UTF8.self
            )
            guard !text.isEmpty, text != ".", text != "..", part.allSatisfy(isName) else {
                return nil
            }
            path += "/" + text
        }
        return parts.count < 2 ? nil : path
    }

    // MARK: - Processors

    /// The processors that are online, as `lscpu` counts them.
    static func detailedInformation(
        _ context: GatherContext
    ) throws(HostError) -> [[String: String]] {
        let info = try context.settings("/proc/cpuinfo") ?? []
        var model = ""
        var speed = ""
        for line in TextFields.lines(info) where model.isEmpty || speed.isEmpty {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let value = TextFields.text(line[line.index(after: colon)...])
            switch TextFields.text(line[..<colon]) {
            case "model name" where model.isEmpty: model = value
            case "cpu MHz" where speed.isEmpty: speed = String(value.prefix { $0 != "." })
            default: break
            }
        }
        let folder = "/sys/devices/system/cpu"
        // The speed of the moment would be another one each time: the highest, where it is known.
        if let highest = context.word("\(folder)/cpu0/cpufreq/cpuinfo_max_freq").flatMap({ Int($0) }
        ) {
            speed = String(highest / 1000)
        }
        let online = list(context.word("\(folder)/online") ?? "0")
        var sockets: Set<String> = []
        var cores: Set<String> = []
        for cpu in online {
            let topology = "\(folder)/cpu\(cpu)/topology"
            let socket = context.word("\(topology)/physical_package_id") ?? "0"
            sockets.insert(socket)
            let siblings =
                context.word("\(topology)/core_cpus_list")
                ?? context.word("\(topology)/thread_siblings_list") ?? String(cpu)
            cores.insert("\(socket) \(siblings)")
        }
        var name = utsname()
        uname(&name)
        let release = withUnsafeBytes(of: &name.release) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return [
            InventoryItem.entry([
                ("CPUModel", model), ("CPUCores", String(cores.count)),
                ("CPUs", String(online.count)), ("CPUSpeedMHz", speed),
                ("CPUSockets", String(sockets.count)),
                ("CPUHyperThreadEnabled", online.count > cores.count ? "true" : "false"),
                ("KernelVersion", release),
            ])
        ]
    }

    /// Reads a list of the kernel such as `0-3,8`, of at most 4096 numbers.
    static func list(_ text: String) -> [Int] {
        var numbers: [Int] = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { continue }
            for number in first...last where numbers.count < 4096 { numbers.append(number) }
        }
        return numbers
    }
}
