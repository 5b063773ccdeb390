// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import LinuxHost

/// Reads the inventory of one machine, and no more of it than has changed.
package actor InventoryCollector {
    /// What a collection came to.
    package struct Collection: Sendable {
        package var reports: [InventoryReport] = []
        /// One line per type, and what else the reader should know.
        package var notes: [String] = []
        /// By type, or by the file that should have named one.
        package var failures: [(name: String, why: String)] = []
    }

    /// *Source*: limits of the agent of AWS, and of PutInventory.
    private static let bytesMax = 3072 << 10
    private static let entriesMax = 10_000

    private let reader: InventoryReader
    private let nodeID: NodeID
    private let agentVersion: String
    private let now: @Sendable () -> Timestamp
    /// By type, the sources as they were when it was read last, and the hash of that report.
    private var remembered: [String: (source: InventorySource, hash: String)] = [:]

    package init(
        _ machine: Machine,
        runner: ProcessRunner,
        nodeID: NodeID,
        agentVersion: String,
        now: @escaping @Sendable () -> Timestamp
    ) {
        reader = InventoryReader(machine, runner: runner)
        self.nodeID = nodeID
        self.agentVersion = agentVersion
        self.now = now
    }

    /// Collects the types that every command may have changed; those whose hash is known come
    /// without content.
    ///
    /// *Errors*: `HostError` when nothing could be read.
    package func collect(knownHashes: [String: String]) async throws -> [InventoryReport] {
        var collection = Collection()
        try await addInformation(to: &collection, knownHashes)
        _ = await add(.applications, to: &collection, knownHashes)
        return collection.reports
    }

    /// Collects what `aws:softwareInventory` asks for.
    ///
    /// A type that fails is named; the others come.
    package func collect(_ inventory: SoftwareInventory) async -> Collection {
        var collection = Collection()
        do {
            try await addInformation(to: &collection, inventory.knownHashes)
        } catch {
            let name = InventoryKind.instanceInformation.typeName
            collection.failures.append((name, "\(error)"))
        }
        var applications: [[String: String]]?
        for gathering in Self.gatherings(inventory, nodeID: nodeID, agentVersion: agentVersion) {
            guard !Task.isCancelled else { break }
            let entries = await add(
                gathering,
                to: &collection,
                inventory.knownHashes,
                applications: applications
            )
            if gathering == .applications { applications = entries }
        }
        return collection
    }

    // MARK: - One type after the other

    private func addInformation(
        to collection: inout Collection,
        _ knownHashes: [String: String]
    ) async throws {
        let information = try await reader.facts().instanceInformation(
            instanceID: nodeID.rawValue,
            agentVersion: agentVersion
        )
        add(Gathered(item: information), to: &collection, knownHashes)
    }

    /// Adds the outcomes of a gathering; returns the entries that were read.
    private func add(
        _ gathering: Gathering,
        to collection: inout Collection,
        _ knownHashes: [String: String],
        applications: [[String: String]]? = nil
    ) async -> [[String: String]]? {
        let outcomes = await reader.gather(
            gathering,
            since: source(of: gathering, knownHashes),
            applications: applications
        )
        var entries: [[String: String]]?
        for outcome in outcomes {
            switch outcome {
            case .item(let gathered):
                entries = gathered.item.entries
                add(gathered, to: &collection, knownHashes)
            case .unchanged(let kind):
                collection.notes.append("\(kind.typeName): unchanged")
                collection.reports.append(
                    InventoryReport(
                        typeName: kind.typeName,
                        schemaVersion: kind.schemaVersion,
                        capturedAt: now(),
                        contentHash: knownHashes[kind.typeName] ?? "",
                        content: nil
                    )
                )
            case .failed(let name, let error):
                collection.failures.append((name, error.description))
            }
        }
        return entries
    }

    /// The source that was read last, if the engine still has what was found then.
    private func source(
        of gathering: Gathering,
        _ knownHashes: [String: String]
    ) -> InventorySource? {
        let kinds: [InventoryKind] =
            switch gathering {
            case .applications: [.application]
            case .accounts: [.user, .userGroup]
            case .fileContents: [.fileContent]
            default: []
            }
        guard let first = kinds.first, let last = remembered[first.typeName] else { return nil }
        // The digests of files are true whatever the engine has.
        if gathering.isOfFiles { return last.source }
        let isKnown = kinds.allSatisfy { kind in
            remembered[kind.typeName].map { $0.hash == knownHashes[kind.typeName] } ?? false
        }
        return isKnown ? last.source : nil
    }

    private func add(
        _ gathered: Gathered,
        to collection: inout Collection,
        _ knownHashes: [String: String]
    ) {
        let item = gathered.item
        let bytes = EntryText.json(item.entries)
        if let why = Self.excess(entries: item.entries.count, bytes: bytes.count) {
            collection.failures.append((item.typeName, why))
            return
        }
        let hash = inventoryContentHash(bytes)
        if let source = gathered.source { remembered[item.typeName] = (source, hash) }
        let isKnown = knownHashes[item.typeName] == hash
        let noun = item.entries.count == 1 ? "entry" : "entries"
        collection.notes.append(
            "\(item.typeName): " + (isKnown ? "unchanged" : "\(item.entries.count) \(noun)")
        )
        collection.notes += gathered.remarks.map { "\(item.typeName): \($0)" }
        collection.reports.append(
            InventoryReport(
                typeName: item.typeName,
                schemaVersion: item.schemaVersion,
                capturedAt: now(),
                contentHash: hash,
                content: isKnown ? nil : item.entries
            )
        )
    }

    private static func excess(entries: Int, bytes: Int) -> String? {
        if entries > entriesMax { return "\(entries) entries, and \(entriesMax) are allowed" }
        if bytes > bytesMax { return "\(bytes >> 10) KB of content, and 3072 KB are allowed" }
        return nil
    }
}

extension Gathering {
    fileprivate var isOfFiles: Bool { if case .fileContents = self { true } else { false } }
}
