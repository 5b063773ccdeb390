// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Git
import Planning
import Reports

extension Reconciler {
    /// Commits the status to its branch: one commit per change of state, none when nothing changed.
    ///
    /// A branch that cannot be written is reported and never stops a reconcile (P-07); the next
    /// run says what this one could not.
    func publish(
        _ content: StatusContent,
        _ loaded: LoadedFleet,
        _ options: Options
    ) async throws -> StatusPublication {
        guard options.publishesStatus, let source = loaded.source else {
            return StatusPublication(status: status(content, previous: nil))
        }
        let branch = try BranchName(content.desired.fleet.status.branch)
        let writer = StatusWriter(content: content, author: author())
        do throws(GitError) {
            let publication = try await source.publish(
                branch,
                author: author(),
                now: configuration.now().seconds,
                pause: { attempt in
                    let pause = Backoff.pause(attempt: attempt, jitter: configuration.jitter())
                    await configuration.pause(Int(pause / .milliseconds(1)))
                },
                build: { repository, tip in try await writer.write(in: repository, on: tip) }
            )
            return outcome(publication, await writer.status ?? status(content, previous: nil))
        } catch {
            return StatusPublication(
                status: await writer.status ?? status(content, previous: nil),
                problem: error.explanation
            )
        }
    }

    private func outcome(
        _ publication: GitSource.Publication,
        _ status: FleetStatus
    ) -> StatusPublication {
        switch publication {
        case .published(let commit, _):
            StatusPublication(status: status, commit: commit.hex, isOnBranch: true)
        case .unchanged: StatusPublication(status: status, isOnBranch: true)
        case .rejected(let reason):
            StatusPublication(status: status, problem: "the server refuses the push: \(reason)")
        case .lostRace:
            StatusPublication(status: status, problem: "other writers were faster every time")
        }
    }

    private func author() -> Signature {
        Signature(name: "Aplomb", email: "aplomb@localhost", time: configuration.now().seconds)
    }

    private func status(_ content: StatusContent, previous: FleetStatus?) -> FleetStatus {
        FleetStatus.make(
            desired: content.desired,
            observed: content.observed,
            plan: content.remaining,
            record: content.record,
            previous: previous,
            drift: content.drift
        )
    }
}
