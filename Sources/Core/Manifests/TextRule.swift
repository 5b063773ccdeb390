// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
import FleetModel
import InventoryQueries
import PositionedYAML

/// What a text must look like; the pattern of the JSON Schema says the same.
enum TextRule: Sendable {
    case any
    case nonEmpty
    /// More than blanks.
    case sentence
    /// A day, whose end is meant, or a time of RFC 3339; not after 2099.
    case expiry
    /// A label as in host names: nodes, groups, fleets.
    case name
    /// *Source*: `AssociationName`, in lower case.
    case associationName
    /// A document of the repository or of the provider, or an ARN.
    case documentReference
    /// A folder or file of the same repository, relative to the folder of the `Fleet`.
    case path
    case tagKey
    case tagValue
    case schedule
    /// `rate(…)` alone: what is done so often, whenever it was done last.
    case rate
    case branch
    case url
    case inventoryType
    /// `Kind/name` of an object that a provider has.
    case objectReference

    struct Refusal {
        var code: DiagnosticCode
        var message: String
        var hint: String?
    }

    /// The pattern for the JSON Schema; `nil` where a pattern would say nothing.
    var pattern: String? {
        switch self {
        case .any: nil
        case .nonEmpty: #"[\s\S]"#
        case .sentence: #"\S"#
        case .expiry:
            #"^(19[7-9][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"#
                + #"(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"#
                + #"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?$"#
        case .path: #"^(?!/)[^\\\x00-\x1f]+$"#
        case .branch:
            #"^(?![-./@]$)(?![-/.])(?!.*(\.\.|@\{|//|/\.|\.lock/))(?!.*(/|\.|\.lock)$)"#
                + #"[^\x00-\x20\x7f~^:?*\[\\]{1,200}$"#
        case .tagValue: #"^[^\x00-\x1f\x7f]{0,256}$"#
        case .name: "^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$"
        case .associationName: "^[a-z0-9_.-]{3,128}$"
        case .documentReference: "^(arn:.+|[a-zA-Z0-9_.-]{3,128})$"
        case .tagKey:
            #"^(?![aA][wW][sS]:|[aA][pP][lL][oO][mM][bB]:)[^\x00-\x1f\x7f]{1,128}$"#
        case .schedule: #"^(cron|rate|at)\(.+\)$"#
        case .rate: #"^\s*rate\(\s*[0-9]+\s+(minute|hour|day)s?\s*\)\s*$"#
        case .inventoryType: "^(AWS|Custom):[A-Za-z0-9_.-]{1,90}$"
        case .objectReference: ObjectName.pattern
        case .url: "^https?://[!-.0-?A-~]+(/[!-~]*)?$"
        }
    }

    /// Says why a text does not follow the rule; `nil` when it does.
    func refuse(_ text: String, field: @autoclosure () -> String) -> Refusal? {
        switch self {
        case .any: return nil
        case .nonEmpty:
            return text.isEmpty
                ? Refusal(code: .typeMismatch, message: "'\(field())' has no value") : nil
        case .sentence:
            return text.allSatisfy(\.isWhitespace)
                ? Refusal(code: .typeMismatch, message: "'\(field())' has no value") : nil
        case .expiry: return Self.refuseExpiry(text, field: field())
        case .name: return Names.refuse(text, isLabel: true, field: field())
        case .associationName: return Names.refuse(text, isLabel: false, field: field())
        case .inventoryType: return Self.refuseInventoryType(text)
        case .objectReference: return ObjectName.refuse(text)
        case .documentReference:
            if text.hasPrefix("arn:") || Names.isDocumentText(text) { return nil }
            return Refusal(
                code: .badName,
                message: "'\(text.excerpt)' cannot be the name of a document",
                hint: "3 to 128 letters, digits, '_', '-' and '.'"
            )
        case .path: return RepositoryPath.refuse(text, field: field())
        case .tagKey: return Self.refuseTagKey(text)
        case .tagValue:
            if Self.hasControl(text) {
                return Refusal(code: .badTag, message: "a tag value is one line of text")
            }
            guard text.utf8.count > 256, text.unicodeScalars.count > 256 else { return nil }
            return Refusal(code: .badTag, message: "a tag value has at most 256 characters")
        case .schedule:
            do {
                _ = try ScheduleExpression(text)
                return nil
            } catch {
                return Refusal(code: .badSchedule, message: error.message, hint: error.hint)
            }
        case .rate:
            do {
                if case .rate = try ScheduleExpression(text) { return nil }
                return Refusal(
                    code: .badSchedule,
                    message: "'\(text.excerpt)' is not a rate",
                    hint: "for example rate(1 day)"
                )
            } catch {
                return Refusal(code: .badSchedule, message: error.message, hint: error.hint)
            }
        case .branch: return Names.refuseBranch(text)
        case .url:
            return Self.isURL(text)
                ? nil
                : Refusal(
                    code: .badURL,
                    message: "'\(field())' must be an http or https address",
                    hint: "without user and password; for example https://aplomb.example:8443"
                )
        }
    }

