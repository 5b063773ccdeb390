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
        let sources =
            changes.compactMap(\.source) + runs.map(\.source) + exceptions.map(\.source)
        for source in sources {
            wanted[source.file, default: []].formUnion(source.linesAsked)
        }
        var plan = await withRemovers(from: repository, at: commit.id)
        guard !wanted.isEmpty else { return plan }
        guard let found = try? await repository.lastChanges(at: commit.id, lines: wanted) else {
            return plan
        }
        /// Of several lines the one that was written last says who asked.
        func author(_ source: PlanSource) -> PlanSource.Author? {
            let lines = found[source.file] ?? [:]
            return source.linesAsked.compactMap { lines[$0] }
                .max { ($0.time, $1.id.hex) < ($1.time, $0.id.hex) }
                .map(PlanSource.Author.init)
        }
        for index in plan.changes.indices {
            guard let source = plan.changes[index].source else { continue }
            plan.changes[index].source?.author = author(source)
        }
        for index in plan.runs.indices {
            plan.runs[index].source.author = author(plan.runs[index].source)
        }
        for index in plan.exceptions.indices {
            plan.exceptions[index].source.author = author(plan.exceptions[index].source)
        }
        return plan
    }

    /// The plan with who took away the lines of what is deleted: the last to change their file.
    private func withRemovers(from repository: Repository, at commit: ObjectID) async -> Plan {
        var plan = self
        for file in Set(changes.compactMap(\.formerFile)) {
            guard let found = try? await repository.lastChange(of: file, at: commit) else {
                continue
            }
            for index in plan.changes.indices where plan.changes[index].formerFile == file {
                plan.changes[index].removedBy = PlanSource.Author(found)
            }
        }
        return plan
    }
}

extension PlanSource {
    /// The lines whose authors are asked for: enough of any object, however long.
    fileprivate var linesAsked: ClosedRange<Int> { line...min(lastLine, line + 100) }
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
