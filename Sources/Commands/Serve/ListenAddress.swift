// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Where to listen: `127.0.0.1:8443`, `[::1]:8443`, or a port of this machine.
struct ListenAddress: ExpressibleByArgument, Hashable, CustomStringConvertible {
    var host: String
    var port: Int

    init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last, let port = UInt16(last) else { return nil }
        let host = parts.dropLast().joined(separator: ":")
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard parts.count <= 2 || isBracketed else { return nil }
        self.init(
            host: parts.count == 1
                ? "127.0.0.1" : isBracketed ? String(host.dropFirst().dropLast()) : host,
            port: Int(port)
        )
        guard !self.host.isEmpty else { return nil }
    }

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var defaultValueDescription: String { description }
}
