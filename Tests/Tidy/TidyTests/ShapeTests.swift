// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("shape of the sources")
struct ShapeTests {
    @Test("a file says its licence and stays short", arguments: SourceTree.sources)
    func sourceFile(_ file: SourceTree.File) throws {
        let lines = try file.lines
        let first = lines.first == "// swift-format-ignore-file" ? lines.dropFirst() : lines[...]
        #expect(first.first == "// SPDX-License-Identifier: Apache-2.0", "\(file)")
        #expect(lines.count <= 600, "\(file) has \(lines.count) lines: two ideas in one room")
    }

    @Test("a test file stays readable", arguments: SourceTree.tests)
    func testFile(_ file: SourceTree.File) throws {
        #expect(try file.lines.count <= 800, "\(file)")
    }

    @Test("a function fits on a screen", arguments: SourceTree.sources)
    func functions(_ file: SourceTree.File) throws {
        for function in try longFunctions(file.lines, limit: 70) {
            Issue.record("\(file):\(function.line): \(function.count) lines")
        }
    }

    @Test("the function counter finds a long function")
    func counter() {
        let body = Array(repeating: "        work()", count: 80)
        let lines = ["    func long() {"] + body + ["    }"]
        let found = longFunctions(lines.map { Substring($0) }, limit: 70)
        #expect(found.map(\.count) == [82])
    }

    private func longFunctions(
        _ lines: [Substring],
        limit: Int
    ) -> [(line: Int, count: Int)] {
        var found: [(line: Int, count: Int)] = []
        var start: (line: Int, indent: Int)?
        for (index, line) in lines.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let text = line.dropFirst(indent)
            let words = text.split(whereSeparator: { " (<".contains($0) })
            if start == nil, words.prefix(4).contains(where: { $0 == "func" || $0 == "init" }),
                !text.hasPrefix("//"), !text.hasPrefix("self"), !text.hasPrefix("super")
            {
                start = (index, indent)
            }
            if let open = start, text.hasPrefix("}"), indent == open.indent, text == "}" {
                let count = index - open.line + 1
                if count > limit { found.append((open.line + 1, count)) }
                start = nil
            } else if let open = start, index > open.line, indent <= open.indent,
                !text.isEmpty, !text.hasPrefix(")"), !text.hasPrefix("}"), !text.hasPrefix("{")
            {
                start = nil
            }
        }
        return found
    }
}

@Suite("banned")
struct BannedTests {
    /// What must not be called, where it may be all the same, and what to use instead.
    private static let rules: [(text: String, except: [String], instead: String)] = [
        ("Date()", ["Sources/Executables"], "an injected `now`"),
        (" UUID()", ["Sources/Executables"], "an injected id maker"),
        ("Task.sleep", ["Sources/Executables"], "an injected pause"),
        ("SystemRandomNumberGenerator", ["Sources/Executables"], "an injected source"),
        ("try!", [], "a thrown error"),
        ("fatalError(", [], "a thrown error"),
        ("@unchecked Sendable", ["Sources/Adapters/Git"], "a value or an actor"),
        ("nonisolated(unsafe)", ["Sources/Adapters/Git"], "a value or an actor"),
        ("import Foundation\n", ["Sources/Executables"], "FoundationEssentials"),
        ("Yams", [], "PositionedYAML"),
    ]

    @Test("nothing banned is used", arguments: SourceTree.sources)
    func banned(_ file: SourceTree.File) throws {
        let text = try file.lines.filter { !$0.drop { $0 == " " }.hasPrefix("//") }
            .joined(separator: "\n")
        for rule in Self.rules where text.contains(rule.text) {
            #expect(
                rule.except.contains { file.path.hasPrefix($0) },
                "\(file) uses \(rule.text); use \(rule.instead)"
            )
        }
    }

    @Test("standard output is written by the console alone", arguments: SourceTree.sources)
    func printing(_ file: SourceTree.File) throws {
        guard !file.path.hasPrefix("Sources/Executables") else { return }
        for line in try file.lines where line.drop(while: { $0 == " " }).hasPrefix("print(") {
            Issue.record("\(file): \(line); write through Console")
        }
    }
}

@Suite("documents")
struct DocumentTests {
    private static let pages = [
        "README.md", "CHANGELOG.md", "docs/ARCHITECTURE.md", "docs/rehearsal.md",
    ]

    @Test("links between pages lead somewhere", arguments: pages)
    func links(page: String) throws {
        let url = SourceTree.root.appending(path: page)
        let text = try String(contentsOf: url, encoding: .utf8)
        for match in text.matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
            let target = url.deletingLastPathComponent().appending(path: String(match.1))
            #expect(
                FileManager.default.fileExists(atPath: target.path),
                "\(page) links to \(match.1)"
            )
        }
    }

    @Test("golden files are read by a test")
    func goldens() throws {
        let tests = SourceTree.tests
        let files =
            FileManager.default.enumerator(
                atPath: SourceTree.root.appending(path: "Tests").path
            )?
            .compactMap { $0 as? String }.filter { $0.contains("/Golden/") } ?? []
        for file in files where !file.hasSuffix("/") {
            // A table names its files by what they begin with.
            let name = URL(filePath: file).lastPathComponent.prefix { $0 != "-" && $0 != "." }
            let folder = "Tests/" + file.components(separatedBy: "/Golden/")[0]
            let isNamed = try tests.filter { $0.path.hasPrefix(folder) }.contains {
                try $0.lines.contains { $0.contains("\"\(name)") }
            }
            #expect(isNamed, "no test names \(file)")
        }
    }
}
