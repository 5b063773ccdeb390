// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import SSMDocuments
import SystemsManagerAPI

// Associations. *Source*: State Manager's operations of the SSM API.

extension CreateAssociation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> CreateAssociationResponse {
        let request = self
        let (time, id) = (engine.configuration.now(), engine.configuration.makeUUID())
        let described = try await engine.store.write { store in
            var record = AssociationRecord(
                id: AssociationID(id),
                name: request.associationName,
                document: request.name,
                documentVersion: request.documentVersion ?? DocumentVersionName.standard,
                parameters: request.parameters ?? [:],
                targets: request.targets ?? [],
                scheduleExpression: request.scheduleExpression,
                maxConcurrency: request.maxConcurrency,
                maxErrors: request.maxErrors,
                complianceSeverity: request.complianceSeverity ?? .unspecified,
                createdAt: time,
                updatedAt: time
            )
            try store.reader.check(record)
            record.number = try store.insert(record)
            let tags = (request.tags ?? []).asDictionary
            try store.setTags(tags, of: .association(record.number))
            return AssociationDescription(record, tags: tags)
        }
        return CreateAssociationResponse(associationDescription: described)
    }
}

extension UpdateAssociation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> UpdateAssociationResponse {
        let request = self
        let time = engine.configuration.now()
        let described = try await engine.store.write { store in
            let old = try store.reader.existingAssociation(request.associationId)
            if let wanted = request.associationVersion, wanted != DocumentVersionName.latest,
                wanted != String(old.version)
            {
                throw SystemsManagerError(
                    .invalidAssociationVersion,
                    "version \(wanted) of the association is not the latest one (\(old.version))"
                )
            }
            // Members that are left out are cleared, as on AWS.
            let record = AssociationRecord(
                number: old.number,
                id: old.id,
                version: old.version + 1,
                name: request.associationName ?? old.name,
                document: request.name ?? old.document,
                documentVersion: request.documentVersion ?? DocumentVersionName.standard,
                parameters: request.parameters ?? [:],
                targets: request.targets ?? [],
                scheduleExpression: request.scheduleExpression,
                maxConcurrency: request.maxConcurrency,
                maxErrors: request.maxErrors,
                complianceSeverity: request.complianceSeverity ?? .unspecified,
                createdAt: old.createdAt,
                updatedAt: time,
                lastExecutionAt: old.lastExecutionAt,
                lastSuccessAt: old.lastSuccessAt
            )
            try store.reader.check(record)
            try store.update(record)
            if record.runsAlike(old) { try store.carryTargets(of: record, from: old.version) }
            return AssociationDescription(
                record,
                tags: try store.reader.tags(of: .association(record.number))
            )
        }
        return UpdateAssociationResponse(associationDescription: described)
    }
}

extension AssociationRecord {
    /// Whether nodes would do the same: only when, how fast and on which nodes may differ.
    fileprivate func runsAlike(_ other: AssociationRecord) -> Bool {
        document == other.document && documentVersion == other.documentVersion
            && parameters == other.parameters
    }
}

extension DeleteAssociation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> EmptyResponse {
        let id = associationId
        try await engine.store.write { store in
            try store.deleteAssociation(try store.reader.existingAssociation(id).number)
        }
        return EmptyResponse()
    }
}

extension DescribeAssociation: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> DescribeAssociationResponse {
        let id = associationId
        return try await engine.store.read { store in
            let record = try store.existingAssociation(id)
            let tags = try store.tags(of: .association(record.number))
            return DescribeAssociationResponse(
                associationDescription: AssociationDescription(record, tags: tags)
            )
        }
    }
}

extension ListAssociations: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListAssociationsResponse {
        let all = try await engine.store.read { store in
            let tags = try store.associationTags()
            return try store.associations().map {
                AssociationDescription($0, tags: tags[$0.number] ?? [:])
            }
        }
        let page = try Page(
            all.sorted { $0.associationId < $1.associationId },
            maxResults: maxResults,
            nextToken: nextToken,
            key: \.associationId.rawValue
        )
        return ListAssociationsResponse(
            associations: page.elements,
            nextToken: page.nextToken
        )
    }
}

extension ListAssociationTargetStatuses: EngineOperation {
    func handle(in engine: EmbeddedEngine) async throws -> ListAssociationTargetStatusesResponse {
        try await engine.store.read { store in
            let nodes = try store.nodeIDs()
            let ids = Dictionary(
                uniqueKeysWithValues: try store.associations().map { ($0.number, $0.id) }
            )
            let cohorts = try store.targetCohorts().compactMap { cohort in
                ids[cohort.association].map { id in
                    AssociationTargetCohort(
                        associationId: id,
                        associationVersion: cohort.associationVersion,
                        executionId: cohort.executionID,
                        status: cohort.status,
                        detailedStatus: cohort.statusDetails,
                        executedAt: cohort.executedAt,
                        interruptions: cohort.interruptions,
                        instanceIds: cohort.nodes.members.compactMap { nodes[$0] }
                    )
                }
            }
            return ListAssociationTargetStatusesResponse(cohorts: cohorts)
        }
    }
}

extension StoreReader {
    /// *Errors*: `AssociationDoesNotExist`.
    func existingAssociation(_ id: AssociationID) throws -> AssociationRecord {
        guard let association = try association(id) else {
            throw SystemsManagerError(
                .associationDoesNotExist,
                "there is no association \(id)"
            )
        }
        return association
    }

    /// Refuses an association that could never run.
    fileprivate func check(_ association: AssociationRecord) throws {
        let stored = try DocumentCatalogue(reader: self)
            .document(association.document, version: association.documentVersion)
        _ = try PreparedDocument(stored, parameters: association.parameters)
        try TargetResolver(reader: self).validate(association.targets)
        guard let text = association.scheduleExpression else { return }
        do {
            _ = try ScheduleExpression(text)
        } catch {
            throw SystemsManagerError(.invalidSchedule, error.message)
        }
    }
}

extension AssociationDescription {
    fileprivate init(_ record: AssociationRecord, tags: [String: String]) {
        self.init(
            associationId: record.id,
            associationName: record.name,
            associationVersion: String(record.version),
            name: record.document,
            documentVersion: record.documentVersion,
            parameters: record.parameters,
            targets: record.targets,
            scheduleExpression: record.scheduleExpression,
            maxConcurrency: record.maxConcurrency,
            maxErrors: record.maxErrors,
            complianceSeverity: record.complianceSeverity,
            date: record.createdAt,
            lastUpdateAssociationDate: record.updatedAt,
            lastExecutionDate: record.lastExecutionAt,
            lastSuccessfulExecutionDate: record.lastSuccessAt,
            tags: tags.asTags
        )
    }
}
