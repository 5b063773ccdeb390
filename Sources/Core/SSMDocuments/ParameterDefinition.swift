// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// A parameter that a document declares.
package struct ParameterDefinition: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case string = "String"
        case stringList = "StringList"
        case integer = "Integer"
        case boolean = "Boolean"
        case mapList = "MapList"
        case stringMap = "StringMap"
    }

    package var name: String
    package var kind: Kind
    package var description: String?
    package var defaultValue: DocumentValue?
    /// Empty when any value is allowed.
    package var allowedValues: [String]
    package var allowedPattern: SafePattern?
    /// *Units*: bytes of UTF-8, as the agent of AWS counts.
    package var charsRange: ClosedRange<Int>
    package var itemsRange: ClosedRange<Int>
    /// `interpolationType: ENV_VAR`: the value always travels in the environment.
    package var isEnvironmentVariable: Bool
    package var source: SourceRange

    package init(
        name: String,
        kind: Kind,
        description: String? = nil,
        defaultValue: DocumentValue? = nil,
        allowedValues: [String] = [],
        allowedPattern: SafePattern? = nil,
        charsRange: ClosedRange<Int> = 0...Int(Int32.max),
        itemsRange: ClosedRange<Int> = 0...Int(Int32.max),
        isEnvironmentVariable: Bool = false,
        source: SourceRange
    ) {
        self.name = name
        self.kind = kind
        self.description = description
        self.defaultValue = defaultValue
        self.allowedValues = allowedValues
        self.allowedPattern = allowedPattern
        self.charsRange = charsRange
        self.itemsRange = itemsRange
        self.isEnvironmentVariable = isEnvironmentVariable
        self.source = source
    }

    /// The variable that carries the value into scripts.
    package var environmentName: String { "SSM_" + name }
}
