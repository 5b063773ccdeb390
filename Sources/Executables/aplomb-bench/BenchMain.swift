// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Measures what the arguments name, or everything, beside a floor or a peer of the same run.
///
/// usage: `aplomb-bench [--json] [--list] [NAME…]`; a name selects every benchmark that begins so.
@main
enum BenchMain {
    static func main() async { exit(await run()) }

    /// Runs to its end and lets go of everything, temporary folders too.
    private static func run() async -> Int32 {
        let arguments = CommandLine.arguments.dropFirst()
        let names = arguments.filter { !$0.hasPrefix("--") }
        let isJSON = arguments.contains("--json")
        let wanted = all.filter { benchmark in
            names.isEmpty || names.contains { benchmark.title.hasPrefix($0) }
        }
        if arguments.contains("--list") {
            for benchmark in wanted { print(benchmark.title) }
            return 0
        }
        if !isJSON { show(ResultTable.header) }
        var results: [Result] = []
        var hasFailed = false
        for benchmark in wanted {
            note(benchmark.title)
            do {
                let result = try await benchmark.measure()
                results.append(result)
                if !isJSON { show(ResultTable.rows(result)) }
            } catch {
                note("  not measured: \(error)")
                hasFailed = true
            }
        }
        if isJSON, let data = try? JSONEncoder().encode(results) {
            show(String(decoding: data, as: UTF8.self))
        }
        return hasFailed ? 1 : 0
    }

    private static var all: [Benchmark] {
        manifestBenchmarks + planBenchmarks + gitBenchmarks + statusBenchmarks
            + processBenchmarks + sandboxBenchmarks + inventoryBenchmarks
            + inventoryStoreBenchmarks + complianceBenchmarks
    }

    private static func show(_ text: String) {
        FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }

    private static func note(_ text: String) {
        FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
    }
}
