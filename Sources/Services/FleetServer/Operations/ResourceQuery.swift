// SPDX-License-Identifier: Apache-2.0
import AWSWire
import FleetModel
import SystemsManagerAPI

/// The query of a resource group: a type, and JSON within a text.
///
/// *Source*: `TAG_FILTERS_1_0`. Its tags are ANDed, the values of one ORed, and no values mean any. What must
/// not be is Aplomb's addition, `ExcludedTagFilters`, since the API has no word for it.
struct ResourceQuery: Codable, Sendable {
    static let nodeType = "AWS::SSM::ManagedInstance"
    private static let tagFilters = "TAG_FILTERS_1_0"
    private static let textMax = 4096
    private static let allTypes: Set = [nodeType, "AWS::AllSupported"]

    var type: String
    var query: String

    private struct Query: Codable {
        struct TagFilter: Codable {
            var key: String
            var values: [String]?
        }

        var resourceTypeFilters: [String]
        var tagFilters: [TagFilter]?
        var excludedTagFilters: [TagFilter]?
    }

    init(_ query: TagQuery) {
        func filters(_ tags: [String: [String]]) -> [Query.TagFilter] {
            tags.sorted { $0.key < $1.key }.map { .init(key: $0.key, values: $0.value) }
        }
        type = Self.tagFilters
        let value = Query(
            resourceTypeFilters: [Self.nodeType],
            tagFilters: filters(query.tags),
            excludedTagFilters: query.not.isEmpty ? nil : filters(query.not)
        )
        let bytes = (try? WireEncoding.encode(value))?.bytes ?? []
        self.query = String(decoding: bytes, as: UTF8.self)
    }

    /// *Errors*: `BadRequestException` for a query that is not understood or that nothing here can be in.
    var tagQuery: TagQuery {
        get throws {
            guard type == Self.tagFilters else {
                throw SystemsManagerError(
                    .validation,
                    "queries of type \(type) are not supported; use \(Self.tagFilters)"
                )
            }
            guard query.utf8.count <= Self.textMax else {
                throw SystemsManagerError(
                    .validation,
                    "the query is longer than \(Self.textMax) bytes"
                )
            }
            let parsed: Query
            do {
                parsed = try WireDecoding.decode(
                    Query.self,
                    from: try JSONValue(parsing: Array(query.utf8)),
                    unknown: .refuse
                )
            } catch {
                throw SystemsManagerError(.validation, "Query not valid: \(error)")
            }
            guard !Self.allTypes.isDisjoint(with: parsed.resourceTypeFilters) else {
                throw SystemsManagerError(
                    .validation,
                    "a group here holds resources of type \(Self.nodeType); "
                        + "name it in ResourceTypeFilters"
                )
            }
            return TagQuery(
                tags: try Self.tags(parsed.tagFilters),
                not: try Self.tags(parsed.excludedTagFilters)
            )
        }
    }

    private static func tags(_ filters: [Query.TagFilter]?) throws -> [String: [String]] {
        var result: [String: [String]] = [:]
        for filter in filters ?? [] {
            guard result.updateValue((filter.values ?? []).sorted(), forKey: filter.key) == nil
            else {
                throw SystemsManagerError(
                    .validation,
                    "the query names the tag '\(filter.key)' twice"
                )
            }
        }
        return result
    }
}
