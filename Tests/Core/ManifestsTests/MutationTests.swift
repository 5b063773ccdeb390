// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Foundation
import Manifests
import TestSupport
import Testing

/// Random damage to sound files and to the tables' inputs: whatever it makes, the promises hold.
///
/// `FUZZ_SEED` chooses the damage and `FUZZ_ROUNDS` how much of it; a failure names its seed.
struct MutationTests {

    private static func setting(_ name: String, default value: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? value
    }

    private static let seeds: Range<Int> = {
        let first = setting("FUZZ_SEED", default: 1)
        return first..<first + setting("FUZZ_ROUNDS", default: 1000)
    }()

    private static let tokens = [
        "[", "]", "{", "}", ": ", ":", "- ", "-", "\n", "\r\n", "\r", "\n---\n", "\n...\n", ", ",
        "'",
        "\"", "|\n", ">-\n  ", "#", "\t", "  ", "? ", "&a ", "*a", "<<: ", "!!str ", "!x ",
        "%YAML 1.1\n",
        "null", "yes", "0755", "1e9", "-1", "9223372036854775808", "{{ ", " }}", "{{ x }}", "é",
        "𝄞",
        "\u{FEFF}", "\u{2028}", "\u{0}", "<<<<<<< a\n", "@", "`", "\\", "kind: Node\n",
        "apiVersion: aplomb/v1\n", "schemaVersion: '2.2'\n", "metadata: {name: x}\n", "[[[[[[[[",
        "spec: {}\n", "Fleet", "$(", "<<'EOF'\n",
    ]

    /// The files of the examples, by path in the repository.
    private static let examples: [String: [UInt8]] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../examples-repo").standardizedFileURL
        var files: [String: [UInt8]] = [:]
        for path in FileManager.default.enumerator(atPath: root.path)?.allObjects ?? [] {
            guard let path = path as? String, Loader.isRead(path),
                let data = FileManager.default.contents(atPath: root.appending(path: path).path)
            else { continue }
            files[path] = [UInt8](data)
        }
        return files
    }()

    private static let json = "environments/prod/extra.json"

    private static let tables: [[UInt8]] =
        (FieldTests.fields + ReferenceTests.references + FileTests.documents).map(\.marked.bytes)

    private static let parsedExamples = examples.map { Loader.parseFile($0.key, $0.value) }

    private static func damage(_ bytes: inout [UInt8], _ random: inout Seeded) {
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 1...12, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            case 1 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: 0)
            case 4: bytes.removeSubrange(place...)
            case 5: bytes.replaceSubrange(place..<end, with: token(&random))
            default: bytes.insert(contentsOf: token(&random), at: place)
            }
        }
    }

    private static func token(_ random: inout Seeded) -> [UInt8] {
        Array(tokens[Int.random(in: 0..<tokens.count, using: &random)].utf8)
    }

    /// Whether a range lies in a text; the place after its end is in it.
    private static func isInside(_ range: SourceRange, _ bytes: [UInt8]) -> Bool {
        guard range.start <= range.end || range.end == range.start else { return false }
        if range.start == SourcePosition(line: 1, column: 1), range.start == range.end {
            return true
        }
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        var widths = [1]
        var before = UInt8(0)
        for byte in body {
            if byte == 10, before == 13 {
                widths[widths.count - 1] = 1
            } else if byte == 10 || byte == 13 {
                widths.append(1)
            } else if byte & 0xC0 != 0x80 {
                widths[widths.count - 1] += 1
            }
            before = byte
        }
        return [range.start, range.end].allSatisfy { place in
            (1...widths.count).contains(place.line)
                && (1...widths[place.line - 1]).contains(place.column)
        }
    }

    @Test("F-14 BI-021 to BI-048 a damaged file never crashes, misleads or is half applied")
    func damagedFiles() throws {
        #expect(Self.examples.count > 10)
        let paths = Self.examples.keys.sorted() + [Self.json, Self.json]
        for seed in Self.seeds {
            var random = Seeded(state: UInt64(bitPattern: Int64(seed)))
            let path = paths[Int.random(in: 0..<paths.count, using: &random)]
            var bytes = Self.examples[path] ?? []
            if Bool.random(using: &random) {
                bytes = Self.tables[Int.random(in: 0..<Self.tables.count, using: &random)]
            }
            if path == Self.json {
                let json = SchemaTests.cases.randomElement(using: &random)?.json ?? "{}"
                bytes = Array(json.replacing(", ", with: ",\n ").utf8)
            }
            Self.damage(&bytes, &random)
            var files = Self.parsedExamples.filter { $0.path != path }
            files.append(Loader.parseFile(path, bytes))
            let texts = Self.examples.merging([path: bytes]) { $1 }
            for fleet in ["environments/prod", "environments/staging"] {
                let result = Loader.resolve(files, fleetPath: fleet)
                #expect((result.desired == nil) == result.diagnostics.hasErrors, "seed \(seed)")
                Self.check(result, texts, seed)
                let other = Loader.resolve(files.shuffled(using: &random), fleetPath: fleet)
                #expect(other.diagnostics == result.diagnostics, "order, seed \(seed)")
                #expect(other.desired == result.desired, "order, seed \(seed)")
            }
        }
    }

    private static func check(_ result: LoadResult, _ texts: [String: [UInt8]], _ seed: Int) {
        for finding in result.diagnostics {
            for range in [finding.range] + finding.notes.map(\.range) {
                guard let text = texts[range.file] else { continue }
                #expect(isInside(range, text), "seed \(seed) \(finding.oneLine) \(range)")
            }
            #expect(finding.message.count < 1000, "seed \(seed) \(finding.code.rawValue)")
            #expect(!finding.message.isEmpty && finding.hint != "", "seed \(seed)")
        }
        #expect(result.diagnostics == result.diagnostics.inSourceOrder(), "seed \(seed)")
    }

    @Test("the order of files does not matter to a sound fleet")
    func order() throws {
        var random = Seeded(state: 7)
        let files = SoundFleet.files.map { ($0.key, Array($0.value.utf8)) }
        let first = try #require(Loader.load(files).desired)
        for _ in 0..<20 {
            #expect(Loader.load(files.shuffled(using: &random)).desired == first)
        }
    }

    @Test("the examples have no mistake")
    func examplesAreSound() {
        for fleet in ["environments/prod", "environments/staging"] {
            let result = Loader.resolve(Self.parsedExamples, fleetPath: fleet)
            #expect(result.errors == [] && result.desired != nil)
        }
    }
}
