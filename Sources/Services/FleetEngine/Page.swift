// SPDX-License-Identifier: Apache-2.0
import SystemsManagerAPI

/// One page of a list that is sorted by a key; the token is the last key that was returned.
///
/// *Shape*: without `maxResults` all is one page: who asks in process has no wire to spare.
struct Page<Element> {
    var elements: [Element]
    var nextToken: String?

    init(
        _ all: [Element],
        maxResults: Int?,
        nextToken token: String?,
        key: (Element) -> String
    ) throws {
        try checkPageSize(maxResults)
        var rest = all[...]
        if let token { rest = rest.drop { key($0) <= token } }
        guard let maxResults, rest.count > maxResults else {
            elements = Array(rest)
            return
        }
        elements = Array(rest.prefix(maxResults))
        nextToken = elements.last.map(key)
    }
}

/// Refuses page sizes that would never end.
///
/// *Errors*: `ValidationException`.
func checkPageSize(_ maxResults: Int?) throws {
    guard maxResults ?? 1 > 0 else {
        throw SystemsManagerError(.validation, "MaxResults must be at least 1")
    }
}

/// Reads a token that is a row number.
///
/// *Errors*: `InvalidNextToken`.
func rowNumber(ofToken token: String?) throws -> Int? {
    guard let token else { return nil }
    guard let number = Int(token) else {
        throw SystemsManagerError(.invalidNextToken, "the token was not made here")
    }
    return number
}
