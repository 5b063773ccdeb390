// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The repository as the tidy tests see it.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A Swift file, by its path from the root.
    struct File: CustomStringConvertible, Sendable {
        let path: String

        var description: String { path }

        var lines: [Substring] {
            get throws {
                try String(contentsOf: SourceTree.root.appending(path: path), encoding: .utf8)
                    .split(separator: "\n", omittingEmptySubsequences: false)
            }
        }

        /// `Core/Planning` for `Sources/Core/Planning/Steps/PlanNodes.swift`.
        var module: String {
            let parts = path.split(separator: "/").dropFirst()
            return parts.first == "Commands"
                ? "Commands" : parts.prefix(2).joined(separator: "/")
        }

        var imports: [String] {
            get throws {
                try lines.compactMap { line in
                    let words = line.split(separator: " ")
                    guard let index = words.firstIndex(of: "import"), index <= 2,
                        words[..<index].allSatisfy({ ["package", "@testable"].contains($0) })
                    else { return nil }
                    return words.dropFirst(index + 1).first { $0 != "struct" }.map(String.init)
                }
            }
        }
    }

    static func swiftFiles(below folder: String) -> [File] {
        let base = root.appending(path: folder)
        let enumerator = FileManager.default.enumerator(atPath: base.path)
        return (enumerator?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".swift") }.sorted()
            .map { File(path: "\(folder)/\($0)") }
    }

    static let sources = swiftFiles(below: "Sources")
    static let tests = swiftFiles(below: "Tests")
}
