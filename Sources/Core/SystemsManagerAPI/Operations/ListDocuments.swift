// SPDX-License-Identifier: Apache-2.0

/// Lists documents, the newest facts of each.
///
/// *Shape*: sorted by name. `description` of each entry is that of the default version; AWS's own `ListDocuments`
/// gives less, and its client fills the rest by `DescribeDocument`. *Source*: `ssm:ListDocuments`.
package struct ListDocuments: Operation {
    package typealias Response = ListDocumentsResponse

    package var maxResults: Int?
    package var nextToken: String?

    package init(maxResults: Int? = nil, nextToken: String? = nil) {
        self.maxResults = maxResults
        self.nextToken = nextToken
    }
}

/// The answer to `ListDocuments`.
package struct ListDocumentsResponse: Codable, Hashable, Sendable {
    package var documentIdentifiers: [DocumentDescription]
    package var nextToken: String?

    package init(documentIdentifiers: [DocumentDescription], nextToken: String? = nil) {
        self.documentIdentifiers = documentIdentifiers
        self.nextToken = nextToken
    }
}