    private static func refuseExpiry(_ text: String, field: String) -> Refusal? {
        guard Expiry.parse(text) != nil else {
            return Refusal(
                code: .badDate,
                message: "'\(field)' must be a date or a time, and is '\(text.excerpt)'",
                hint: "for example \"2026-12-24\" (its end, in UTC) or \"2026-12-24T18:00:00Z\""
            )
        }
        // Four digits come first, and compare as numbers do.
        guard text.prefix(4) > "2099" else { return nil }
        return Refusal(
            code: .outOfRange,
            message: "'\(field)' is so far away that it never ends",
            hint: "what is to hold for good belongs into the manifests, without an exception"
        )
    }

    private static func refuseInventoryType(_ text: String) -> Refusal? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isNamed =
            parts.count == 2 && ["AWS", "Custom"].contains(parts[0])
            && (1...90).contains(parts[1].utf8.count)
            && parts[1].utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte) || [0x2d, 0x2e, 0x5f].contains(byte)
            }
        let known = InventoryType.all.map(\.name)
        if isNamed, parts[0] == "Custom" || known.contains(text) { return nil }
        return Refusal(
            code: isNamed ? .unknownValue : .badName,
            message: "there is no inventory type '\(text.excerpt)'",
            hint: nearestName(to: text, among: known).map { "did you mean '\($0)'?" }
                ?? "types are AWS:Application, AWS:Service …, or Custom:Name"
        )
    }

    private static func refuseTagKey(_ text: String) -> Refusal? {
        if text.isEmpty || text.unicodeScalars.count > 128 {
            return Refusal(code: .badTag, message: "a tag key has 1 to 128 characters")
        }
        if hasControl(text) {
            return Refusal(code: .badTag, message: "a tag key is one line of text")
        }
        for prefix in ["aws:", "aplomb:"] where text.lowercased().hasPrefix(prefix) {
            return Refusal(
                code: .badTag,
                message: "tag keys that start with '\(prefix)' are reserved",
                hint: "choose another key: AWS and Aplomb write these themselves"
            )
        }
        return nil
    }

    private static func hasControl(_ text: String) -> Bool {
        text.utf8.contains { $0 < 32 || $0 == 127 }
    }

    private static func isURL(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
            return false
        }
        let host = text.dropFirst(scheme.count).prefix { $0 != "/" }
        return !host.isEmpty && !host.contains("@")
            && text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value < 127 }
    }
}

