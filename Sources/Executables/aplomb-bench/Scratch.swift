// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder of one benchmark, thrown away with it.
final class Scratch {
    let path: String

    init() throws {
        var template = Array("\(NSTemporaryDirectory())aplomb-bench.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil,
            let path = String(validating: template.dropLast(), as: UTF8.self)
        else { throw BenchError("no temporary folder") }
        self.path = path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let file = self(name)
        let folder = URL(filePath: file).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
    }

    /// Copies a folder of this one, as another contestant's own.
    func copy(_ name: String, to other: String) throws {
        try FileManager.default.copyItem(atPath: self(name), toPath: self(other))
    }

    /// A file of `scripts/bench`: the benchmarks run in the root of the sources.
    static func script(_ name: String) -> String {
        FileManager.default.currentDirectoryPath + "/scripts/bench/" + name
    }

    /// A program that was built beside this one.
    static func program(_ name: String) -> String {
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: own ?? "aplomb-bench").deletingLastPathComponent()
            .appending(path: name).path
    }
}
