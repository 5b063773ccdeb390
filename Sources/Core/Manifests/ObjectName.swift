// SPDX-License-Identifier: Apache-2.0
import Diagnostics

/// The name of an object of any kind, as plans print it: `Association/motd`.
enum ObjectName {
    /// The kinds of which providers have objects.
    static let kinds = ["Association", "Document", "Node", "ResourceGroup"]

    static var pattern: String { "^(\(kinds.joined(separator: "|")))/[A-Za-z0-9_.-]{1,128}$" }

    /// Splits a text that the rule allows.
    static func split(_ text: String) -> (kind: String, name: String)? {
        guard let slash = text.firstIndex(of: "/") else { return nil }
        return (String(text[..<slash]), String(text[text.index(after: slash)...]))
    }

    static func refuse(_ text: String) -> TextRule.Refusal? {
        guard let (kind, name) = split(text) else {
            return TextRule.Refusal(
                code: .badName,
                message: "'\(text.excerpt)' does not say which kind of object it names",
                hint: "write Kind/name, for example Association/motd"
            )
        }
        guard kinds.contains(kind) else {
            let meant = kinds.first { $0.lowercased() == kind.lowercased() }
            return TextRule.Refusal(
                code: .unknownKind,
                message: "no provider has objects of the kind '\(kind.excerpt)'",
                hint: (meant ?? nearestName(to: kind, among: kinds)).map { "did you mean '\($0)'?" }
                    ?? "kinds: \(kinds.joined(separator: ", "))"
            )
        }
        let isName =
            (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (97...122).contains(byte | 32)
                    || [45, 46, 95].contains(byte)
            }
        guard !isName else { return nil }
        return TextRule.Refusal(
            code: .badName,
            message: "'\(name.excerpt)' cannot be the name of an object",
            hint: "1 to 128 letters, digits, '_', '-' and '.'"
        )
    }
}
