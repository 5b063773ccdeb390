// SPDX-License-Identifier: Apache-2.0

/// The files that AWS's clients share: sections of a name, with settings.
///
/// *Source*: "Shared config and credentials files": `[profile x]` in the one, `[x]` in the other, `[default]` in
/// both. Lines that are indented belong to a service and are skipped.
struct SharedConfiguration: Hashable, Sendable {
    private var profiles: [String: [String: String]] = [:]

    enum Kind: Sendable { case config, credentials }

    init() {}

    init(_ text: String, _ kind: Kind) {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else {
                continue
            }
            let content = Self.trimmed(line)
            if content.hasPrefix("["), let end = content.firstIndex(of: "]") {
                section = Self.profile(Self.trimmed(content[..<end].dropFirst()), kind)
                continue
            }
            guard let section, let equals = content.firstIndex(of: "=") else { continue }
            let name = Self.trimmed(content[..<equals]).lowercased()
            let value = Self.trimmed(content[content.index(after: equals)...])
            profiles[section, default: [:]][name] = String(value)
        }
    }

    /// The settings of a profile; `nil` when there is none of that name.
    subscript(profile: String) -> [String: String]? { profiles[profile] }

    /// Adds the settings of another file, which win.
    mutating func merge(_ other: SharedConfiguration) {
        for (profile, settings) in other.profiles {
            profiles[profile, default: [:]].merge(settings) { $1 }
        }
    }

    private static func profile(_ section: Substring, _ kind: Kind) -> String? {
        guard kind == .config, section != "default" else { return String(section) }
        let words = section.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0] == "profile" else { return nil }
        return String(trimmed(words[1]))
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
