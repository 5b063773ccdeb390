// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

extension SSMOperations {
    static func associations(pages: ClosedRange<Int>) -> [ServedOperation] {
        [
            ServedOperation("CreateAssociation") { (request: CreateAssociationRequest, engine) in
                var response = try await engine.perform(try request.operation)
                response.associationDescription.tags = nil
                return response
            },
            ServedOperation("DescribeAssociation") { (request: AssociationReference, engine) in
                var found = try await request.find(in: engine)
                found.tags = nil
                return DescribeAssociationResponse(associationDescription: found)
            },
            ServedOperation("DeleteAssociation") { (request: AssociationReference, engine) in
                let found = try await request.find(in: engine)
                return try await engine.perform(
                    DeleteAssociation(associationId: found.associationId)
                )
            },
            ServedOperation("ListAssociations", pages: pages) {
                (request: ListAssociationsRequest, engine) in
                try await list(request, engine)
            },
            ServedOperation("StartAssociationsOnce") { (request: StartRequest, engine) in
                _ = try await engine.perform(
                    StartAssociationsOnce(associationIds: request.associationIds)
                )
                return EmptyResponse()
            },
            ServedOperation("DescribeAssociationExecutionTargets", pages: pages) {
                (request: ExecutionTargetsRequest, engine) in
                try await targets(request, engine)
            },
        ]
    }

    private static func list(
        _ request: ListAssociationsRequest,
        _ engine: any SystemsManager
    ) async throws -> ListAssociationsAnswer {
        let tests = try (request.associationFilterList ?? []).map(ListAssociationsRequest.test)
        let all = try await engine.perform(ListAssociations()).associations
        let page = Window(
            all.filter { association in tests.allSatisfy { $0(association) } },
            maxResults: request.maxResults,
            nextToken: request.nextToken,
            key: { $0.associationId.rawValue }
        )
        let cohorts = try await engine.perform(ListAssociationTargetStatuses()).cohorts
        let byAssociation = Dictionary(grouping: cohorts, by: \.associationId)
        return ListAssociationsAnswer(
            associations: page.elements.map {
                Association($0, cohorts: byAssociation[$0.associationId] ?? [])
            },
            nextToken: page.nextToken
        )
    }

    private static func targets(
        _ request: ExecutionTargetsRequest,
        _ engine: any SystemsManager
    ) async throws -> ExecutionTargetsAnswer {
        let execution = try await find(request, engine)
        guard let command = execution.commandId else {
            return ExecutionTargetsAnswer(associationExecutionTargets: [])
        }
        let page = try await engine.perform(
            ListCommandInvocations(
                commandId: command,
                maxResults: request.maxResults,
                nextToken: request.nextToken
            )
        )
        return ExecutionTargetsAnswer(
            associationExecutionTargets: page.commandInvocations.map { invocation in
                ExecutionTarget(
                    associationId: request.associationId,
                    associationVersion: execution.associationVersion,
                    executionId: request.executionId,
                    resourceId: invocation.instanceId,
                    status: invocation.status,
                    detailedStatus: invocation.statusDetails,
                    lastExecutionDate: invocation.requestedDateTime
                )
            },
            nextToken: page.nextToken
        )
    }

    private static func find(
        _ request: ExecutionTargetsRequest,
        _ engine: any SystemsManager
    ) async throws -> AssociationExecution {
        var token: String?
        repeat {
            let page = try await engine.perform(
                DescribeAssociationExecutions(
                    associationId: request.associationId,
                    nextToken: token
                )
            )
            if let found = page.associationExecutions.first(where: {
                $0.executionId == request.executionId
            }) {
                return found
            }
            token = page.nextToken
        } while token != nil
        throw SystemsManagerError(
            "AssociationExecutionDoesNotExist",
            "there is no execution \(request.executionId) of this association"
        )
    }
}

/// *Source*: `CreateAssociationRequest`; `InstanceId` is its older way to name one target.
private struct CreateAssociationRequest: Codable, Sendable {
    var name: String
    var instanceId: NodeID?
    var associationName: String?
    var documentVersion: String?
    var parameters: [String: [String]]?
    var targets: [TargetExpression]?
    var scheduleExpression: String?
    var maxConcurrency: RateBound?
    var maxErrors: RateBound?
    var complianceSeverity: ComplianceSeverity?
    var tags: [Tag]?

    var operation: CreateAssociation {
        get throws {
            guard instanceId == nil || (targets ?? []).isEmpty else {
                throw SystemsManagerError(
                    .validation,
                    "an association takes either InstanceId or Targets"
                )
            }
            return CreateAssociation(
                name: name,
                associationName: associationName,
                documentVersion: documentVersion,
                parameters: parameters,
                targets: instanceId.map {
                    [TargetExpression(key: TargetExpression.instanceIDs, values: [$0.rawValue])]
                } ?? targets,
                scheduleExpression: scheduleExpression,
                maxConcurrency: maxConcurrency,
                maxErrors: maxErrors,
                complianceSeverity: complianceSeverity,
                tags: tags
            )
        }
    }
}

