// SPDX-License-Identifier: Apache-2.0
package import Adoption
import Diagnostics
import FoundationEssentials
package import Planning

/// How everything of ours is written as JSON: sorted keys, one value a line, slashes as they are.
///
/// Characters that could steer a terminal are written as `\u` escapes, which readers of JSON undo.
package enum ReportJSON {
    /// Writes a value over several lines, with a final newline.
    package static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return encode(value, encoder) + "\n"
    }

    /// One line, for files that grow by lines.
    static func line(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encode(value, encoder) + "\n"
    }

    // Invariant: reports hold texts, whole numbers and lists of them, all of which JSON can express.
    private static func encode(_ value: some Encodable, _ encoder: JSONEncoder) -> String {
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a report holds a value that JSON cannot express")
        }
        return escaped(String(decoding: data, as: UTF8.self))
    }

    // Such characters can only stand inside strings: JSON's own syntax has none but the newline.
    private static func escaped(_ json: String) -> String {
        func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
            scalar != "\n" && scalar.isUnsafeToDisplay
        }
        // JSON's own escapes have dealt with the control characters of ASCII, all but one.
        let isPlain = json.utf8.allSatisfy { $0 < 0x7F }
        guard !isPlain, json.unicodeScalars.contains(where: isUnsafe) else { return json }
        var result = ""
        for scalar in json.unicodeScalars {
            guard isUnsafe(scalar) else {
                result.unicodeScalars.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }
}

/// What went wrong in rendering: never a mistake of the user's.
package struct ReportsError: Error, Hashable, Sendable, CustomStringConvertible {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The status branch holds a `status.json` that is none of ours.
        package static let statusUnreadable = Code(rawValue: "STATUS_UNREADABLE")
    }

    package var code: Code
    package var message: String
    package var underlying: String?

    package init(code: Code, message: String, underlying: String? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    package var description: String { "\(code.rawValue): \(message)" }
}

/// Writes a plan as the JSON that is a contract (design, section 7).
///
/// The requests that a plan holds are its own business and are left out.
package enum PlanJSONView {
    package static func render(_ plan: Plan) -> String {
        ReportJSON.text(PlanForm(plan: plan))
    }
}

/// Writes what an adoption did as JSON.
package enum AdoptionJSONView {
    package static func render(_ report: AdoptionReport) -> String {
        ReportJSON.text(KindForm(kind: "Adoption", value: report))
    }
}

/// Writes what a reconcile did as JSON.
package enum RunJSONView {
    package static func render(_ record: RunRecord) -> String {
        ReportJSON.text(KindForm(kind: "Run", value: record))
    }
}

/// A value with the two fields that say what it is.
struct KindForm<Value: Encodable>: Encodable {
    var kind: String
    var value: Value

    private enum CodingKeys: String, CodingKey { case apiVersion, kind }

    func encode(to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("aplomb/v1", forKey: .apiVersion)
        try container.encode(kind, forKey: .kind)
    }
}

private struct PlanForm: Encodable {
    var plan: Plan

    enum CodingKeys: String, CodingKey {
        case apiVersion, kind, fleet, digest, commit, observedAt, changes, runs, waits, findings
        case memberships, exceptions, unmanaged, limits, summary
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(plan.apiVersion, forKey: .apiVersion)
        try container.encode(plan.kind, forKey: .kind)
        try container.encode(plan.fleet, forKey: .fleet)
        try container.encode(plan.digest, forKey: .digest)
        try container.encode(plan.commit, forKey: .commit)
        try container.encode(plan.observedAt, forKey: .observedAt)
        try container.encode(plan.changes.map(ChangeForm.init), forKey: .changes)
        try container.encode(plan.runs, forKey: .runs)
        try container.encode(plan.waits, forKey: .waits)
        try container.encode(plan.findings, forKey: .findings)
        try container.encode(plan.memberships, forKey: .memberships)
        try container.encode(plan.exceptions, forKey: .exceptions)
        try container.encode(plan.unmanaged, forKey: .unmanaged)
        try container.encode(plan.limits, forKey: .limits)
        try container.encode(plan.summary, forKey: .summary)
    }
}

private struct ChangeForm: Encodable {
    var change: PlannedChange

    enum CodingKeys: String, CodingKey {
        case action, object, cause, reason, fields, nodes, source, removedBy, wave, diff
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(change.action, forKey: .action)
        try container.encode(change.object, forKey: .object)
        try container.encode(change.cause, forKey: .cause)
        try container.encode(change.reason, forKey: .reason)
        try container.encode(change.fields, forKey: .fields)
        try container.encode(change.nodes, forKey: .nodes)
        try container.encodeIfPresent(change.source, forKey: .source)
        try container.encodeIfPresent(change.removedBy, forKey: .removedBy)
        try container.encode(change.wave, forKey: .wave)
        try container.encodeIfPresent(change.diff, forKey: .diff)
    }
}
