// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Manifests
import PositionedYAML
import SSMDocuments
import TestSupport
import Testing

/// What a manifest may say, field by field: D.2 of the catalogue of bad inputs.
struct FieldTests {
    private static let sound = "document: motd\nparameters: {message: hi}\n"

    static let fields: [FileCase] = [
        .association(
            "BI-034 a misspelt field is one finding",
            .unknownField,
            message: "'spec.targtes' is not a field of Association",
            hint: "did you mean 'targets'?",
            spec: sound + "①targtes: [{group: web}]"
        ),
        .association(
            "BI-034 SSM's own spelling",
            .unknownField,
            hint: "did you mean 'maxErrors'?",
            spec: sound + "targets: [{group: web}]\n①MaxErrors: 1"
        ),
        .association(
            "BI-034 an unknown field lists those there are",
            .unknownField,
            hint: "fields: document, parameters, targets",
            spec: sound + "targets: [{group: web}]\n①zebra: 1"
        ),
        FileCase(
            "BI-034 a field in the wrong place, and what that place lacks",
            .unknownField,
            message: "'tags' is not a field of Node",
            hint: "it belongs into 'spec'",
            text: "apiVersion: aplomb/v1\nkind: Node\nmetadata: {name: extra}\n①tags: {Role: web}\n"
        ),
        FileCase(
            "BI-034 a name beside metadata",
            .unknownField,
            hint: "it belongs into 'metadata'",
            text: "apiVersion: aplomb/v1\nkind: Node\n①name: n\n"
        ),
        .association(
            "a missing field is reported at what lacks it",
            .missingField,
            message: "'spec.targets' is missing",
            hint: "for example targets: [{group: web}] (where it runs)",
            spec: sound
        ).marking("spec"),
        FileCase(
            "a missing spec shows a sound one",
            .missingField,
            message: "'spec' is missing",
            hint: "spec: {document: motd, targets: [{group: web}]}",
            text: "①apiVersion: aplomb/v1\nkind: Association\nmetadata: {name: abc}\n"
        ),
        .association(
            "BI-033 a mapping where a list is required",
            .typeMismatch,
            message: "'spec.targets' must be a list, not a mapping",
            hint: "put '- ' before its first key",
            spec: sound + "targets: ①{group: web}"
        ),
        .association(
            "BI-033 a text where a list is required",
            .typeMismatch,
            hint: "write [base]",
            spec: sound + "targets: [{group: web}]\ndependsOn: ①base"
        ),
        .association(
            "an empty list of targets",
            .outOfRange,
            message: "must have an entry",
            spec: sound + "targets: ①[]"
        ),
        .association(
            "two targets in one",
            .conflictingFields,
            message: "only one of group, nodes, tags",
            hint: "two entries",
            spec: sound + "targets: [{group: web, ①nodes: [web-1]}]"
        ),
        .association(
            "no target in one",
            .missingField,
            message: "'spec.targets[0]' must have one of group, nodes, tags",
            hint: "{group: web}",
            spec: sound + "targets: [①{}]"
        ),
        .association(
            "a choice in another case",
            .unknownValue,
            hint: "did you mean 'HIGH'?",
            spec: sound + "targets: [{group: web}]\ncomplianceSeverity: ①high"
        ),
        .association(
            "BI-032 a choice is never a boolean",
            .unknownValue,
            message: "cannot be 'yes'",
            hint: "one of",
            spec: sound + "targets: [{group: web}]\ncomplianceSeverity: ①yes"
        ),
        .association(
            "a rate with a space",
            .outOfRange,
            message: "and is '10 %'",
            hint: "write 10%",
            spec: sound + "targets: [{group: web}]\nmaxErrors: ①10 %"
        ),
        .association(
            "a rate beyond all",
            .outOfRange,
            hint: "from 0% to 100%",
            spec: sound + "targets: [{group: web}]\nmaxErrors: ①101%"
        ),
        .association(
            "BI-033 −0, 1.0 and words are no rates",
            .outOfRange,
            .typeMismatch,
            spec: sound + "targets: [{group: web}]\nmaxErrors: ①-1\nmaxConcurrency: ②1.0"
        ),
        .association(
            "a concurrency of none",
            .outOfRange,
            message: "at least 1, and is 0%",
            hint: "maxConcurrency: 10%",
            spec: sound + "targets: [{group: web}]\nmaxConcurrency: ①0%"
        ),
        .association(
            "BI-032 BI-033 texts that readers would convert",
            .ambiguousScalar,
            .typeMismatch,
            .ambiguousScalar,
            message: "0755 may be read as a number",
            hint: "quote it: \"0755\"",
            spec: "document: motd\nparameters: {message: ①0755}\n"
                + "targets: [{group: ②8}, {tags: {Role: [③no]}}]"
        ),
        .association(
            "BI-033 a null parameter",
            .typeMismatch,
            spec: "document: motd\nparameters: {message: ①}\ntargets: [{group: web}]"
        ),
        .manifest(
            "Node",
            "a node is one thing",
            .conflictingFields,
            message: "'local' and 'sandbox' exclude each other",
            spec: "{local: {}, ①sandbox: {}}"
        ),
        .manifest(
            "Node",
            "a boolean for a mapping",
            .typeMismatch,
            message: "must be a mapping, not a boolean",
            hint: "sandbox: {}",
            spec: "{sandbox: ①true}"
        ),
        .manifest(
            "Node",
            "nothing for a mapping",
            .typeMismatch,
            hint: "write {}",
            spec: "{sandbox: ①}"
        ),
        .manifest(
            "Node",
            "BI-032 tags are texts",
            .ambiguousScalar,
            .typeMismatch,
            .ambiguousScalar,
            hint: "\"yes\"",
            spec: "{tags: {Role: web, A: ①yes, B: ②3, C: ③12:30:45}}"
        ),
        .manifest(
            "Node",
            "reserved and endless tag keys",
            .badTag,
            .badTag,
            .badTag,
            message: "reserved",
            spec: "{tags: {①'AWS:x': a, ②'aplomb:owner': b, ③\"a\\nb\": c}}"
        ),
        .manifest(
            "ResourceGroup",
            "a text where a list of values is required",
            .typeMismatch,
            hint: "write [web]",
            spec: "{query: {tags: {Role: ①web}}}"
        ),
        .manifest(
            "Fleet",
            "no prune",
            .missingField,
            message: "'spec.prune' is missing",
            hint: "git no longer declares",
            spec: "{}"
        ).marking("spec"),
        .manifest(
            "Fleet",
            "BI-032 a loose boolean",
            .ambiguousScalar,
            message: "true or false, and is yes",
            hint: "write true",
            spec: "{prune: ①yes}"
        ),
        .manifest(
            "Fleet",
            "an interval without a unit",
            .typeMismatch,
            hint: "write 5s, 5m, 5h or 5d",
            spec: "{prune: true, interval: ①5}"
        ),
        .manifest(
            "Fleet",
            "an interval out of bounds",
            .outOfRange,
            message: "from 10s to 7d, and is 1s",
            spec: "{prune: true, interval: ①1s}"
        ),
        .manifest(
            "Fleet",
            "a provider as a text",
            .typeMismatch,
            hint: "write {local: {}}",
            spec: "{prune: true, provider: ①local}"
        ),
        .manifest(
            "Fleet",
            "BI-033 a number beyond 64 bits",
            .outOfRange,
            spec: "{prune: true, limits: {prunedObjects: ①9223372036854775808}}"
        ),
        .manifest(
            "Fleet",
            "BI-018 a branch that git refuses",
            .badRefName,
            hint: "aplomb/status",
            spec: "{prune: true, status: {branch: ①'a..b'}}"
        ),
        .manifest(
            "Fleet",
            "BI-019 addresses that are none, or hold a password",
            .badURL,
            hint: "without user and password",
            spec: "{prune: true, provider: {server: {url: ①'https://u:p@host'}}}"
        ),
        .manifest(
            "Fleet",
            "BI-020 paths that leave the repository",
            .badPath,
            .badPath,
            .badPath,
            message: "outside of the repository",
            hint: "relative to the folder of the Fleet",
            spec: "{prune: true, resources: [①../../etc, ②/etc, ③'a\\b']}"
        ),
        .manifest(
            "Fleet",
            "a patch cannot change a Fleet",
            .unknownValue,
            hint: "edit the Fleet itself",
            spec: "{prune: true, patches: [{kind: ①Fleet, metadata: {name: prod}, spec: {}}]}"
        ),
        FileCase(
            "BI-035 an unknown kind",
            .unknownKind,
            hint: "did you mean 'Association'?",
            text: "apiVersion: aplomb/v1\nkind: ①Assocation\nmetadata: {name: abc}\nspec: {}\n"
        ),
        FileCase(
            "BI-035 a kind of later",
            .unknownKind,
            message: "not read by this version",
            text: "apiVersion: aplomb/v1\nkind: ①Parameter\nmetadata: {name: abc}\n"
        ),
        FileCase(
            "BI-035 an unknown version",
            .unsupportedVersion,
            hint: "write apiVersion: aplomb/v1",
            text: "apiVersion: ①apps/v1\nkind: Node\nmetadata: {name: abc}\n"
        ),
        FileCase(
            "BI-035 a newer version",
            .unsupportedVersion,
            hint: "a newer one may read it",
            text: "apiVersion: ①aplomb/v2\nkind: Node\nmetadata: {name: abc}\n"
        ),
        FileCase(
            "no version",
            .missingField,
            hint: "add apiVersion: aplomb/v1",
            text: "①kind: Node\nmetadata: {name: abc}\n"
        ),
        FileCase(
            "something else altogether",
            .missingField,
            hint: "must not end in .yaml",
            text: "①services:\n  web: {image: x}\n"
        ),
        FileCase(
            "a list",
            .typeMismatch,
            message: "this is a list",
            hint: "must not end in .yaml",
            text: "①- a\n"
        ),
    ]

