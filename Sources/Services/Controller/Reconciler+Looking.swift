// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import Git

extension Reconciler {
    /// Opens the fleet's provider for some work of the caller's.
    ///
    /// *Errors*: those of opening and of the work; `FleetLock.Held` when it may write and a run is
    /// under way.
    package func withSession<Value: Sendable>(
        _ loaded: LoadedFleet,
        mode: ProviderSession.Mode,
        _ body: (ProviderSession) async throws -> Value
    ) async throws -> Value {
        let request = self.request(for: try loaded.valid(), loaded, mode: mode)
        guard mode == .readWrite else { return try await withProvider(request, body) }
        try StateFile.makePrivateDirectory(request.directory.path)
        let lock = try FleetLock(path: request.directory.lock, holder: configuration.holder)
        defer { withExtendedLifetime(lock) {} }
        return try await withProvider(request, body)
    }

    /// Observes the fleet's provider for some work of the caller's, and changes nothing.
    package func withObservation<Value: Sendable>(
        _ loaded: LoadedFleet,
        _ body: (ObservedState, ProviderSession) async throws -> Value
    ) async throws -> Value {
        let desired = try loaded.valid()
        let ownership = Ownership(
            repository: loaded.location.description,
            fleet: desired.fleet.name
        )
        return try await withSession(loaded, mode: .readOnly) { session in
            let observer = FleetObserver(manager: session.manager, now: configuration.now)
            return try await body(
                try await observer.observe(desired, ownership: ownership),
                session
            )
        }
    }
}
