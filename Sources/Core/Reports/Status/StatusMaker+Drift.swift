// SPDX-License-Identifier: Apache-2.0
import Drifts
import FleetModel
import Planning

extension StatusMaker {
    /// Everything that is still not as git says, with what is remembered of it.
    func driftItems() -> [DriftItem] {
        let before = Dictionary(
            (previous?.driftItems ?? []).map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return DriftObservation.all(in: plan).map { observation in
            let known = before[observation.id].flatMap { $0.isSame(as: observation) ? $0 : nil }
            let marks = drift.open(observation.id).values
            return DriftItem(
                id: observation.id,
                object: observation.object,
                field: observation.field,
                inGit: observation.inGit,
                live: observation.live,
                cause: observation.cause,
                severity: observation.severity,
                nodeCount: observation.nodes.count,
                since: marks.map(\.since).min() ?? known?.since ?? observation.since ?? now,
                occurrences: marks.map(\.count).max() ?? known?.occurrences ?? 1,
                flapping: marks.contains(where: \.isFlapping),
                touches: marks.isEmpty ? known?.touches ?? [] : marks.commands
            )
        }
    }
}

extension DriftItem {
    fileprivate func isSame(as observation: DriftObservation) -> Bool {
        inGit == observation.inGit && live == observation.live
    }
}

extension FleetStatus {
    /// Objects of the provider that are not as git says.
    var objectDrift: [DriftItem] { driftItems.filter { !$0.isAboutNodes } }
    /// Machines that moved, or did not take what git says.
    var nodeDrift: [DriftItem] { driftItems.filter(\.isAboutNodes) }
}
