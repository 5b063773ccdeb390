// SPDX-License-Identifier: Apache-2.0
import FleetModel
package import Planning
package import SystemPackage
package import SystemsManagerAPI

/// How putting the policies' verdicts to the provider ended.
package struct CompliancePublication: Hashable, Sendable {
    /// Nodes whose items were written.
    package var nodeCount = 0
    /// Why the items of some nodes are behind; the reconcile went on all the same.
    package var problem: String?
}

/// Keeps the compliance items of type `Custom:Policy` what the policies' verdicts are.
///
/// Only nodes whose items changed are written: a file beside the store says what each was told. An
/// item that is gone is gone from the node's next put, which replaces all of the type.
package struct CompliancePublisher: Sendable {
    private static let putsAtOnce = 32

    private let manager: any SystemsManager
    private let path: FilePath

    /// Remembers in a file at `path` what was written.
    package init(manager: any SystemsManager, path: FilePath) {
        self.manager = manager
        self.path = path
    }

    /// Writes what changed since the last time.
    ///
    /// *Shape*: `input` is the last observation; its time is that of the verdicts.
    package func publish(_ input: PlanningInput) async -> CompliancePublication {
        // A file that cannot be read says nothing: all is written again.
        let memory = try? StateFile.read(ComplianceMemory.self, at: path)
        let reports = PolicyCompliance(input).reports
        guard !reports.isEmpty || memory != nil else { return CompliancePublication() }
        var told = memory?.digests ?? [:]
        if await isForgotten(told, reports) { told = [:] }
        let puts = puts(reports, told, input)
        var digests = Dictionary(
            reports.map { ($0.node, $0.digest) },
            uniquingKeysWith: { first, _ in first }
        )
        var publication = CompliancePublication()
        do {
            guard !puts.isEmpty else {
                try remember(ComplianceMemory(digests), was: memory)
                return publication
            }
            // Until all is written nobody knows what these nodes were told: a run may be killed.
            let open = puts.map { ($0.resourceId, ComplianceMemory.unknown) }
            let asked = ComplianceMemory(told.merging(open) { $1 })
            try remember(asked, was: memory)
            let (failed, problem) = await put(puts)
            publication.nodeCount = puts.count - failed.count
            if let problem {
                publication.problem =
                    "compliance items of \(failed.count) \(failed.count == 1 ? "node" : "nodes") "
                    + "could not be written: \(problem)"
            }
            for node in failed { digests[node] = ComplianceMemory.unknown }
            try remember(ComplianceMemory(digests), was: asked)
        } catch {
            publication.problem =
                publication.problem ?? "what is written as compliance cannot be noted: \(error)"
        }
        return publication
    }

    /// The requests for nodes whose items are not what they were told.
    private func puts(
        _ reports: [PolicyCompliance.Report],
        _ told: [NodeID: ContentDigest],
        _ input: PlanningInput
    ) -> [PutComplianceItems] {
        let summary = ComplianceExecutionSummary(
            executionTime: input.observed.observedAt,
            executionType: "Policy"
        )
        func put(
            _ node: NodeID,
            _ digest: ContentDigest?,
            _ items: [ComplianceItemEntry]
        ) -> PutComplianceItems {
            PutComplianceItems(
                resourceId: node,
                complianceType: PolicyCompliance.complianceType,
                executionSummary: summary,
                items: items,
                itemContentHash: digest?.hex
            )
        }
        var puts = reports.compactMap { report in
            told[report.node] == report.digest
                ? nil : put(report.node, report.digest, report.items)
        }
        // Nodes that no policy is meant for any more, as long as the provider has them.
        let judged = Set(reports.map(\.node))
        for node in input.observed.nodes
        where node.isRegistered && told[node.id] != nil && !judged.contains(node.id) {
            puts.append(put(node.id, nil, []))
        }
        return puts
    }

    /// Whether the provider lost what it was told, by a look at one node: a new store has nothing.
    private func isForgotten(
        _ told: [NodeID: ContentDigest],
        _ reports: [PolicyCompliance.Report]
    ) async -> Bool {
        guard let sample = reports.first(where: { told[$0.node] == $0.digest }) else {
            return false
        }
        let filter = ComplianceStringFilter(
            key: "ComplianceType",
            values: [PolicyCompliance.complianceType]
        )
        do throws(SystemsManagerError) {
            let request = ListComplianceItems(filters: [filter], resourceIds: [sample.node])
            return try await manager.perform(request).complianceItems.isEmpty
        } catch {
            return false
        }
    }

    /// Sends the requests, so many at once; answers for which nodes it failed, and why first.
    private func put(_ puts: [PutComplianceItems]) async -> (failed: [NodeID], problem: String?) {
        var failed: [NodeID] = []
        var problem: String?
        await withTaskGroup(of: (NodeID, String?).self) { group in
            var rest = puts[...]
            func start(_ request: PutComplianceItems) {
                group.addTask { [manager] in
                    do throws(SystemsManagerError) {
                        _ = try await manager.perform(request)
                        return (request.resourceId, nil)
                    } catch {
                        return (request.resourceId, "\(error)")
                    }
                }
            }
            for request in rest.prefix(Self.putsAtOnce) { start(request) }
            rest = rest.dropFirst(Self.putsAtOnce)
            for await (node, error) in group {
                if let error {
                    failed.append(node)
                    problem = problem ?? error
                }
                if let next = rest.popFirst() { start(next) }
            }
        }
        return (failed.sorted(), problem)
    }

    private func remember(_ memory: ComplianceMemory, was former: ComplianceMemory?) throws {
        if memory != former { try StateFile.write(memory, to: path) }
    }
}
