// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

/// What happens while a plan is executed, for whoever shows it.
package enum ExecutionEvent: Sendable {
    case changed(RunRecord.Change)
    case waveStarted(wave: Int, of: Int, associations: [String])
    case runStarted(RunProgress)
    case runProgressed(RunProgress)
    case runFinished(RunRecord.Run)
}

/// How far the run of one association is.
package struct RunProgress: Hashable, Sendable {
    package var object: ObjectReference
    package var wave: Int
    package var total: Int
    package var completed: Int
    package var failed: Int
    package var startedAt: Timestamp

    package init(
        object: ObjectReference,
        wave: Int,
        total: Int,
        completed: Int = 0,
        failed: Int = 0,
        startedAt: Timestamp
    ) {
        self.object = object
        self.wave = wave
        self.total = total
        self.completed = completed
        self.failed = failed
        self.startedAt = startedAt
    }
}
