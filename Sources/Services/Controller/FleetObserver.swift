// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import Planning
package import SystemsManagerAPI

/// Reads from a provider what a plan needs to know.
package struct FleetObserver: Sendable {
    let manager: any SystemsManager
    let now: @Sendable () -> Timestamp

    package init(manager: any SystemsManager, now: @escaping @Sendable () -> Timestamp) {
        self.manager = manager
        self.now = now
    }

    /// Observes the whole provider.
    ///
    /// *Shape*: declared nodes that this process hosts are always there and reachable, registered or not.
    /// *Errors*: those of the operations; an observation is whole or it is an error.
    package func observe(
        _ desired: DesiredState,
        ownership: Ownership
    ) async throws(SystemsManagerError) -> ObservedState {
        let observedAt = now()
        // A server hosts its nodes itself: those that it does not know have yet to register.
        let hosted = desired.fleet.provider == .local ? desired.hostedNodes : []
        let nodes = try await nodes(hosted: hosted, ownership: ownership)
        let associations = try await associations(nodes: nodes)
        var observed = ObservedState(
            observedAt: observedAt,
            nodes: nodes,
            groups: try await groups(),
            documents: try await documents(),
            associations: associations
        )
        try await addContent(to: &observed, for: desired)
        try await addInventory(to: &observed, for: desired)
        return observed
    }

    /// Sorted by name, as the observed state keeps them: places are node-set places.
    private func nodes(
        hosted: [DesiredNode],
        ownership: Ownership
    ) async throws(SystemsManagerError) -> [ObservedNode] {
        var nodes: [ObservedNode] = []
        var token: String?
        repeat {
            let page = try await manager.perform(DescribeInstanceInformation(nextToken: token))
            nodes += page.instanceInformationList.map(ObservedNode.init)
            token = page.nextToken
        } while token != nil
        let known = Dictionary(
            nodes.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for node in hosted {
            if let index = known[node.name] {
                nodes[index].pingStatus = .online
            } else {
                let id = NodeID(hosting: node.name, for: ownership)
                nodes.append(ObservedNode(id: id, name: node.name, isRegistered: false))
            }
        }
        return nodes.sorted { $0.name < $1.name }
    }

    private func groups() async throws(SystemsManagerError) -> [ObservedGroup] {
        var groups: [ObservedGroup] = []
        var token: String?
        repeat {
            let page = try await manager.perform(ListGroups(nextToken: token))
            groups += page.groups.map {
                ObservedGroup(
                    name: $0.name,
                    description: $0.description,
                    query: $0.resourceQuery,
                    tags: $0.tags
                )
            }
            token = page.nextToken
        } while token != nil
        return groups
    }

    private func documents() async throws(SystemsManagerError) -> [ObservedDocument] {
        var documents: [ObservedDocument] = []
        var token: String?
        repeat {
            let page = try await manager.perform(ListDocuments(nextToken: token))
            documents += page.documentIdentifiers.map(ObservedDocument.init)
            token = page.nextToken
        } while token != nil
        return documents
    }

    private func associations(
        nodes: [ObservedNode]
    ) async throws(SystemsManagerError) -> [ObservedAssociation] {
        var descriptions: [AssociationDescription] = []
        var token: String?
        repeat {
            let page = try await manager.perform(ListAssociations(nextToken: token))
            descriptions += page.associations
            token = page.nextToken
        } while token != nil
        let places = Dictionary(
            nodes.enumerated().map { ($1.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let cohorts = Dictionary(
            grouping: try await manager.perform(ListAssociationTargetStatuses()).cohorts,
            by: \.associationId
        )
        return descriptions.map { description in
            ObservedAssociation(
                description,
                cohorts: cohorts[description.associationId] ?? [],
                places: places
            )
        }
    }

    /// Contents are read only where a difference will be shown, or a run was cut short.
    private func addContent(
        to observed: inout ObservedState,
        for desired: DesiredState
    ) async throws(SystemsManagerError) {
        let changed = Set(Planner.documentsToCompare(desired: desired, observed: observed))
        for index in observed.documents.indices {
            let document = observed.documents[index]
            guard changed.contains(document.name), document.owner == "Self" else { continue }
            observed.documents[index].content = try await manager.perform(
                GetDocument(name: document.name, documentVersion: "$DEFAULT")
            ).content
            guard document.latestVersion != document.defaultVersion else { continue }
            let latest = try await manager.perform(
                GetDocument(name: document.name, documentVersion: "$LATEST")
            )
            observed.documents[index].latestDigest = ContentDigest(of: latest.content)
        }
    }
}

extension ObservedNode {
    fileprivate init(_ information: InstanceInformation) {
        self.init(
            id: information.instanceId,
            name: information.name,
            pingStatus: PingStatus(rawValue: information.pingStatus) ?? .inactive,
            lastPingAt: information.lastPingDateTime,
            platformName: information.platformName ?? "",
            platformVersion: information.platformVersion ?? "",
            agentVersion: information.agentVersion ?? "",
            tags: (information.tags ?? []).asDictionary
        )
    }
}

extension ObservedDocument {
    fileprivate init(_ description: DocumentDescription) {
        self.init(
            name: description.name,
            documentType: description.documentType,
            latestVersion: Int(description.latestVersion) ?? 0,
            defaultVersion: Int(description.defaultVersion) ?? 0,
            digest: ContentDigest("sha256:\(description.hash)"),
            tags: (description.tags ?? []).asDictionary,
            owner: description.owner,
            updatedAt: description.createdDate
        )
    }
}

extension ObservedAssociation {
    fileprivate init(
        _ description: AssociationDescription,
        cohorts: [AssociationTargetCohort],
        places: [NodeID: Int]
    ) {
        self.init(
            id: description.associationId,
            name: description.associationName.flatMap { $0.isEmpty ? nil : $0 }
                ?? description.associationId.nameWithoutOne,
            version: Int(description.associationVersion) ?? 1,
            document: description.name,
            documentVersion: description.documentVersion,
            parameters: description.parameters,
            targets: description.targets,
            scheduleExpression: description.scheduleExpression,
            maxConcurrency: description.maxConcurrency,
            maxErrors: description.maxErrors,
            complianceSeverity: description.complianceSeverity,
            tags: (description.tags ?? []).asDictionary,
            cohorts: cohorts.map { cohort in
                Cohort(
                    status: cohort.status,
                    detailedStatus: cohort.detailedStatus,
                    associationVersion: cohort.associationVersion,
                    executionID: cohort.executionId,
                    executedAt: cohort.executedAt,
                    interruptions: cohort.interruptions,
                    nodes: NodeSet(cohort.instanceIds.compactMap { places[$0] })
                )
            },
            updatedAt: description.lastUpdateAssociationDate
        )
    }
}
