// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// The condition under which a step of schema 2.2 runs.
///
/// *Source*: `precondition: {StringEquals: [left, right]}`, the only operator there is.
package struct Precondition: Hashable, Sendable {
    /// A comparison; `operands` are as written, references included.
    package struct Term: Hashable, Sendable {
        package var operatorName: String
        package var operands: [String]

        package init(operatorName: String, operands: [String]) {
            self.operatorName = operatorName
            self.operands = operands
        }
    }

    package enum Outcome: Hashable, Sendable {
        case holds
        /// The text says which comparison is false.
        case fails(String)
        /// AWS fails the step and calls the precondition unrecognized.
        case unrecognized(String)
    }

    package var terms: [Term]
    package var source: SourceRange

    package init(terms: [Term], source: SourceRange) {
        self.terms = terms
        self.source = source
    }

    static let platformType = "platformType"
    static let platforms = ["Linux", "Windows", "MacOS"]

    /// Why a term can never be decided; `nil` when it can.
    static func problem(of term: Term) -> String? {
        guard term.operatorName == "StringEquals" else {
            return "'\(term.operatorName)' is not an operator: only StringEquals is"
        }
        guard term.operands.count == 2 else {
            return "StringEquals compares 2 operands, not \(term.operands.count)"
        }
        let (left, right) = (term.operands[0], term.operands[1])
        guard left != right else { return "both operands are '\(left)'" }
        let names = Template(left).references + Template(right).references
        if let stored = names.first(where: Template.isParameterStore) {
            return "'{{ \(stored) }}' cannot be used in a precondition"
        }
        guard left == platformType || right == platformType else {
            return names.isEmpty ? "neither operand is platformType or a parameter" : nil
        }
        guard names.isEmpty else { return "platformType cannot be compared with a parameter" }
        let platform = left == platformType ? right : left
        guard platforms.contains(where: { $0.lowercased() == platform.lowercased() }) else {
            return "platformType is never '\(platform)'"
        }
        return nil
    }

    /// Decides for a node.
    ///
    /// `text` fills the references of an operand.
    func evaluate(platformType: String, text: (String) -> String) -> Outcome {
        if terms.isEmpty { return .unrecognized("it compares nothing") }
        for term in terms {
            if let problem = Self.problem(of: term) { return .unrecognized(problem) }
            let (left, right) = (term.operands[0], term.operands[1])
            if left == Self.platformType || right == Self.platformType {
                let wanted = left == Self.platformType ? right : left
                guard wanted.lowercased() == platformType.lowercased() else {
                    return .fails("the step is for \(wanted), and the node is \(platformType)")
                }
            } else if text(left) != text(right) {
                return .fails("its precondition \(left) = \(right) does not hold")
            }
        }
        return .holds
    }
}
