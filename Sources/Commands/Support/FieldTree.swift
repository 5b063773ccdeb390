// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FoundationEssentials
import Reports

/// A value of any shape, as people read it: fields in columns, lists of things as tables.
indirect enum FieldTree: Decodable {
    case scalar(String)
    case list([FieldTree])
    case fields([(name: String, value: FieldTree)])

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            self = .fields(
                try container.allKeys.sorted(by: Self.isBefore).map {
                    ($0.stringValue, try container.decode(FieldTree.self, forKey: $0))
                }
            )
        } else if var container = try? decoder.unkeyedContainer() {
            var items: [FieldTree] = []
            while !container.isAtEnd { items.append(try container.decode(FieldTree.self)) }
            self = .list(items)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .scalar("-")
            } else if let value = try? container.decode(Bool.self) {
                self = .scalar(value ? "true" : "false")
            } else if let value = try? container.decode(Int.self) {
                self = .scalar(String(value))
            } else {
                self = .scalar(try container.decode(String.self))
            }
        }
    }

    /// What a thing is called comes first, and the rest by name.
    private static func isBefore(_ lhs: Key, _ rhs: Key) -> Bool {
        func rank(_ key: Key) -> (Int, String) {
            (["name", "typeName"].contains(key.stringValue) ? 0 : 1, key.stringValue)
        }
        return rank(lhs) < rank(rhs)
    }

    /// Writes JSON as text for people, escaped.
    ///
    /// *Errors*: `DecodingError` for what is no JSON.
    static func text(ofJSON json: String) throws -> String {
        let tree = try JSONDecoder().decode(FieldTree.self, from: Data(json.utf8))
        return tree.lines(indent: 0).joined(separator: "\n") + "\n"
    }

    private func lines(indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        switch self {
        case .scalar(let text): return Self.split(text).map { margin + $0 }
        case .list(let items): return Self.table(items, margin)
        case .fields(let fields):
            let width = fields.map { $0.name.displayWidth }.max() ?? 0
            return fields.flatMap { name, value in
                let title = name.displayEscaped
                let padding = String(repeating: " ", count: max(0, width - title.displayWidth) + 2)
                if let line = value.oneLine { return [margin + title + padding + line] }
                return [margin + title] + value.lines(indent: indent + 2)
            }
        }
    }

    /// The value where it fits on the line of its name.
    private var oneLine: String? {
        switch self {
        case .scalar(let text):
            let lines = Self.split(text)
            return lines.count > 1 ? nil : lines.first ?? ""
        case .list(let items):
            let texts = items.compactMap(\.oneLine)
            guard texts.count == items.count else { return nil }
            return texts.isEmpty ? "-" : texts.joined(separator: ", ")
        case .fields(let fields): return fields.isEmpty ? "-" : nil
        }
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { String($0).displayEscaped }
    }

    /// A list of like things: one line each, below the names of their fields.
    private static func table(_ items: [FieldTree], _ margin: String) -> [String] {
        var titles: [String] = []
        for case .fields(let fields) in items {
            for field in fields where !titles.contains(field.name) { titles.append(field.name) }
        }
        let rows = items.map { item -> [String]? in
            guard case .fields(let fields) = item else { return nil }
            let values = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
            let cells = titles.map { values[$0].map(\.oneLine) ?? "-" }
            return cells.contains(nil) ? nil : cells.map { $0 ?? "" }
        }
        guard !titles.isEmpty, !rows.contains(nil) else {
            return items.flatMap { item in
                let lines = item.lines(indent: 0)
                return lines.enumerated().map { margin + ($0 == 0 ? "- " : "  ") + $1 }
            }
        }
        let all = [titles.map(\.displayEscaped)] + rows.compactMap { $0 }
        let widths = titles.indices.map { column in all.map { $0[column].displayWidth }.max() ?? 0 }
        return all.map { row in
            var line = margin
            for (column, cell) in row.enumerated() {
                line += cell
                guard column + 1 < row.count else { break }
                line += String(repeating: " ", count: widths[column] - cell.displayWidth + 2)
            }
            return line
        }
    }
}
