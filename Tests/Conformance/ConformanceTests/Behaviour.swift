// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

/// Something that every implementation of `SystemsManager` does.
struct Behaviour: CustomTestStringConvertible, Sendable {
    var name: String
    var check: @Sendable (Provider) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (Provider) async throws -> Void) {
        (self.name, self.check) = (name, check)
    }

    var testDescription: String { name }
}

func document(_ line: String) -> String {
    #"{"schemaVersion": "2.2", "parameters": {"who": {"type": "String", "default": "you"}}, "mainSteps": [{"action": "aws:runShellScript", "name": "work", "inputs": {"runCommand": ["\#(line)"]}}]}"#
}

/// Expects an operation to fail with a code.
func expectError<O: SystemsManagerAPI.Operation>(
    _ code: SystemsManagerError.Code,
    _ request: O,
    on provider: Provider
) async {
    let error = await #expect(throws: SystemsManagerError.self) {
        try await provider.perform(request)
    }
    #expect(error?.code == code, "\(request)")
}

extension Provider {
    /// The ids of all nodes, sorted by name.
    func nodes() async throws -> [NodeID] {
        try await perform(DescribeInstanceInformation()).instanceInformationList.map(\.instanceId)
    }
}

let behaviours = [
    Behaviour("documents have versions, a default among them, and names of their own") { provider in
        let made = try await provider.perform(
            CreateDocument(
                content: document("echo {{ who }}"),
                name: "greet",
                tags: [Tag(key: "k", value: "v")]
            )
        ).documentDescription
        #expect(made.documentVersion == "1")
        _ = try await provider.perform(
            UpdateDocument(
                content: document("echo again"),
                name: "greet",
                documentVersion: "$LATEST"
            )
        )
        _ = try await provider.perform(
            UpdateDocumentDefaultVersion(name: "greet", documentVersion: "2")
        )
        let read = try await provider.perform(DescribeDocument(name: "greet")).document
        #expect(read.defaultVersion == "2")
        #expect(read.tags == [Tag(key: "k", value: "v")])
        #expect(
            try await provider.perform(GetDocument(name: "greet", documentVersion: "1")).content
                == document("echo {{ who }}")
        )
        await expectError(
            .documentAlreadyExists,
            CreateDocument(content: document("x"), name: "greet"),
            on: provider
        )
        await expectError(.invalidDocument, GetDocument(name: "absent"), on: provider)
        await expectError(
            .invalidDocumentContent,
            CreateDocument(content: "{", name: "broken"),
            on: provider
        )
        let list = try await provider.perform(ListDocuments()).documentIdentifiers
        #expect(list.first { $0.name == "greet" }?.hash == read.hash)
    },
    Behaviour("groups have queries with what they exclude, tags and members") { provider in
        let ids = try await provider.nodes()
        for (id, role) in zip(ids, ["web", "db"]) {
            _ = try await provider.perform(
                AddTagsToResource(
                    resourceType: .managedInstance,
                    resourceId: id.rawValue,
                    tags: [Tag(key: "Role", value: role), Tag(key: "lower", value: "é")]
                )
            )
        }
        let query = TagQuery(tags: ["Role": [], "lower": ["é"]], not: ["Role": ["db"]])
        _ = try await provider.perform(
            CreateGroup(name: "web", resourceQuery: query, tags: ["Team": "a", "less": "b"])
        )
        _ = try await provider.perform(UntagGroup(groupName: "web", keys: ["less"]))
        _ = try await provider.perform(TagGroup(groupName: "web", tags: ["more": "c"]))
        let group = try await provider.perform(ListGroups()).groups.first
        #expect(group?.resourceQuery == query)
        #expect(group?.tags == ["Team": "a", "more": "c"])
        #expect(
            try await provider.perform(ListGroupResources(group: "web")).instanceIds
                == Array(ids.prefix(1))
        )
        _ = try await provider.perform(UpdateGroup(groupName: "web", description: "d"))
        _ = try await provider.perform(
            UpdateGroupQuery(groupName: "web", resourceQuery: TagQuery(tags: [:]))
        )
        #expect(
            try await provider.perform(ListGroupResources(group: "web")).instanceIds.count == 2
        )
        await expectError(
            .groupAlreadyExists,
            CreateGroup(name: "web", resourceQuery: query),
            on: provider
        )
        _ = try await provider.perform(DeleteGroup(groupName: "web"))
        await expectError(.notFound, ListGroupResources(group: "web"), on: provider)
    },
    Behaviour("commands run once on each target and say how it went") { provider in
        let ids = try await provider.nodes()
        let sent = try await provider.perform(
            SendCommand(
                documentName: "AWS-RunShellScript",
                instanceIds: ids,
                parameters: ["commands": ["echo \"é\" '\\' \t"]],
                timeoutSeconds: 60,
                comment: "a comment",
                maxConcurrency: .percent(50),
                maxErrors: .count(1)
            )
        ).command
        #expect(sent.maxConcurrency == .percent(50))
        try await provider.finish(sent.commandId)
        let done = try await provider.perform(ListCommands(commandId: sent.commandId)).commands[0]
        #expect(done.status == "Success")
        #expect(done.completedCount == 2)
        #expect(done.parameters == sent.parameters)
        let invocations = try await provider.perform(
            ListCommandInvocations(commandId: sent.commandId, details: true)
        ).commandInvocations
        #expect(invocations.map(\.instanceId).sorted() == ids.sorted())
        #expect(invocations.allSatisfy { $0.commandPlugins.first?.output == "über\u{1F600}\n" })
        let failed = try await provider.perform(
            SendCommand(
                documentName: "AWS-RunShellScript",
                instanceIds: Array(ids.prefix(1)),
                parameters: ["commands": ["fail-here"]]
            )
        ).command
        try await provider.finish(failed.commandId)
        let result = try await provider.perform(
            GetCommandInvocation(commandId: failed.commandId, instanceId: ids[0])
        )
        #expect(result.status == "Failed")
        #expect(result.responseCode == 1)
        await expectError(
            .invalidInstanceId,
            SendCommand(
                documentName: "AWS-RunShellScript",
                instanceIds: ["mi-absent"],
                parameters: ["commands": ["true"]]
            ),
            on: provider
        )
        await expectError(.invalidCommandId, CancelCommand(commandId: "absent"), on: provider)
        await expectError(
            .invocationDoesNotExist,
            GetCommandInvocation(commandId: failed.commandId, instanceId: ids[1]),
            on: provider
        )
    },
    Behaviour("associations have versions, run when they are told to, and report by node") {
        provider in
        let ids = try await provider.nodes()
        _ = try await provider.perform(
            CreateDocument(content: document("echo {{ who }}"), name: "doc")
        )
        let target = TargetExpression(key: "InstanceIds", values: ids.map(\.rawValue))
        let made = try await provider.perform(
            CreateAssociation(
                name: "doc",
                associationName: "a",
                documentVersion: "1",
                parameters: ["who": ["me"]],
                targets: [target],
                scheduleExpression: "rate(30 minutes)",
                maxConcurrency: .count(1),
                maxErrors: .percent(0),
                complianceSeverity: .critical,
                tags: [Tag(key: "k", value: "v")]
            )
        ).associationDescription
        let updated = try await provider.perform(
            UpdateAssociation(
                associationId: made.associationId,
                name: "doc",
                associationName: "a",
                targets: [target]
            )
        ).associationDescription
        #expect(updated.associationVersion == "2")
        #expect(updated.scheduleExpression == nil)
        let started = try await provider.perform(
            StartAssociationsOnce(
                associationIds: [made.associationId],
                instanceIds: Array(ids.prefix(1))
            )
        ).executions
        try await provider.finish(try #require(started.first).commandId)
        let cohorts = try await provider.perform(ListAssociationTargetStatuses()).cohorts
        #expect(cohorts.map(\.instanceIds) == [Array(ids.prefix(1))])
        #expect(cohorts.first?.status == .success)
        let executions = try await provider.perform(
            DescribeAssociationExecutions(associationId: made.associationId)
        ).associationExecutions
        #expect(executions.first?.commandId == started.first?.commandId)
        let listed = try await provider.perform(ListAssociations()).associations
        #expect(listed.first?.tags == [Tag(key: "k", value: "v")])
        await expectError(.associatedInstances, DeleteDocument(name: "doc"), on: provider)
        await expectError(
            .invalidAssociationVersion,
            UpdateAssociation(associationId: made.associationId, associationVersion: "1"),
            on: provider
        )
        _ = try await provider.perform(DeleteAssociation(associationId: made.associationId))
        await expectError(
            .associationDoesNotExist,
            DescribeAssociation(associationId: made.associationId),
            on: provider
        )
        _ = try await provider.perform(DeleteDocument(name: "doc"))
    },
    Behaviour("inventory is taken, asked for, queried and compared") { provider in
        let ids = try await provider.nodes()
        let refreshed = try await provider.perform(
            RefreshInventory(instanceIds: ids + ["mi-absent"])
        )
        #expect(Array(refreshed.failures.keys) == ["mi-absent"])
        let matches = try await provider.perform(
            QueryInventory(expression: #"AWS:Application.Name = "openssl" and Version < "3.1""#)
        ).matches
        #expect(matches.map(\.matchCount) == [1, 1])
        _ = try await provider.perform(
            PutInventory(
                instanceId: ids[0],
                items: [
                    InventoryItem(
                        typeName: "Custom:Rack",
                        schemaVersion: "1.0",
                        captureTime: Timestamp(seconds: 1_800_000_000),
                        content: [["Row": "a", "lower": "x"]]
                    )
                ]
            )
        )
        let entries = try await provider.perform(
            ListInventoryEntries(instanceId: ids[0], typeName: "Custom:Rack")
        )
        #expect(entries.entries == [["Row": "a", "lower": "x"]])
        #expect(entries.captureTime == Timestamp(seconds: 1_800_000_000))
        _ = try await provider.perform(ListInventoryTypes())
        _ = try await provider.perform(GetInventory(maxResults: 1))
        _ = try await provider.perform(
            CompareInventory(
                from: InventoryPoint(instanceId: ids[0]),
                to: InventoryPoint(instanceId: ids[1])
            )
        )
        await expectError(.invalidFilter, QueryInventory(expression: "nonsense ="), on: provider)
    },
    Behaviour("compliance is reported and summed up") { provider in
        let ids = try await provider.nodes()
        _ = try await provider.perform(
            PutComplianceItems(
                resourceId: ids[0],
                resourceType: "ManagedInstance",
                complianceType: "Custom:Test",
                executionSummary: ComplianceExecutionSummary(
                    executionTime: Timestamp(milliseconds: 1_800_000_000_001)
                ),
                items: [
                    ComplianceItemEntry(
                        id: "one",
                        title: "One",
                        severity: .high,
                        status: .nonCompliant,
                        details: ["lowerKey": "v"]
                    )
                ]
            )
        )
        let items = try await provider.perform(ListComplianceItems(resourceIds: [ids[0]]))
            .complianceItems
        #expect(items.map(\.details) == [["lowerKey": "v"]])
        #expect(items.first?.executionSummary.executionTime.milliseconds == 1_800_000_000_001)
        _ = try await provider.perform(ListComplianceSummaries())
        _ = try await provider.perform(ListResourceComplianceSummaries())
    },
    Behaviour("lists come in pages that miss nothing and repeat nothing") { provider in
        for number in 1...5 {
            _ = try await provider.perform(
                CreateDocument(content: document("echo \(number)"), name: "page-\(number)")
            )
        }
        var names: [String] = []
        var token: String?
        repeat {
            let page = try await provider.perform(ListDocuments(maxResults: 2, nextToken: token))
            #expect(page.documentIdentifiers.count <= 2)
            names += page.documentIdentifiers.map(\.name)
            token = page.nextToken
        } while token != nil
        let all = try await provider.perform(ListDocuments()).documentIdentifiers.map(\.name)
        #expect(names == all)
        await expectError(.validation, ListDocuments(maxResults: 0), on: provider)
    },
    Behaviour("a node that is let go of is gone, and its id is not used again") { provider in
        let ids = try await provider.nodes()
        _ = try await provider.perform(DeregisterManagedInstance(instanceId: ids[1]))
        #expect(try await provider.nodes() == Array(ids.prefix(1)))
        await expectError(
            .invalidInstanceId,
            DeregisterManagedInstance(instanceId: ids[1]),
            on: provider
        )
        await expectError(
            .invalidResourceId,
            ListTagsForResource(resourceType: .managedInstance, resourceId: ids[1].rawValue),
            on: provider
        )
    },
]
