// SPDX-License-Identifier: Apache-2.0
import Foundation
import SystemPackage
import Testing

@testable import Adoption
@testable import Controller

@Suite("the files of an adoption")
struct AdoptionFilesTests {
    private static func withFolder(_ body: (FilePath) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-adopt-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(FilePath(folder.path))
    }

    private static func text(_ path: String, in folder: FilePath) -> String? {
        try? String(contentsOfFile: folder.pushing(FilePath(path)).string, encoding: .utf8)
    }

    @Test("all are written, in folders that are made for them")
    func write() throws {
        try Self.withFolder { folder in
            let files = [
                AdoptedFile(path: "a/b/one.yaml", text: "1\n"),
                AdoptedFile(path: "two.yaml", text: "2\n"),
            ]
            try AdoptionFiles.write(files, to: folder)
            #expect(Self.text("a/b/one.yaml", in: folder) == "1\n")
            #expect(Self.text("two.yaml", in: folder) == "2\n")
        }
    }

    @Test("one that cannot be written takes the others with it, and what was there stays")
    func rollBack() throws {
        try Self.withFolder { folder in
            try AdoptionFiles.write([AdoptedFile(path: "taken", text: "mine\n")], to: folder)
            for path in ["taken", "taken/below.yaml"] {
                let files = [
                    AdoptedFile(path: "a.yaml", text: "1\n"), AdoptedFile(path: path, text: "2\n"),
                ]
                let error = #expect(throws: ReconcileError.self) {
                    try AdoptionFiles.write(files, to: folder)
                }
                #expect(error?.message.contains("'\(path)'") == true)
                #expect(Self.text("a.yaml", in: folder) == nil)
                #expect(Self.text("taken", in: folder) == "mine\n")
            }
        }
    }
}
