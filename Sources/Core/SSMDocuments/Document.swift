// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// A Systems Manager document, read and checked.
///
/// *Shape*: `parameters` and `steps` are filled for Command and Policy documents only; of the others
/// the type and the schema version are known. *Source*: schema versions 1.2, 2.0, 2.2.
package struct Document: Hashable, Sendable {
    /// Whether this engine can run a document, and if not, why.
    package enum Support: Hashable, Sendable {
        case supported
        /// Runs, with something done another way than AWS does it.
        case supportedWithSubstitution([Remark])
        case needsAWS([Remark])
    }

    /// What is special about a step, or about the document when `step` is `nil`.
    package struct Remark: Hashable, Sendable {
        package var step: String?
        package var why: String
        package var source: SourceRange

        package init(step: String?, why: String, source: SourceRange) {
            self.step = step
            self.why = why
            self.source = source
        }
    }

    package enum Schema: String, Sendable, CaseIterable {
        case v1_2 = "1.2"
        case v2_0 = "2.0"
        case v2_2 = "2.2"
    }

    package var schemaVersion: String
    /// `nil` for documents that are not of type Command or Policy.
    package var schema: Schema?
    /// `Command`, `Policy`, `Automation`, `Session`: what `CreateDocument` is told.
    package var documentType: String
    package var description: String?
    package var parameters: [ParameterDefinition]
    package var steps: [Step]
    package var support: Support
    /// The size of the text; with the parameters' values it must stay within 64 KB.
    package var contentBytes: Int
    package var source: SourceRange

    package init(
        schemaVersion: String,
        schema: Schema?,
        documentType: String,
        description: String? = nil,
        parameters: [ParameterDefinition] = [],
        steps: [Step] = [],
        support: Support = .supported,
        contentBytes: Int = 0,
        source: SourceRange
    ) {
        self.schemaVersion = schemaVersion
        self.schema = schema
        self.documentType = documentType
        self.description = description
        self.parameters = parameters
        self.steps = steps
        self.support = support
        self.contentBytes = contentBytes
        self.source = source
    }

    /// Finds a declared parameter; names are case-sensitive.
    package func parameter(_ name: String) -> ParameterDefinition? {
        parameters.first { $0.name == name }
    }

    /// The limit of Systems Manager for content and parameter values together.
    package static let sizeMax = 64 << 10
    package static let stepsMax = 100
}
