// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import Glibc
package import LinuxHost

/// Runs one document in a process of its own, which outlives the agent that started it.
package enum DocumentSupervisor {
    /// Waits to be let go, runs the document of a folder, and leaves its end there.
    ///
    /// Cancelling the task ends the document. Returns the exit status of the process.
    package static func run(
        folder path: String,
        on machine: Machine = .local,
        now: @escaping @Sendable () -> Timestamp
    ) async -> Int32 {
        // Who ends before letting us go has not noted that we began: then nothing has happened.
        guard isLetGo() else { return 0 }
        let folder = JobFolder(path: path)
        do {
            guard let order = try folder.readOrder() else { return 1 }
            let runner = try ProcessRunner()
            let documents = DocumentRunner(
                machine,
                runner: runner,
                inventory: InventoryCollector(
                    machine,
                    runner: runner,
                    nodeID: order.nodeID,
                    agentVersion: order.agentVersion,
                    now: now
                ),
                now: now
            )
            let result = await documents.run(order.document) { steps in
                // Only the account of an interruption suffers when it cannot be written.
                try? folder.note(steps)
            }
            try folder.finish(result)
            return 0
        } catch {
            return 1
        }
    }

    private static func isLetGo() -> Bool {
        var byte: UInt8 = 0
        while true {
            let count = read(0, &byte, 1)
            if count >= 0 || errno != EINTR { return count == 1 }
        }
    }
}