    @Test("a mistake is found where it stands, with what to write", arguments: fields)
    func field(_ test: FileCase) { test.check() }

    struct Name: CustomTestStringConvertible, Sendable {
        var kind: String
        var name: String
        var hint: String
        var testDescription: String { "\(kind) \(name.prefix(20))" }
    }

    @Test(
        "BI-041 names that are none",
        arguments: [
            Name(kind: "Node", name: "Web-1", hint: "did you mean 'web-1'?"),
            Name(kind: "Node", name: "web_1", hint: "did you mean 'web-1'?"),
            Name(kind: "Node", name: "-web", hint: "at both ends"),
            Name(kind: "Node", name: "a/b", hint: "lower-case"),
            Name(kind: "Node", name: "..", hint: "1 to 63"),
            Name(kind: "Node", name: "🚀", hint: "1 to 63"),
            Name(kind: "Node", name: String(repeating: "a", count: 300), hint: "1 to 63"),
            Name(kind: "Association", name: "ab", hint: "3 to 128"),
            Name(kind: "Association", name: "Web Motd", hint: "did you mean 'web-motd'?"),
            Name(kind: "ResourceGroup", name: "", hint: "1 to 63"),
        ]
    )
    func names(_ test: Name) throws {
        let text = "apiVersion: aplomb/v1\nkind: \(test.kind)\nmetadata: {name: \"\(test.name)\"}\n"
        let result = SoundFleet.load(with: ["prod/case.yaml": text + "spec: {}\n"])
        let finding = try #require(result.errors.first { $0.code == .badName })
        #expect(finding.range.start == SourcePosition(line: 3, column: 18))
        #expect(finding.hint?.contains(test.hint) == true, "\(finding.hint ?? "")")
        #expect(finding.message.count < 200 && result.desired == nil)
    }

