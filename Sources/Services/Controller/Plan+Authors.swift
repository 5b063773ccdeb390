// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git
import Planning

extension Plan {
    /// The plan with the author of each desired line, as far as history is cheap to ask.
    ///
    /// Authors are for people: when git cannot say, the line stays without one.
    func withAuthors(from loaded: LoadedFleet) async -> Plan {
        guard let commit = loaded.commit,
            let repository = try? await loaded.source?.repository()
        else { return self }
        var wanted: [String: Set<Int>] = [:]
        for source in changes.compactMap(\.source) + runs.map(\.source) {
            wanted[source.file, default: []].insert(source.line)
        }
        guard !wanted.isEmpty else { return self }
        guard let found = try? await repository.lastChanges(at: commit.id, lines: wanted) else {
            return self
        }
        let authors = found.mapValues { $0.mapValues(PlanSource.Author.init) }
        var plan = self
        for index in plan.changes.indices {
            guard let source = plan.changes[index].source else { continue }
            plan.changes[index].source?.author = authors[source.file]?[source.line]
        }
        for index in plan.runs.indices {
            let source = plan.runs[index].source
            plan.runs[index].source.author = authors[source.file]?[source.line]
        }
        return plan
    }
}

extension PlanSource.Author {
    fileprivate init(_ commit: CommitInfo) {
        self.init(
            name: commit.authorName,
            commit: commit.id.hex,
            subject: commit.subject,
            date: Timestamp(seconds: commit.time)
        )
    }
}
