// SPDX-License-Identifier: Apache-2.0
import FleetModel
package import SystemsManagerAPI

/// Why a value is not of the shape that an operation has, with the place.
package struct WireProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// A member that must be there is not.
        case missing
        /// A value of another type, such as a text where a number belongs.
        case type(String)
        /// A value of the right type that means nothing.
        case value(String, constraint: String)
        /// A member that means something on AWS, and nothing here.
        case unsupported
    }

    package var kind: Kind
    /// Members as their structures call them, such as `targets.1.values`.
    package var path: String

    package init(_ kind: Kind, at path: String) {
        self.kind = kind
        self.path = path
    }

    package var description: String {
        switch kind {
        case .missing:
            "1 validation error detected: Value null at '\(path)' failed to satisfy constraint: "
                + "Member must not be null"
        case .type(let message): message + (path.isEmpty ? "" : " (at '\(path)')")
        case .value(let value, let constraint):
            "1 validation error detected: Value '\(value)' at '\(path)' failed to satisfy "
                + "constraint: \(constraint)"
        case .unsupported: "The member '\(path)' is not supported by this engine."
        }
    }

    /// The error that a caller is answered.
    package var error: SystemsManagerError {
        switch kind {
        case .type: SystemsManagerError(.serialization, description)
        default: SystemsManagerError(.validation, description)
        }
    }
}

extension SystemsManagerError.Code {
    /// A request that is no JSON, or has a value of the wrong type.
    package static let serialization: Self = "SerializationException"
}
