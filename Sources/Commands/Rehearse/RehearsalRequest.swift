// SPDX-License-Identifier: Apache-2.0
package import Controller
package import FleetModel
package import Rehearsals
package import SystemPackage

/// What the composition root is told to rehearse.
package struct RehearsalRequest: Sendable {
    package var subject: RehearsalSubject
    package var node: DesiredNode
    /// Instead of what the node declares; a rehearsal has no network unless asked for.
    package var network: DesiredNode.Sandbox.Network
    package var initializer: DesiredNode.Sandbox.Initializer
    package var stateDirectory: FilePath
    /// Where the fleet's own sandboxes are.
    package var directory: FleetDirectory
    /// What a rehearsal writes about itself into the lock of the fleet, while it reads a sandbox.
    package var holder: String
    /// Fills the document for the platform of the clone.
    package var makeDocument:
        @Sendable (_ platformName: String, _ platformVersion: String) throws -> AgentDocument
}

/// Rehearses documents; the executable knows on what.
package typealias Rehearser = @Sendable (RehearsalRequest) async throws -> RehearsalFacts
