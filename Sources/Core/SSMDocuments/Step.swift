// SPDX-License-Identifier: Apache-2.0
package import Diagnostics
package import PositionedYAML

/// One step of a Command document, as written.
package struct Step: Hashable, Sendable {
    package var name: String
    /// The plugin, such as `aws:runShellScript`.
    package var action: String
    package var inputs: Node?
    /// Typed inputs, for the plugin that runs here.
    package var runShellScript: RunShellScript?
    package var precondition: Precondition?
    package var source: SourceRange

    package init(
        name: String,
        action: String,
        inputs: Node? = nil,
        runShellScript: RunShellScript? = nil,
        precondition: Precondition? = nil,
        source: SourceRange
    ) {
        self.name = name
        self.action = action
        self.inputs = inputs
        self.runShellScript = runShellScript
        self.precondition = precondition
        self.source = source
    }
}
