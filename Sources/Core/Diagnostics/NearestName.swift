// SPDX-License-Identifier: Apache-2.0

/// Finds the name that a user most likely meant.
///
/// *Shape*: `nil` when nothing is near enough to be worth suggesting: more than a third of the
/// letters differ. Equal distances resolve to the first in `candidates`.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(1, name.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates where abs(candidate.count - name.count) <= limit {
        guard let distance = editDistance(name, candidate, limit: limit) else { continue }
        if distance < best?.distance ?? Int.max {
            best = (candidate, distance)
        }
    }
    return best?.name
}

/// Counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
///
/// *Shape*: `nil` as soon as the count must exceed the limit, which keeps long lists of names cheap.
private func editDistance(_ lhs: String, _ rhs: String, limit: Int) -> Int? {
    let left = Array(lhs.lowercased()), right = Array(rhs.lowercased())
    guard !left.isEmpty, !right.isEmpty else {
        let count = max(left.count, right.count)
        return count <= limit ? count : nil
    }
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for i in 1...left.count {
        var current = [i]
        for j in 1...right.count {
            let substitution = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            var cost = min(previous[j] + 1, current[j - 1] + 1, substitution)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                cost = min(cost, beforePrevious[j - 2] + 1)
            }
            current.append(cost)
        }
        // A swap reaches back two rows, so one row beyond the limit does not decide alone.
        guard min(current.min() ?? 0, previous.min() ?? 0) <= limit else { return nil }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count] <= limit ? previous[right.count] : nil
}
