// SPDX-License-Identifier: Apache-2.0

/// Holds the lines whose origin is still sought, by commit, newest commit first.
struct BlameWalk {
    /// A line: where it was asked for, and where it is in the commit under suspicion.
    struct Line {
        let original: Int
        var current: Int
    }

    /// Lines of one file that a commit has.
    struct Suspect {
        let path: String
        let components: [String]
        var blob: ObjectID
        var lines: [Line]
    }

    /// How many more files may be compared.
    var comparisonsLeft: Int
    private var waiting: [ObjectID: (time: Int64, suspects: [Suspect])] = [:]

    init(comparisonsLeft: Int) {
        self.comparisonsLeft = comparisonsLeft
    }

    mutating func add(_ suspect: Suspect, to commit: ObjectID, time: Int64) {
        waiting[commit, default: (time, [])].suspects.append(suspect)
    }

    /// Takes the newest commit that has suspects.
    mutating func next() -> (ObjectID, [Suspect])? {
        let newest = waiting.max { left, right in
            (left.value.time, left.key) < (right.value.time, right.key)
        }
        guard let newest else { return nil }
        waiting[newest.key] = nil
        return (newest.key, newest.value.suspects)
    }
}

/// Maps the lines of a new text to those of an old one.
final class LineHunks {
    private var hunks: [(oldCount: Int, newStart: Int, newCount: Int)] = []

    /// Adds a hunk without context, in order; a hunk without new lines starts after `newStart`.
    func add(oldCount: Int, newStart: Int, newCount: Int) {
        hunks.append((oldCount, newCount == 0 ? newStart + 1 : newStart, newCount))
    }

    /// Parts lines of the new text into those that the old text has, renumbered, and the others.
    func split(_ lines: [BlameWalk.Line]) -> (kept: [BlameWalk.Line], own: [BlameWalk.Line]) {
        var kept: [BlameWalk.Line] = []
        var own: [BlameWalk.Line] = []
        for line in lines {
            var shift = 0
            var isNew = false
            for hunk in hunks where hunk.newStart <= line.current {
                if line.current < hunk.newStart + hunk.newCount {
                    isNew = true
                    break
                }
                shift += hunk.oldCount - hunk.newCount
            }
            if isNew {
                own.append(line)
            } else {
                kept.append(.init(original: line.original, current: line.current + shift))
            }
        }
        return (kept, own)
    }
}
