// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning
package import SystemsManagerAPI

/// A provider that was opened for one fleet, and how to let go of it.
package struct ProviderSession: Sendable {
    package enum Mode: Sendable {
        /// Looks, and changes nothing: any number at once, beside a run.
        case readOnly
        case readWrite
    }

    /// What the composition root is told to open.
    package struct Request: Sendable {
        package var desired: DesiredState
        package var ownership: Ownership
        package var directory: FleetDirectory
        package var mode: Mode

        package init(
            desired: DesiredState,
            ownership: Ownership,
            directory: FleetDirectory,
            mode: Mode
        ) {
            self.desired = desired
            self.ownership = ownership
            self.directory = directory
            self.mode = mode
        }
    }

    package var manager: any SystemsManager
    /// Asks nodes for their inventory now; a no-op where nodes report by themselves.
    package var refreshInventory: @Sendable ([NodeID], _ types: Set<String>) async -> Void
    /// Rehearses associations on clones of a node; `nil` where there can be none.
    package var rehearse: AssociationRehearser?
    package var close: @Sendable () async -> Void

    package init(
        manager: any SystemsManager,
        refreshInventory: @escaping @Sendable ([NodeID], Set<String>) async -> Void = { _, _ in },
        rehearse: AssociationRehearser? = nil,
        close: @escaping @Sendable () async -> Void = {}
    ) {
        self.manager = manager
        self.refreshInventory = refreshInventory
        self.rehearse = rehearse
        self.close = close
    }
}

/// Says what associations would change on a node, one answer for each; `nil` where nobody knows.
package typealias AssociationRehearser =
    @Sendable (DesiredNode, [PlannedRehearsal]) async -> [RehearsedOutcome?]

/// Opens providers; the executable knows which there are.
package typealias ProviderOpener =
    @Sendable (ProviderSession.Request) async throws -> ProviderSession