/// The rules of names.
package enum Names {
    /// Whether a text can name a document that someone creates.
    ///
    /// *Source*: CreateDocument, `Name`; the prefixes are reserved by AWS.
    package static func isDocumentName(_ text: String) -> Bool {
        let lower = text.lowercased()
        return isDocumentText(text) && !["aws", "amazon", "amzn"].contains { lower.hasPrefix($0) }
    }

    static func isDocumentText(_ text: String) -> Bool {
        (3...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { isLower($0 | 32) || isDigit($0) || isMark($0) || $0 == 95 }
    }

    static func refuse(
        _ text: String,
        isLabel: Bool,
        field: @autoclosure () -> String
    ) -> TextRule.Refusal? {
        let bytes = text.utf8
        let length = isLabel ? 1...63 : 3...128
        var isFine = length.contains(bytes.count)
        isFine =
            isFine
            && bytes.allSatisfy { isLower($0) || isDigit($0) || isMark($0) || !isLabel && $0 == 95 }
        if isLabel, isFine, let first = bytes.first, let last = bytes.last {
            isFine = !isMark(first) && !isMark(last)
        }
        if isFine { return nil }
        return TextRule.Refusal(
            code: .badName,
            message: "'\(text.excerpt)' is not a name that '\(field())' allows",
            hint: (suggestion(for: text, isLabel: isLabel).map { "did you mean '\($0)'? " } ?? "")
                + (isLabel
                    ? "1 to 63 lower-case letters, digits, '-' and '.',"
                        + " a letter or digit at both ends"
                    : "3 to 128 lower-case letters, digits, '_', '-' and '.'")
        )
    }

    /// The same name in lower case and without blanks, when that is one.
    private static func suggestion(for text: String, isLabel: Bool) -> String? {
        guard text.utf8.count <= 128 else { return nil }
        let plain = String(
            text.lowercased().map { $0 == " " || isLabel && $0 == "_" ? "-" : $0 }
        )
        guard plain != text, refuse(plain, isLabel: isLabel, field: "") == nil else { return nil }
        return plain
    }

    /// *Source*: git-check-ref-format.
    static func refuseBranch(_ text: String) -> TextRule.Refusal? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isFine =
            (1...200).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix(".")
            && !text.contains("..") && !text.contains("@{") && text != "@"
            && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
            && text.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && !"~^:?*[\\".unicodeScalars.contains($0)
            }
        if isFine { return nil }
        return TextRule.Refusal(
            code: .badRefName,
            message: "'\(text.excerpt)' cannot be the name of a branch",
            hint: "for example aplomb/status"
        )
    }

    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
    private static func isMark(_ byte: UInt8) -> Bool { byte == 45 || byte == 46 }
}

/// Paths within a repository: with `/`, relative to its root, without `.` and `..`.
package enum RepositoryPath {
    static func refuse(_ text: String, field: @autoclosure () -> String) -> TextRule.Refusal? {
        let reason: String
        if text.isEmpty {
            reason = "is empty"
        } else if text.hasPrefix("/") {
            reason = "is absolute"
        } else if text.contains("\\") || text.unicodeScalars.contains(where: { $0.value < 32 }) {
            reason = "holds a character that no path in a repository has"
        } else {
            return nil
        }
        return TextRule.Refusal(
            code: .badPath,
            message: "the path in '\(field())' \(reason)",
            hint: "write it with '/', relative to the folder of the Fleet"
        )
    }

    /// Resolves a relative path against a folder; `nil` when it leaves the repository.
    package static func resolve(_ text: String, in folder: String) -> String? {
        var parts = folder.split(separator: "/")
        for part in text.split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    /// The folder of a file; empty for the root.
    package static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }

    /// Whether a file or folder lies in a folder, at any depth.
    ///
    /// The root holds everything.
    package static func contains(_ folder: String, _ path: String) -> Bool {
        folder.isEmpty || path == folder
            || path.utf8.count > folder.utf8.count && path.utf8.starts(with: folder.utf8)
                && path.utf8[path.utf8.index(path.utf8.startIndex, offsetBy: folder.utf8.count)]
                    == 47
    }
}

extension DiagnosticCode {
    package static let unknownField: Self = "UNKNOWN_FIELD"
    package static let missingField: Self = "MISSING_FIELD"
    package static let conflictingFields: Self = "CONFLICTING_FIELDS"
    package static let unknownValue: Self = "UNKNOWN_VALUE"
    package static let unknownKind: Self = "UNKNOWN_KIND"
    package static let unsupportedVersion: Self = "UNSUPPORTED_VERSION"
    package static let notActedUpon: Self = "NOT_ACTED_UPON"
    package static let duplicateObject: Self = "DUPLICATE_OBJECT"
    package static let refNotFound: Self = "REF_NOT_FOUND"
    package static let refCycle: Self = "REF_CYCLE"
    package static let refTooDeep: Self = "REF_TOO_DEEP"
    package static let badName: Self = "BAD_NAME"
    package static let badDate: Self = "BAD_DATE"
    package static let badPath: Self = "BAD_PATH"
    package static let badTag: Self = "BAD_TAG"
    package static let badURL: Self = "BAD_URL"
    package static let badRefName: Self = "BAD_REF_NAME"
    package static let badExpression: Self = "BAD_EXPRESSION"
    package static let badSchedule: Self = "BAD_SCHEDULE"
    package static let emptyTarget: Self = "EMPTY_TARGET"
    package static let plaintextSecret: Self = "PLAINTEXT_SECRET"
    package static let lfsPointer: Self = "LFS_POINTER"
    package static let fleetNotFound: Self = "FLEET_NOT_FOUND"
    package static let ambiguousFleet: Self = "AMBIGUOUS_FLEET"
}
