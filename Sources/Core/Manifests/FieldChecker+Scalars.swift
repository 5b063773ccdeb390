// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// The scalars that are more than a text, a number or a boolean.
extension FieldChecker {
    mutating func checkChoice(_ node: Node, _ choices: [String]) {
        guard let text = node.text, !node.isNull else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a text, not \(node.shape)",
                at: node.range,
                hint: "one of \(choices.joined(separator: ", "))"
            )
            return
        }
        guard !choices.contains(text) else { return }
        let sameLetters = choices.first { $0.lowercased() == text.lowercased() }
        let nearest = sameLetters ?? nearestName(to: text, among: choices)
        report(
            .unknownValue,
            "'\(pathText)' cannot be '\(text.excerpt)'",
            at: node.range,
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? "one of \(choices.joined(separator: ", "))"
        )
    }

    mutating func checkRateBound(_ node: Node, atLeast least: Int) {
        guard case .scalar(let scalar) = node.content else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a number or a percentage, not \(node.shape)",
                at: node.range
            )
            return
        }
        let number: Int
        switch RateBound(scalar.text) {
        case .count(let value)?, .percent(let value)?: number = value
        case nil:
            let isNumber = PlainMeaning(of: scalar.text) == .integer || scalar.text.hasSuffix("%")
            let closed = String(scalar.text.filter { $0 != " " })
            report(
                isNumber ? .outOfRange : .typeMismatch,
                scalar.text.isEmpty
                    ? "'\(pathText)' has no value"
                    : "'\(pathText)' must be a number or a percentage, and is"
                        + " '\(scalar.text.excerpt)'",
                at: node.range,
                hint: RateBound(closed) == nil
                    ? "write a number such as 10, or a percentage from 0% to 100%"
                    : "write \(closed), without a space"
            )
            return
        }
        if number < least {
            report(
                .outOfRange,
                "'\(pathText)' must be at least \(least), and is \(scalar.text.excerpt)",
                at: node.range
            )
        }
    }

    mutating func checkDuration(_ node: Node, _ range: ClosedRange<Int>) {
        guard let text = node.text, !text.isEmpty else {
            report(
                .typeMismatch,
                "'\(pathText)' must be a number with a unit, not \(node.shape)",
                at: node.range
            )
            return
        }
        guard let seconds = Duration.seconds(text) else {
            let isNumber = PlainMeaning(of: text) == .integer && Duration.seconds(text + "m") != nil
            report(
                .typeMismatch,
                "'\(pathText)' must be a number with a unit, and is '\(text.excerpt)'",
                at: node.range,
                hint: isNumber
                    ? "write \(text)s, \(text)m, \(text)h or \(text)d"
                    : "for example 30s, 5m, 2h or 1d"
            )
            return
        }
        if !range.contains(seconds) {
            report(
                .outOfRange,
                "'\(pathText)' must be from \(Duration.text(range.lowerBound)) to"
                    + " \(Duration.text(range.upperBound)), and is \(text.excerpt)",
                at: node.range
            )
        }
    }
}
