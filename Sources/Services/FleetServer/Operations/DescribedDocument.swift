// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SSMDocuments
import SystemsManagerAPI

/// A description of a document with what its content says of itself.
///
/// *Source*: `DocumentDescription`.
struct DescribedDocument: Encodable {
    private struct Parameter: Encodable {
        var name: String
        var type: String
        var description: String?
        var defaultValue: String?
    }

    private enum Keys: String, CodingKey { case parameters, platformTypes }

    private let description: DocumentDescription
    private let parameters: [Parameter]
    /// What can be stored here runs on Linux.
    private let platformTypes = ["Linux"]

    init(_ description: DocumentDescription, content: String) {
        self.description = description
        let format = DesiredDocument.Format(rawValue: description.documentFormat) ?? .json
        let model = DocumentLoader.load(text: content, format: format, file: description.name)
            .document
        parameters = (model?.parameters ?? []).map { parameter in
            Parameter(
                name: parameter.name,
                type: parameter.kind.rawValue,
                description: parameter.description,
                defaultValue: parameter.defaultValue?.text
            )
        }
    }

    func encode(to encoder: any Encoder) throws {
        try description.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(parameters, forKey: .parameters)
        try container.encode(platformTypes, forKey: .platformTypes)
    }
}

/// *Source*: the answers to `CreateDocument` and `UpdateDocument`.
struct ChangedDocumentAnswer: Encodable {
    var documentDescription: DescribedDocument
}

/// *Source*: the answer to `DescribeDocument`.
struct DescribeDocumentAnswer: Encodable {
    var document: DescribedDocument
}
