// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import SystemPackage

/// Where one fleet's state lives below the state directory.
///
/// One folder per fleet and repository, so that two fleets of one name never share a store, a lock
/// or a sandbox.
package struct FleetDirectory: Hashable, Sendable {
    package let path: FilePath
    /// What all fleets share.
    package let stateDirectory: FilePath

    package init(stateDirectory: FilePath, ownership: Ownership) {
        let key = ContentDigest(of: "\(ownership.repository)\n\(ownership.fleet)").hex.prefix(8)
        self.stateDirectory = stateDirectory
        path = stateDirectory.appending("fleets").appending("\(ownership.fleet)-\(key)")
    }

    package var store: FilePath { path.appending("store.sqlite") }
    package var lock: FilePath { path.appending("lock") }
    package var journal: FilePath { path.appending("journal.jsonl") }
    package var accepted: FilePath { path.appending("accepted.json") }
    package var lastRun: FilePath { path.appending("last-run.json") }
    package var members: FilePath { path.appending("members.json") }
    package var remedies: FilePath { path.appending("remedies.json") }
    package var applied: FilePath { path.appending("applied.json") }
    package var drift: FilePath { path.appending("drift.json") }
    package var rehearsals: FilePath { path.appending("rehearsals.json") }
    package var compliance: FilePath { path.appending("compliance.json") }
    package var sandboxes: FilePath { path.appending("sandboxes") }
}
