// SPDX-License-Identifier: Apache-2.0
import Diagnostics
package import Drifts
import FleetModel
import FoundationEssentials
import Planning

/// The files of the status branch.
///
/// *Shape*: paths are relative to the branch's root and are made of names that were checked and ids
/// that were minted, never of what a node calls itself (TH-03-f).
package enum StatusTree {
    /// The file that the next run reads back.
    package static let indexPath = "status.json"
    /// How many lines a month's history keeps; the oldest go first.
    private static let historyLinesMax = 5000

    /// What takes the place of the root files and of everything under a fleet's folder.
    package struct Update: Sendable {
        /// The files that may differ from those that are there.
        package var files: [String: [UInt8]]
        /// Folders that are there already, every file of them as it should be.
        package var keptFolders: Set<String>
    }

    /// Makes every file of a status, for a branch that holds none yet; see `update`.
    package static func files(
        for status: FleetStatus,
        others: [FleetStatus] = [],
        history: String? = nil
    ) -> [String: [UInt8]] {
        update(for: status, others: others, history: history, digests: nil).files
    }

    /// Makes what replaces the root files and everything under the fleet's folder, except its
    /// `history/`, of which only a file that grew is returned.
    ///
    /// Folders of nodes whose digest is the one in `digests` are not made again: the cost grows with
    /// the nodes that changed (goal D1).
    /// *Shape*: `others` are the statuses of the other fleets from the previous `status.json`;
    /// `history` is the previous content of `historyPath(of:)`, `nil` where there was none; `digests`
    /// is that of `digestsPath(of:)`, `nil` unless every file there is known to be ours;
    /// `driftHistories` are the previous contents of the `driftHistoryPaths` that there were.
    package static func update(
        for status: FleetStatus,
        others: [FleetStatus],
        history: String?,
        digests: String?,
        driftEvents: [DriftEvent] = [],
        driftHistories: [String: String] = [:]
    ) -> Update {
        let all = (others.filter { $0.fleet != status.fleet } + [status])
            .sorted { $0.fleet < $1.fleet }
        let folder = folder(of: status.fleet)
        var files: [String: String] = [
            "README.md": StatusReadme.render(all),
            indexPath: StatusJSONView.render(all),
            "\(folder)/fleet.yaml": StatusYAML.fleet(status),
            "\(folder)/nodes/summary.yaml": StatusYAML.nodeSummary(status),
            "\(folder)/drift/OPEN.md": StatusReadme.openDrift(status),
        ]
        for object in status.objects {
            let name = component(object.object.name)
            files["\(folder)/objects/\(object.object.kind.rawValue)/\(name).yaml"] =
                StatusYAML.object(object, fleet: status.fleet)
        }
        for exception in status.exceptions ?? [] {
            files["\(folder)/objects/Exception/\(component(exception.name)).yaml"] =
                StatusYAML.exception(exception, fleet: status.fleet)
        }
        let kept = addNodes(of: status, unlessIn: digests, to: &files)
        for item in status.driftItems {
            files["\(folder)/drift/\(component(item.id)).yaml"] =
                StatusYAML.drift(item, fleet: status.fleet)
        }
        if let path = historyPath(of: status), let entry = status.newEntry {
            files[path] = appended([entry], to: history ?? "")
        }
        for (path, events) in eventsByPath(of: status.fleet, driftEvents) {
            files[path] = appended(events, to: driftHistories[path] ?? "")
        }
        return Update(files: files.mapValues { Array($0.utf8) }, keptFolders: kept)
    }

    /// Adds the folders of nodes whose digests are not known; answers those that are.
    private static func addNodes(
        of status: FleetStatus,
        unlessIn digests: String?,
        to files: inout [String: String]
    ) -> Set<String> {
        let shards = status.nodeDetails.shards(salt: StatusYAML.nodeFormat)
        guard !shards.isEmpty else { return [] }
        let known = Set((digests ?? "").split(separator: "\n"))
        var kept: Set<String> = []
        var lines = ""
        for shard in shards {
            let line = "\(shard.name) \(shard.digest.hex)"
            lines += line + "\n"
            let folder = "\(folder(of: status.fleet))/nodes/\(shard.name)"
            guard !known.contains(line[...]) else {
                kept.insert(folder)
                continue
            }
            for position in shard.positions {
                let node = status.nodeDetails[position]
                files["\(folder)/\(component(node.id.rawValue)).yaml"] =
                    StatusYAML.node(node, fleet: status.fleet)
            }
        }
        files[digestsPath(of: status.fleet)] = lines
        return kept
    }

    /// The file that says what each folder of nodes holds, by digests of what it was made from.
    package static func digestsPath(of fleet: String) -> String {
        "\(folder(of: fleet))/nodes/digests.txt"
    }

    /// The folder of a fleet on the branch.
    package static func folder(of fleet: String) -> String { component(fleet) }

    /// Whether the files of a new status take the place of a path of the previous tree.
    ///
    /// Callers drop what is replaced and not among the new files, and keep everything else.
    package static func replaces(_ path: String, fleet: String) -> Bool {
        let folder = folder(of: fleet) + "/"
        return path == "README.md" || path == indexPath
            || (path.hasPrefix(folder) && !path.hasPrefix(folder + "history/"))
    }

    /// The history file that this status adds a line to; `nil` when nothing changed.
    package static func historyPath(of status: FleetStatus) -> String? {
        status.newEntry.map {
            "\(folder(of: status.fleet))/history/\($0.at.description.prefix(7)).jsonl"
        }
    }

    /// The files to which events of the drift history go: one a month.
    package static func driftHistoryPaths(of fleet: String, _ events: [DriftEvent]) -> [String] {
        eventsByPath(of: fleet, events).keys.sorted()
    }

    private static func eventsByPath(
        of fleet: String,
        _ events: [DriftEvent]
    ) -> [String: [DriftEvent]] {
        Dictionary(grouping: events) {
            "\(folder(of: fleet))/history/drift-\($0.at.description.prefix(7)).jsonl"
        }
    }

    /// Reads the statuses of all fleets back from `status.json`.
    ///
    /// *Errors*: `STATUS_UNREADABLE` when it is not what we write.
    package static func read(statusJSON bytes: [UInt8]) throws(ReportsError) -> [FleetStatus] {
        do {
            let index = try JSONDecoder().decode(StatusIndex.self, from: Data(bytes))
            return index.fleets.values.sorted { $0.fleet < $1.fleet }
        } catch {
            throw ReportsError(
                code: .statusUnreadable,
                message: "\(indexPath) on the status branch cannot be read",
                underlying: "\(error)"
            )
        }
    }

    /// The message of the commit that carries a status.
    ///
    /// It names its own `tree`, so that a commit of someone else's is told from one of ours, and an
    /// amended one too: only in ours are the digests believed.
    package static func commitMessage(
        for status: FleetStatus,
        runID: String?,
        tree: String? = nil
    ) -> String {
        var trailers = [
            ("Aplomb-Fleet", status.fleet),
            ("Aplomb-Commit", status.attemptedRevision),
            ("Aplomb-Plan", status.planDigest.rawValue),
            ("Aplomb-Outcome", status.lastRun?.outcome.rawValue ?? "NotRun"),
        ]
        if let runID { trailers.append(("Aplomb-Run", runID)) }
        if let tree { trailers.append((treeTrailer, tree)) }
        let lines = trailers.map { "\($0): \($1.displayEscaped.capped(at: 200))" }
        let subject =
            "status(\(status.fleet.displayEscaped.capped(at: 60))): \(status.headline) "
            + "at \(Words.commit(status.attemptedRevision))"
        return "\(subject)\n\n[skip ci]\n\n\(lines.joined(separator: "\n"))\n"
    }

    private static let treeTrailer = "Aplomb-Tree"

    /// Whether a commit was made here, and its tree is still the one that was made.
    package static func isOurs(commitMessage message: String, tree: String) -> Bool {
        message.split(separator: "\n").last { $0.hasPrefix(treeTrailer) }
            == "\(treeTrailer): \(tree)"
    }

    /// Adds lines to a file of lines, but for those that its end has already.
    private static func appended(_ entries: [some Encodable], to history: String) -> String {
        let known = Set(history.split(separator: "\n").suffix(historyLinesMax))
        let new = entries.map { ReportJSON.line($0) }.filter { !known.contains($0.dropLast()) }
        let text = history + new.joined()
        let lines = text.split(separator: "\n")
        guard lines.count > historyLinesMax else { return text }
        return lines.suffix(historyLinesMax).joined(separator: "\n") + "\n"
    }

    /// A name as one component of a path; its digest where it is no safe one.
    static func component(_ name: String) -> String {
        let isSafe =
            (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { isAlphanumeric($0) || [45, 46, 95].contains($0) }
            && name.utf8.first.map(isAlphanumeric) == true
        return isSafe ? name : "x-" + ContentDigest(of: name).short
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}

/// `status.json`: every fleet of the repository.
struct StatusIndex: Codable {
    var apiVersion = "aplomb/v1"
    var kind = "StatusIndex"
    var fleets: [String: FleetStatus]
}

/// Writes the status of fleets as the JSON of `status.json`.
package enum StatusJSONView {
    package static func render(_ statuses: [FleetStatus]) -> String {
        let byName = Dictionary(
            statuses.map { ($0.fleet, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        return ReportJSON.text(StatusIndex(fleets: byName))
    }
}
