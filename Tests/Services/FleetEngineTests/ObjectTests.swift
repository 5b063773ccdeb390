// SPDX-License-Identifier: Apache-2.0
import FleetModel
import FleetStore
import Synchronization
import SystemsManagerAPI
import Testing

@testable import FleetEngine

@Suite("Documents, associations, groups, tags, nodes and inventory")
struct ObjectTests {
    private func withEngine(_ body: (EmbeddedEngine) async throws -> Void) async throws {
        let fixture = try EngineFixture()
        let engine = try await fixture.open()
        try await body(engine)
        try await engine.close()
    }

    private func create(_ engine: EmbeddedEngine, _ content: String? = nil) async throws {
        _ = try await engine.perform(
            CreateDocument(
                content: content ?? EngineFixture.document,
                name: "motd",
                documentFormat: "YAML",
                tags: [Tag(key: "Owner", value: "ops")]
            )
        )
    }

    @Test("documents get numbered versions, and the default one stays until it is moved")
    func documentVersions() async throws {
        try await withEngine { engine in
            try await create(engine)
            let changed = EngineFixture.document.replacing("hello", with: "welcome")
            let update = UpdateDocument(
                content: changed,
                name: "motd",
                documentVersion: "$LATEST",
                documentFormat: "YAML"
            )
            let updated = try await engine.perform(update).documentDescription
            #expect(updated.documentVersion == "2" && updated.latestVersion == "2")
            #expect(updated.defaultVersion == "1")
            #expect(updated.hash == ContentDigest(of: changed).hex)
            await expectError(.duplicateDocumentContent, engine, update)
            _ = try await engine.perform(
                UpdateDocumentDefaultVersion(name: "motd", documentVersion: "2")
            )
            let got = try await engine.perform(GetDocument(name: "motd"))
            #expect(got.content == changed && got.documentVersion == "2")
            let first = try await engine.perform(GetDocument(name: "motd", documentVersion: "1"))
            #expect(first.content == EngineFixture.document)
            await expectError(
                .invalidDocumentVersion,
                engine,
                GetDocument(name: "motd", documentVersion: "3")
            )
            let listed = try await engine.perform(ListDocuments()).documentIdentifiers
            #expect(
                listed.map(\.name)
                    == ["AWS-GatherSoftwareInventory", "AWS-RunShellScript", "motd"]
            )
            #expect(listed.map(\.owner) == ["Amazon", "Amazon", "Self"])
            #expect(listed.last?.tags == [Tag(key: "Owner", value: "ops")])
        }
    }

    @Test("documents are refused with the codes of AWS")
    func documentErrors() async throws {
        try await withEngine { engine in
            try await create(engine)
            let content = EngineFixture.document
            await expectError(
                .documentAlreadyExists,
                engine,
                CreateDocument(content: content, name: "motd", documentFormat: "YAML")
            )
            await expectError(
                .invalidDocumentContent,
                engine,
                CreateDocument(content: "{}", name: "other", documentFormat: "JSON")
            )
            await expectError(
                .validation,
                engine,
                CreateDocument(content: content, name: "aws-mine", documentFormat: "YAML")
            )
            await expectError(.invalidDocument, engine, DeleteDocument(name: "none"))
            await expectError(.invalidDocument, engine, DeleteDocument(name: "AWS-RunShellScript"))
            try await engine.makeAssociation([])
            await expectError(.associatedInstances, engine, DeleteDocument(name: "motd"))
        }
    }

    @Test("an update makes a new version and clears what it leaves out")
    func associationVersions() async throws {
        try await withEngine { engine in
            let id = try await engine.makeAssociation(
                [TargetExpression(key: "tag:Role", values: ["web"])])
            let updated = try await engine.perform(
                UpdateAssociation(
                    associationId: id,
                    associationVersion: "1",
                    parameters: ["message": ["hi"]]
                )
            ).associationDescription
            #expect(updated.associationVersion == "2")
            #expect(updated.targets.isEmpty && updated.maxErrors == nil)
            #expect(updated.name == "motd" && updated.associationName == "web-motd")
            await expectError(
                .invalidAssociationVersion,
                engine,
                UpdateAssociation(associationId: id, associationVersion: "1")
            )
            await expectError(
                .invalidParameters,
                engine,
                UpdateAssociation(associationId: id, parameters: ["mesage": ["hi"]])
            )
            await expectError(
                .invalidSchedule,
                engine,
                UpdateAssociation(associationId: id, scheduleExpression: "rate(soon)")
            )
            await expectError(
                .invalidTarget,
                engine,
                UpdateAssociation(
                    associationId: id,
                    targets: [TargetExpression(key: "resource-groups:Name", values: ["none"])]
                )
            )
            await expectError(.invalidDocument, engine, CreateAssociation(name: "none"))
            await expectError(
                .invalidDocumentVersion,
                engine,
                CreateAssociation(name: "motd", documentVersion: "7")
            )
            _ = try await engine.perform(DeleteAssociation(associationId: id))
            await expectError(
                .associationDoesNotExist,
                engine,
                DescribeAssociation(associationId: id)
            )
            #expect(try await engine.perform(ListAssociations()).associations.isEmpty)
        }
    }

    @Test("groups follow the tags of nodes, and targets AND their keys")
    func groups() async throws {
        try await withEngine { engine in
            let web = try await engine.attach("web-1", tags: ["Role": "web", "Env": "prod"])
            let frozen = try await engine.attach("web-2", tags: ["Role": "web", "Frozen": "yes"])
            try await engine.attach("db-1", tags: ["Role": "db", "Env": "prod"])
            let query = TagQuery(tags: ["Role": ["web"]], not: ["Frozen": []])
            let create = CreateGroup(name: "web", resourceQuery: query, tags: ["a": "b"])
            _ = try await engine.perform(create)
            await expectError(.groupAlreadyExists, engine, create)
            #expect(
                try await engine.perform(ListGroupResources(group: "web")).instanceIds == [web]
            )
            _ = try await engine.perform(
                UpdateGroupQuery(groupName: "web", resourceQuery: TagQuery(tags: ["Role": ["web"]]))
            )
            #expect(
                try await engine.perform(ListGroupResources(group: "web")).instanceIds
                    == [web, frozen]
            )
            let summary = try await engine.perform(ListGroups()).groups
            #expect(summary.map(\.tags) == [["a": "b"]])
            let targets = [
                TargetExpression(key: "resource-groups:Name", values: ["web"]),
                TargetExpression(key: "tag:Env", values: ["prod", "staging"]),
            ]
            let id = try await engine.makeAssociation(targets)
            let started = try await engine.start(id)
            _ = try await engine.waitForExecution(started.executionId)
            #expect(try await engine.cohorts().map(\.instanceIds) == [[web]])
            _ = try await engine.perform(DeleteGroup(groupName: "web"))
            await expectError(.notFound, engine, DeleteGroup(groupName: "web"))
        }
    }

    @Test("tags are set, replaced, listed and removed")
    func tags() async throws {
        try await withEngine { engine in
            let id = try await engine.attach("web-1", tags: ["Role": "web", "Env": "prod"])
            _ = try await engine.perform(
                AddTagsToResource(
                    resourceType: .managedInstance,
                    resourceId: id.rawValue,
                    tags: [Tag(key: "Env", value: "staging")]
                )
            )
            _ = try await engine.perform(
                RemoveTagsFromResource(
                    resourceType: .managedInstance,
                    resourceId: id.rawValue,
                    tagKeys: ["Role"]
                )
            )
            let tags = try await engine.perform(
                ListTagsForResource(resourceType: .managedInstance, resourceId: id.rawValue)
            ).tagList
            #expect(tags == [Tag(key: "Env", value: "staging")])
            await expectError(
                .invalidResourceId,
                engine,
                ListTagsForResource(resourceType: .association, resourceId: "none")
            )
        }
    }

    @Test("nodes keep their id over registrations, and a deregistered id is not used again")
    func nodes() async throws {
        try await withEngine { engine in
            let id = try await engine.attach("web-1")
            #expect(id.rawValue.hasPrefix("mi-") && id.rawValue.count == 20)
            #expect(try await engine.attach("web-1") == id)
            engine.detach(id)
            let away = try await engine.perform(DescribeInstanceInformation())
                .instanceInformationList
            #expect(away.map(\.pingStatus) == ["ConnectionLost"])
            _ = try await engine.perform(DeregisterManagedInstance(instanceId: id))
            await expectError(
                .invalidInstanceId,
                engine,
                DeregisterManagedInstance(instanceId: id)
            )
            await #expect(throws: SystemsManagerError.self) {
                try await engine.attach(NodeRegistration(id: id, name: "web-1")) { _ in
                    ScriptedLink()
                }
            }
            #expect(try await engine.attach("web-1") != id)
            await expectError(
                .invalidInstanceId,
                engine,
                SendCommand(
                    documentName: "AWS-RunShellScript",
                    instanceIds: [id],
                    parameters: ["commands": ["true"]]
                )
            )
        }
    }

    @Test("lists come in pages that miss nothing and repeat nothing")
    func pages() async throws {
        try await withEngine { engine in
            for index in 0..<7 { try await engine.attach("web-\(index)") }
            var names: [String] = []
            var token: String?
            repeat {
                let page = try await engine.perform(
                    DescribeInstanceInformation(maxResults: 3, nextToken: token)
                )
                names += page.instanceInformationList.map(\.name)
                token = page.nextToken
            } while token != nil
            #expect(names == (0..<7).map { "web-\($0)" })
            await expectError(.validation, engine, ListDocuments(maxResults: 0))
            let all = [TargetExpression(key: "InstanceIds", values: ["*"])]
            let started = try await engine.start(try await engine.makeAssociation(all))
            _ = try await engine.waitForExecution(started.executionId)
            var ids: [NodeID] = []
            repeat {
                let page = try await engine.perform(
                    ListCommandInvocations(
                        commandId: started.commandId,
                        maxResults: 2,
                        nextToken: token
                    )
                )
                ids += page.commandInvocations.map(\.instanceId)
                token = page.nextToken
            } while token != nil
            #expect(ids.count == 7 && Set(ids).count == 7)
        }
    }

    @Test("inventory without content keeps what is stored under the same hash")
    func inventory() async throws {
        try await withEngine { engine in
            let link = ScriptedLink()
            let id = try await engine.attach("web-1", link)
            let time = Timestamp(seconds: 1_700_000_000)
            link.inventory.withLock {
                $0 = [
                    InventoryReport(
                        typeName: "AWS:Application",
                        schemaVersion: "1.1",
                        capturedAt: time,
                        contentHash: "one",
                        content: [["Name": "bash"], ["Name": "vim"]]
                    )
                ]
            }
            let list = ListInventoryEntries(instanceId: id, typeName: "AWS:Application")
            #expect(await engine.refreshInventory(nodes: [id]).isEmpty)
            #expect(try await engine.perform(list).entries.count == 2)
            link.inventory.withLock { $0[0].capturedAt = time.advanced(bySeconds: 60) }
            #expect(await engine.refreshInventory(nodes: [id]).isEmpty)
            let again = try await engine.perform(list)
            #expect(again.entries == [["Name": "bash"], ["Name": "vim"]])
            #expect(again.captureTime == time.advanced(bySeconds: 60))
            await expectError(
                "ItemContentMismatchException",
                engine,
                PutInventory(
                    instanceId: id,
                    items: [
                        InventoryItem(
                            typeName: "AWS:Application",
                            schemaVersion: "1.1",
                            captureTime: time,
                            contentHash: "two"
                        )
                    ]
                )
            )
            // An empty list is content: it replaces what was there by nothing.
            _ = try await engine.perform(
                PutInventory(
                    instanceId: id,
                    items: [
                        InventoryItem(
                            typeName: "AWS:Application",
                            schemaVersion: "1.1",
                            captureTime: time,
                            contentHash: "three",
                            content: []
                        )
                    ]
                )
            )
            #expect(try await engine.perform(list).entries.isEmpty)
            let failures = await engine.refreshInventory(nodes: ["mi-none"])
            #expect(failures["mi-none"]?.code == .invalidInstanceId)
        }
    }

    @Test("what a node reports of itself is what DescribeInstanceInformation answers")
    func instanceInformation() async throws {
        try await withEngine { engine in
            let link = ScriptedLink()
            let id = try await engine.attach("web-1", link)
            link.inventory.withLock {
                $0 = [
                    InventoryReport(
                        typeName: "AWS:InstanceInformation",
                        schemaVersion: "1.0",
                        capturedAt: Timestamp(seconds: 1_700_000_000),
                        contentHash: "one",
                        content: [
                            [
                                "ComputerName": "web-1.example.org", "PlatformType": "Linux",
                                "PlatformName": "Debian GNU/Linux", "PlatformVersion": "12",
                                "IpAddress": "192.0.2.7",
                            ]
                        ]
                    )
                ]
            }
            #expect(await engine.refreshInventory(nodes: [id]).isEmpty)
            // Coming back says nothing of the platform, and what was known stays.
            _ = try await engine.attach("web-1", link)
            let answer = try await engine.perform(DescribeInstanceInformation())
            let node = try #require(answer.instanceInformationList.first)
            #expect(node.platformName == "Debian GNU/Linux" && node.platformVersion == "12")
            #expect(node.computerName == "web-1.example.org" && node.iPAddress == "192.0.2.7")
        }
    }
}
