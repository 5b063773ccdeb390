// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Reads inventory types that people define: JSON files, or what a command prints.
///
/// *Source*: custom inventory files of the agent: the version, the name, and limits of attributes.
enum CustomInventory {
    static let fileBytesMax = 4 << 20
    private static let filesMax = 100
    private static let typesMax = 20
    private static let attributesMax = 50
    private static let attributeNameMax = 64
    private static let typeNameMax = 100

    /// What the files and their types come to: a mistake is that of its type, or of its file.
    static func read(_ folders: [String], _ context: GatherContext) -> [GatherOutcome] {
        var found: [(source: String, result: Result<[InventoryItem], HostError>)] = []
        for folder in folders {
            let entries: [HostFolder.Entry]
            do throws(HostError) {
                entries = try context.entries(folder)
            } catch {
                found.append((folder, .failure(error)))
                continue
            }
            for entry in entries where entry.text.hasSuffix(".json") && entry.type != .directory {
                guard found.count < filesMax else {
                    let error = HostError(.exhausted, "more than \(filesMax) files of inventory")
                    found.append((folder, .failure(error)))
                    break
                }
                let path = "\(folder)/\(entry.text)"
                found.append((path, read(path, context)))
            }
        }
        return outcomes(found)
    }

    private static func read(
        _ path: String,
        _ context: GatherContext
    ) -> Result<[InventoryItem], HostError> {
        do throws(HostError) {
            let bytes = try context.files.read(path, bytesMax: fileBytesMax)
            return .success(try items(bytes))
        } catch {
            return .failure(error)
        }
    }

    /// Two sources of one type reject each other, as with the agent of AWS.
    static func outcomes(
        _ found: [(source: String, result: Result<[InventoryItem], HostError>)]
    ) -> [GatherOutcome] {
        var sources: [String: [String]] = [:]
        for (source, result) in found {
            for item in (try? result.get()) ?? [] {
                sources[item.typeName, default: []].append(source)
            }
        }
        var outcomes: [GatherOutcome] = []
        var told: Set<String> = []
        for (source, result) in found {
            switch result {
            case .failure(let error): outcomes.append(.failed(source, error))
            case .success(let items):
                for item in items {
                    let all = sources[item.typeName] ?? []
                    guard all.count > 1 else {
                        outcomes.append(.item(Gathered(item: item)))
                        continue
                    }
                    guard told.insert(item.typeName).inserted else { continue }
                    let why = "more than one source: \(all.joined(separator: ", "))"
                    outcomes.append(.failed(item.typeName, HostError(.invalid, why)))
                }
            }
        }
        guard sources.count > typesMax else { return outcomes }
        let why = "\(sources.count) custom types, and \(typesMax) are allowed"
        return [.failed("custom inventory", HostError(.exhausted, why))]
    }

    // MARK: - JSON

    /// Reads one object, or a list of them.
    static func items(_ bytes: [UInt8]) throws(HostError) -> [InventoryItem] {
        let value: JSONValue
        do {
            value = try JSONDecoder().decode(JSONValue.self, from: Data(bytes))
        } catch {
            throw HostError(.invalid, "no JSON")
        }
        guard case .list(let values) = value else { return [try item(value)] }
        var items: [InventoryItem] = []
        for value in values { items.append(try item(value)) }
        return items
    }

    private static func item(_ value: JSONValue) throws(HostError) -> InventoryItem {
        guard case .object(let fields) = value else {
            throw HostError(.invalid, "an inventory type is an object")
        }
        guard case .text(let version)? = fields["SchemaVersion"], isVersion(version) else {
            throw HostError(.invalid, "SchemaVersion is a text such as \"1.0\"")
        }
        guard case .text(let name)? = fields["TypeName"], name.hasPrefix("Custom:"),
            name.utf8.count > 7, name.utf8.count <= typeNameMax,
            name.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F })
        else {
            throw HostError(.invalid, "TypeName begins with Custom: and has at most 100 characters")
        }
        guard InventoryKind(rawValue: name) == nil else {
            throw HostError(.invalid, "\(name) is a type of Aplomb itself")
        }
        let contents: [JSONValue]
        switch fields["Content"] {
        case .list(let list)?: contents = list
        case .object?: contents = [fields["Content"] ?? .null]
        default: throw HostError(.invalid, "Content of \(name) is an object or a list of objects")
        }
        var entries: [[String: String]] = []
        for content in contents { entries.append(try entry(content, name)) }
        return InventoryItem(typeName: name, schemaVersion: version, entries: entries)
    }

    private static func entry(
        _ value: JSONValue,
        _ type: String
    ) throws(HostError) -> [String: String] {
        guard case .object(let fields) = value else {
            throw HostError(.invalid, "an entry of \(type) is no object")
        }
        guard fields.count <= attributesMax else {
            throw HostError(.invalid, "an entry of \(type) has more than 50 attributes")
        }
        var entry: [String: String] = [:]
        for (name, value) in fields {
            guard !name.isEmpty, name.utf8.count <= attributeNameMax else {
                throw HostError(.invalid, "\(type): names of attributes have 1 to 64 characters")
            }
            guard case .text(let text) = value else {
                throw HostError(.invalid, "\(type): the value of \(name) is no text")
            }
            guard text.utf8.count <= InventoryItem.valueBytesMax else {
                throw HostError(.invalid, "\(type): the value of \(name) is longer than 4096")
            }
            entry[name] = text
        }
        return entry
    }

    /// *Source*: `^([0-9]{1,6})(\.[0-9]{1,6})$`.
    private static func isVersion(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
        return parts.count == 2
            && parts.allSatisfy { part in
                (1...6).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
            }
    }
}

/// Where files of custom inventory are looked for.
package enum CustomInventoryFolder {
    package static let own = "/var/lib/aplomb/inventory/custom"

    /// Where the agent of AWS looks on a node of that id.
    package static func amazon(nodeID: String) -> String {
        "/var/lib/amazon/ssm/\(nodeID)/inventory/custom"
    }
}

/// A value of JSON, as far as custom inventory needs it.
private enum JSONValue: Decodable {
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])
    case number
    case boolean
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if container.decodeNil() {
            self = .null
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else if let object = try? container.decode([String: JSONValue].self) {
            self = .object(object)
        } else if (try? container.decode(Bool.self)) != nil {
            self = .boolean
        } else {
            _ = try container.decode(Double.self)
            self = .number
        }
    }
}
