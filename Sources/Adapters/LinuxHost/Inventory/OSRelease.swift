// SPDX-License-Identifier: Apache-2.0

/// Reads os-release(5): shell-like assignments.
package struct OSRelease: Sendable, Equatable {
    package var fields: [String: String]

    /// Such as "Debian GNU/Linux"; "Linux" is the default of os-release(5).
    package var name: String { fields["NAME"] ?? "Linux" }
    /// Such as "12"; empty on rolling distributions.
    package var version: String { fields["VERSION_ID"] ?? "" }
    /// Such as "debian".
    package var id: String { fields["ID"] ?? "linux" }

    package init(_ text: String) {
        fields = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "="), !line.hasPrefix("#") else { continue }
            fields[String(line[..<equals])] = Self.unquote(line[line.index(after: equals)...])
        }
    }

    private static func unquote(_ value: Substring) -> String {
        guard let quote = value.first, quote == "\"" || quote == "'" else { return String(value) }
        var result = ""
        var escaped = false
        for character in value.dropFirst() {
            if escaped {
                result.append(character)
                escaped = false
            } else if character == "\\" && quote == "\"" {
                escaped = true
            } else if character == quote {
                break
            } else {
                result.append(character)
            }
        }
        return result
    }
}
