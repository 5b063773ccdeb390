// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel

/// Values in the form in which they may leave the machine.
package enum Published {
    private static let secretPrefix = "spec.parameters."

    /// Whether a field may hold a secret: parameters may, whatever they are called.
    package static func maySecret(_ path: String) -> Bool { path.hasPrefix(secretPrefix) }

    /// The value, or its digest where it may be a secret.
    package static func value(_ value: String?, at path: String) -> String {
        guard let value else { return "(none)" }
        if maySecret(path) { return "sha256:" + ContentDigest(of: value).short }
        if value.hasPrefix("sha256:"), value.utf8.count == 71 { return String(value.prefix(19)) }
        return value.capped(at: 200)
    }
}
