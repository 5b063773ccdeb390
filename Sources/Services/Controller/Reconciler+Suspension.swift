// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import Planning
import Reports

extension Reconciler {
    /// Publishes the state of a fleet that is suspended, and answers what to tell its operator.
    ///
    /// It looks and touches nothing: no node is started, asked or changed.
    func report(
        _ exception: DesiredException,
        _ loaded: LoadedFleet,
        _ desired: DesiredState,
        _ options: Options
    ) async throws -> ReconcileError {
        let request = self.request(for: desired, loaded, mode: .readOnly)
        let (plan, observed) = try await withProvider(request) { session in
            let input = try await input(loaded, desired, session, request.directory, .hold)
            return (try await sound(Planner.plan(input), input, loaded), input.observed)
        }
        let publication = try await publish(
            StatusContent(
                desired: desired,
                observed: observed,
                remaining: plan,
                drift: remembered(request.directory)
            ),
            loaded,
            options
        )
        let behind = publication.problem.map { "; the status branch is behind: \($0)" } ?? ""
        return ReconcileError(
            .suspended,
            "the fleet '\(desired.fleet.name)' is \(exception.suspensionWords.displayEscaped)"
                + behind,
            hint: "nothing was done; it goes on by itself then, or when "
                + "Exception/\(exception.name) is taken out of git"
        )
    }
}
