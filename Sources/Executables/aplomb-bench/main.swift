// SPDX-License-Identifier: Apache-2.0

/// Prints `name  median  min..max` for each benchmark whose name begins with an argument, or all.
let wanted = CommandLine.arguments.dropFirst()
for benchmark in planBenchmarks
where wanted.isEmpty || wanted.contains(where: benchmark.name.hasPrefix) {
    print(benchmark.row())
}
