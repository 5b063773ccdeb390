// SPDX-License-Identifier: Apache-2.0

/// The wave of each association: one after the last wave of what it depends on.
///
/// Only dependencies that run push others back. Cycles are a mistake that validation reports; here
/// they end at the member that was met first, so that the function stays total.
struct Waves {
    private var waves: [String: Int] = [:]

    init(_ associations: [String: (dependsOn: [String], runs: Bool)]) {
        var visiting: Set<String> = []
        for name in associations.keys.sorted() { visit(name, associations, &visiting) }
    }

    /// From 1 for an association that runs; for the others the wave after which they may change.
    subscript(name: String) -> Int { waves[name] ?? 1 }

    @discardableResult
    private mutating func visit(
        _ name: String,
        _ associations: [String: (dependsOn: [String], runs: Bool)],
        _ visiting: inout Set<String>
    ) -> Int {
        if let wave = waves[name] { return wave }
        guard let association = associations[name], visiting.insert(name).inserted else { return 0 }
        defer { visiting.remove(name) }
        var last = 0
        for dependency in association.dependsOn {
            last = max(last, visit(dependency, associations, &visiting))
        }
        let wave = association.runs ? last + 1 : last
        waves[name] = wave
        return wave
    }
}
