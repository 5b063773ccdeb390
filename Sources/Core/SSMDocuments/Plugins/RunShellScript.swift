// SPDX-License-Identifier: Apache-2.0
package import Diagnostics

/// The inputs of `aws:runShellScript`, as written, references included.
package struct RunShellScript: Hashable, Sendable {
    /// One element of `runCommand`: a line, or several.
    package struct Line: Hashable, Sendable {
        package var text: String
        package var source: SourceRange

        package init(_ text: String, source: SourceRange) {
            self.text = text
            self.source = source
        }
    }

    package var runCommand: [Line]
    package var timeoutSeconds: String?
    package var workingDirectory: String?
    package var onFailure: String?
    package var onSuccess: String?
    package var finallyStep: String?

    package init(
        runCommand: [Line],
        timeoutSeconds: String? = nil,
        workingDirectory: String? = nil,
        onFailure: String? = nil,
        onSuccess: String? = nil,
        finallyStep: String? = nil
    ) {
        self.runCommand = runCommand
        self.timeoutSeconds = timeoutSeconds
        self.workingDirectory = workingDirectory
        self.onFailure = onFailure
        self.onSuccess = onSuccess
        self.finallyStep = finallyStep
    }

    package static let timeoutDefault = 3600
    package static let timeoutRange = 5...172_800

    /// Reads a timeout as AWS does: what is no number within the range is the default.
    static func timeout(_ text: String?) -> Int {
        guard let text, let value = Double(text), value.isFinite, value < 1e9, value > -1e9,
            timeoutRange.contains(Int(value))
        else { return timeoutDefault }
        return Int(value)
    }
}
