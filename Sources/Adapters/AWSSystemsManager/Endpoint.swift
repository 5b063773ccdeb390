// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Where requests go.
struct Endpoint: Hashable, Sendable {
    /// Without a slash at its end.
    let url: String
    /// What the `Host` header says.
    let host: String

    /// Reads `https://host:port`; `nil` for what is no such address, or says more.
    init?(_ text: String) {
        guard let parsed = URL(string: text), let scheme = parsed.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let name = parsed.host(), !name.isEmpty,
            ["", "/"].contains(parsed.path()), parsed.query() == nil, parsed.user() == nil
        else { return nil }
        let bracketed = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        let port = parsed.port.map { ":\($0)" } ?? ""
        // The port that everybody means is not written, on the wire neither.
        let isStandard = parsed.port == (scheme == "https" ? 443 : 80)
        host = bracketed + (isStandard ? "" : port)
        url = "\(scheme)://\(bracketed)\(port)"
    }
}
