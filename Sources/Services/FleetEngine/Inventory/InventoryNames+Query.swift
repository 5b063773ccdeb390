// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import InventoryQueries

extension InventorySelection {
    /// The entries that a query is about, at a time.
    init(_ query: InventoryQuery, at now: Timestamp) {
        guard let condition = query.condition else {
            self.init(typeName: query.typeName)
            return
        }
        self.init(
            typeName: query.typeName,
            names: InventoryNames(condition),
            selects: { condition.matches($0, at: now.milliseconds) }
        )
    }
}

extension InventoryNames {
    /// The names that an expression leaves possible.
    ///
    /// *Shape*: only plain ASCII goes through the index: it compares bytes, the expression characters.
    init(_ expression: InventoryExpression) {
        switch expression {
        case .comparison("Name", .equal, .text(let text)) where text.isASCIIOnly:
            self = .oneOf([text])
        case .comparison("Name", .like, .text(let pattern)) where pattern.isASCIIOnly:
            let prefix = String(pattern.prefix { $0 != "*" && $0 != "?" })
            self = prefix == pattern ? .oneOf([prefix]) : prefix.isEmpty ? .any : .beginning(prefix)
        case .oneOf("Name", let values):
            let texts = values.compactMap { value -> String? in
                guard case .text(let text) = value, text.isASCIIOnly else { return nil }
                return text
            }
            self = texts.count == values.count ? .oneOf(Set(texts)) : .any
        case .all(let parts): self = parts.map(InventoryNames.init).narrowest
        case .any(let parts):
            var all: Set<String> = []
            for part in parts {
                guard case .oneOf(let names) = InventoryNames(part) else {
                    self = .any
                    return
                }
                all.formUnion(names)
            }
            self = .oneOf(all)
        default: self = .any
        }
    }
}

extension [InventoryNames] {
    /// One of several bounds that all hold: the one that lets the least through.
    var narrowest: InventoryNames {
        var best = InventoryNames.any
        for names in self {
            switch (best, names) {
            case (.oneOf(let lhs), .oneOf(let rhs)): best = .oneOf(lhs.intersection(rhs))
            case (_, .oneOf), (.any, _): best = names
            default: continue
            }
        }
        return best
    }
}

extension String {
    var isASCIIOnly: Bool { utf8.allSatisfy { $0 < 0x80 } }
}