    struct Schedule: CustomTestStringConvertible, Sendable {
        var text: String
        var hint: String
        var testDescription: String { text }
    }

    @Test(
        "BI-043 schedules that are none",
        arguments: [
            Schedule(text: "* * * * * *", hint: "for example"),
            Schedule(text: "every 12 hours", hint: "for example rate(30 minutes)"),
            Schedule(text: "rate(0 minutes)", hint: ""),
            Schedule(text: "rate(1 hours)", hint: "write rate(1 hour)"),
            Schedule(text: "rate(30)", hint: ""),
            Schedule(text: "cron(0 0 30 2 ? *)", hint: ""),
            Schedule(text: "cron(61 * * * ? *)", hint: ""),
            Schedule(text: "cron(0 2 * *)", hint: ""),
            Schedule(text: "at(2026-02-30T00:00:00)", hint: ""),
        ]
    )
    func schedules(_ test: Schedule) throws {
        let file = FileCase.association(
            test.text,
            .badSchedule,
            hint: test.hint,
            spec: Self.sound + "targets: [{group: web}]\nscheduleExpression: ①'\(test.text)'"
        )
        file.check()
    }
}

extension FileCase {
    /// Expects the finding at a key at the start of a line, where a mark could not stand.
    fileprivate func marking(_ key: String) -> FileCase {
        var test = self
        let lines = marked.text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = lines.firstIndex { $0.hasPrefix(key + ":") } ?? 0
        test.marked.places = ["\(line + 1):1"]
        return test
    }
}
