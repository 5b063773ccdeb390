// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import Planning

/// Says where the lines of one plan come from, and who wrote them: once, when it was one commit.
struct SourceWords {
    /// The author of all lines, when one commit asked for everything.
    let sole: String?

    init(_ plan: Plan) {
        let sources = plan.changes.compactMap(\.source) + plan.runs.map(\.source)
        let removers = plan.changes.filter { $0.action == .delete }.map(\.removedBy)
        let authors = Set(sources.map(\.author) + removers)
        sole = authors.count == 1 ? authors.first?.map(Self.words) : nil
    }

    /// `git moved: web.yaml:14, by Kim in 9f3c1e2 "raise the limit"`.
    func why(_ reason: String, _ source: PlanSource?) -> String {
        let reason = reason.displayEscaped.capped(at: 300)
        guard let source else { return reason }
        let author = sole == nil ? source.author.map { ", by " + Self.words($0) } ?? "" : ""
        return "\(reason): \(place(source))\(author)"
    }

    /// Why something changes; of what is deleted, who took its lines away.
    func why(_ change: PlannedChange) -> String {
        guard change.action == .delete, sole == nil, let author = change.removedBy else {
            return why(change.reason, change.source)
        }
        return "\(why(change.reason, nil)), by \(Self.words(author))"
    }

    /// `web.yaml:14`, with the author's name where several people asked.
    func brief(_ source: PlanSource) -> String {
        guard sole == nil, let author = source.author else { return place(source) }
        let name = author.name.displayEscaped.capped(at: 60)
        return "\(place(source)), by \(name) in \(Words.commit(author.commit))"
    }

    /// `web.yaml:14, by Kim in 9f3c1e2 "raise the limit"`, whoever else asked for something.
    static func written(_ source: PlanSource) -> String {
        place(source) + (source.author.map { ", by " + words($0) } ?? "")
    }

    private func place(_ source: PlanSource) -> String { Self.place(source) }

    private static func place(_ source: PlanSource) -> String {
        "\(source.file.displayEscaped):\(source.line)"
    }

    private static func words(_ author: PlanSource.Author) -> String {
        let name = author.name.displayEscaped.capped(at: 60)
        let subject = author.subject.displayEscaped.capped(at: 72)
        return "\(name) in \(Words.commit(author.commit))"
            + (subject.isEmpty ? "" : " \"\(subject)\"")
    }
}
