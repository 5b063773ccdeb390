// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Synchronization
import SystemsManagerAPI

/// Tells whoever follows a command what happens to it.
///
/// *Shape*: knows the commands that ran since the engine was opened, the last `finishedMax` of those
/// that ended.
final class ProgressHub: Sendable {
    private static let finishedMax = 256

    fileprivate struct Entry {
        var progress: CommandProgress
        var nodes: [NodeID: CommandProgress.Transition]
        var followers: [Int: AsyncStream<CommandProgress>.Continuation] = [:]
    }

    private struct State {
        var entries: [CommandID: Entry] = [:]
        var finished: [CommandID] = []
        var nextFollower = 0
    }

    private let state = Mutex(State())

    /// Begins to tell of a command whose targets are all pending.
    func begin(_ progress: CommandProgress, nodes: [NodeID]) {
        let pending = InvocationState.pending
        state.withLock { state in
            var entry = Entry(progress: progress, nodes: [:])
            for node in nodes {
                entry.nodes[node] = CommandProgress.Transition(
                    instanceId: node,
                    status: pending.status,
                    statusDetails: pending.rawValue
                )
            }
            entry.progress.counts = nodes.isEmpty ? [:] : [pending.rawValue: nodes.count]
            state.entries[progress.commandId] = entry
        }
    }

    /// Tells that nodes came to another state.
    func move(_ nodes: [NodeID], of command: CommandID, to new: InvocationState) {
        state.withLock { state in
            guard var entry = state.entries[command] else { return }
            var transitions: [CommandProgress.Transition] = []
            for node in nodes {
                let transition = CommandProgress.Transition(
                    instanceId: node,
                    status: new.status,
                    statusDetails: new.rawValue
                )
                if let old = entry.nodes.updateValue(transition, forKey: node) {
                    entry.progress.counts[old.statusDetails, default: 0] -= 1
                    if entry.progress.counts[old.statusDetails] == 0 {
                        entry.progress.counts[old.statusDetails] = nil
                    }
                }
                entry.progress.counts[new.rawValue, default: 0] += 1
                transitions.append(transition)
            }
            if new == .inProgress, entry.progress.status == CommandState.pending.status {
                entry.progress.status = CommandState.inProgress.status
                entry.progress.statusDetails = CommandState.inProgress.rawValue
            }
            entry.tell(transitions)
            state.entries[command] = entry
        }
    }

    /// Tells how a command ended, or with `nil` that nothing more will be heard of it.
    func finish(_ command: CommandID, _ final: CommandState?) {
        let followers = state.withLock { state -> [AsyncStream<CommandProgress>.Continuation] in
            guard var entry = state.entries.removeValue(forKey: command) else { return [] }
            let followers = Array(entry.followers.values)
            entry.followers = [:]
            guard let final else { return followers }
            entry.progress.status = final.status
            entry.progress.statusDetails = final.rawValue
            entry.progress.isFinished = true
            for follower in followers { follower.yield(entry.progress) }
            state.entries[command] = entry
            state.finished.append(command)
            if state.finished.count > Self.finishedMax {
                state.entries[state.finished.removeFirst()] = nil
            }
            return followers
        }
        // Outside of the lock, which what a stream does at its end takes too.
        for follower in followers { follower.finish() }
    }

    /// Follows a command; `nil` when it is not known here.
    func follow(_ command: CommandID) -> AsyncStream<CommandProgress>? {
        state.withLock { state in
            guard var entry = state.entries[command] else { return nil }
            let (stream, continuation) = AsyncStream.makeStream(of: CommandProgress.self)
            var first = entry.progress
            first.transitions = entry.nodes.values.sorted { $0.instanceId < $1.instanceId }
            continuation.yield(first)
            if entry.progress.isFinished {
                continuation.finish()
                return stream
            }
            let number = state.nextFollower
            state.nextFollower += 1
            entry.followers[number] = continuation
            state.entries[command] = entry
            continuation.onTermination = { [weak self] _ in self?.leave(command, number) }
            return stream
        }
    }

    private func leave(_ command: CommandID, _ number: Int) {
        state.withLock { _ = $0.entries[command]?.followers.removeValue(forKey: number) }
    }
}

extension ProgressHub.Entry {
    fileprivate func tell(_ transitions: [CommandProgress.Transition]) {
        var news = progress
        news.transitions = transitions
        for follower in followers.values { follower.yield(news) }
    }
}