/// *Source*: `DescribeAssociationRequest` and `DeleteAssociationRequest`: an id, or the older pair of a
/// document and a node.
private struct AssociationReference: Codable, Sendable {
    var associationId: AssociationID?
    var associationVersion: String?
    var name: String?
    var instanceId: NodeID?

    func find(in engine: any SystemsManager) async throws -> AssociationDescription {
        let found = try await association(in: engine)
        guard let version = associationVersion, !version.isEmpty, version != "$LATEST",
            version != found.associationVersion
        else { return found }
        throw SystemsManagerError(
            .invalidAssociationVersion,
            "only the latest version of an association (\(found.associationVersion)) is kept here"
        )
    }

    private func association(in engine: any SystemsManager) async throws -> AssociationDescription {
        if let associationId {
            return try await engine.perform(DescribeAssociation(associationId: associationId))
                .associationDescription
        }
        guard let name, let instanceId else {
            throw SystemsManagerError(
                .validation,
                "name an association by AssociationId, or by Name and InstanceId"
            )
        }
        let target = TargetExpression(
            key: TargetExpression.instanceIDs,
            values: [instanceId.rawValue]
        )
        let all = try await engine.perform(ListAssociations()).associations
        guard let found = all.first(where: { $0.name == name && $0.targets == [target] }) else {
            throw SystemsManagerError(
                .associationDoesNotExist,
                "no association binds \(name) to \(instanceId)"
            )
        }
        return found
    }
}

/// *Source*: `ListAssociationsRequest`.
private struct ListAssociationsRequest: Codable, Sendable {
    var associationFilterList: [LegacyFilter]?
    var maxResults: Int?
    var nextToken: String?

    static func test(_ filter: LegacyFilter) throws -> (AssociationDescription) -> Bool {
        let value = filter.value
        switch filter.key {
        case "Name": return { $0.name == value }
        case "AssociationId": return { $0.associationId.rawValue == value }
        case "AssociationName": return { $0.associationName == value }
        case "InstanceId":
            return { association in
                association.targets.contains {
                    $0.key == TargetExpression.instanceIDs && $0.values.contains(value)
                }
            }
        default: throw invalidFilterKey(filter.key)
        }
    }
}

private struct ListAssociationsAnswer: Codable {
    var associations: [Association]
    var nextToken: String?
}

/// *Source*: `Association`.
private struct Association: Codable {
    var name: String
    var associationId: AssociationID
    var associationVersion: String
    var documentVersion: String
    var targets: [TargetExpression]
    var lastExecutionDate: Timestamp?
    var overview: AssociationOverview
    var scheduleExpression: String?
    var associationName: String?

    init(_ association: AssociationDescription, cohorts: [AssociationTargetCohort]) {
        name = association.name
        associationId = association.associationId
        associationVersion = association.associationVersion
        documentVersion = association.documentVersion
        targets = association.targets
        lastExecutionDate = association.lastExecutionDate
        overview = AssociationOverview(cohorts)
        scheduleExpression = association.scheduleExpression
        associationName = association.associationName
    }
}

/// *Source*: `AssociationOverview`.
private struct AssociationOverview: Codable {
    var status: String
    var detailedStatus: String
    var associationStatusAggregatedCount: [String: Int]

    init(_ cohorts: [AssociationTargetCohort]) {
        associationStatusAggregatedCount = Dictionary(
            cohorts.map { ($0.status.rawValue, $0.instanceIds.count) },
            uniquingKeysWith: +
        )
        let isOpen = cohorts.contains { !$0.status.isTerminal }
        let isWell = cohorts.allSatisfy { $0.status == .success }
        status = cohorts.isEmpty || isOpen ? "Pending" : isWell ? "Success" : "Failed"
        detailedStatus = cohorts.isEmpty ? "Associated" : status
    }
}

/// *Source*: `StartAssociationsOnceRequest`.
private struct StartRequest: Codable, Sendable {
    var associationIds: [AssociationID]
}

/// *Source*: `DescribeAssociationExecutionTargetsRequest`.
private struct ExecutionTargetsRequest: Codable, Sendable {
    var associationId: AssociationID
    var executionId: ExecutionID
    var maxResults: Int?
    var nextToken: String?
}

private struct ExecutionTargetsAnswer: Codable {
    var associationExecutionTargets: [ExecutionTarget]
    var nextToken: String?
}

/// *Source*: `AssociationExecutionTarget`.
private struct ExecutionTarget: Codable {
    var associationId: AssociationID
    var associationVersion: String
    var executionId: ExecutionID
    var resourceId: NodeID
    var resourceType = "ManagedInstance"
    var status: String
    var detailedStatus: String
    var lastExecutionDate: Timestamp
}
