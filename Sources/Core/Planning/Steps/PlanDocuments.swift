// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SystemsManagerAPI

extension PlanDraft {
    /// Makes the provider's documents those of git, and notes the version that associations name.
    mutating func planDocuments() {
        let live = Dictionary(
            input.observed.documents.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let users = Dictionary(grouping: input.desired.associations, by: \.document)
        for document in input.desired.documents {
            let mode = input.mode(of: .document, document.name)
            if mode == .ignored { continue }
            let usersOf: (NodeTable) -> NodeSet = { table in
                (users[document.name] ?? []).reduce(into: NodeSet()) {
                    $0.formUnion(table.select($1.targets))
                }
            }
            if mode == .observed {
                observe(document, live: live[document.name], users: usersOf)
            } else {
                planDocument(document, live: live[document.name], users: usersOf)
            }
        }
        let declared = Set(input.desired.documents.map(\.name))
        for document in input.observed.documents
        where !declared.contains(document.name)
            && input.mayPrune(.document, document.name, document.tags)
        {
            prune(
                ObjectReference(.document, document.name),
                tags: document.tags,
                [.deleteDocument(DeleteDocument(name: document.name))]
            )
        }
    }

    private mutating func observe(
        _ document: DesiredDocument,
        live: ObservedDocument?,
        users: (NodeTable) -> NodeSet
    ) {
        let isSame = live?.digest == document.digest
        reportObserved(
            ObjectReference(.document, document.name),
            nodes: table.names(of: users(table)),
            exists: live != nil,
            isSame ? [] : [contentField(from: live?.digest, to: document.digest)]
        )
    }

    private mutating func planDocument(
        _ document: DesiredDocument,
        live: ObservedDocument?,
        users: (NodeTable) -> NodeSet
    ) {
        func userNames() -> [String] { table.names(of: users(table)) }
        let object = ObjectReference(.document, document.name)
        let tags = ownershipTags(document.source, digest: document.digest)
        guard let live else { return create(document, object, tags, nodes: userNames()) }
        guard input.holds(object, live.tags) else {
            blockedDocuments[document.name] = "belongs to someone else"
            return reportForeign(object, tags: live.tags)
        }
        guard live.documentType == document.documentType else {
            blockedDocuments[document.name] = "cannot change its type"
            return reportType(of: document, object, live: live)
        }
        let field = contentField(from: live.digest, to: document.digest)
        let isSame = document.digest == live.digest
        if !isSame, keepsContent(of: document, live, [field], users) { return }
        switch input.disposition(isSame: isSame, digest: document.digest, tags: live.tags) {
        case .leave: documentVersions[document.name] = "\(live.defaultVersion)"
        case .record:
            documentVersions[document.name] = "\(live.defaultVersion)"
            record(object, source: document.source, [retag(document, tags)])
        case .change(let cause):
            let changed = changedSource(of: document, from: live)
            documentCauses[document.name] = (cause, changed)
            let (version, operations) = update(document, live: live, tags: tags)
            documentVersions[document.name] = version
            changes.append(
                PlannedChange(
                    .update,
                    object,
                    cause: cause,
                    reason: cause.reason,
                    fields: [field],
                    nodes: userNames(),
                    source: changed,
                    diff: live.content.map { unifiedDiff(from: $0, to: document.content) },
                    operations: operations
                )
            )
        case .report: reportDrift(object, nodes: userNames(), [field], since: live.updatedAt)
        }
    }

    /// Makes a document that the provider lacks, unless someone deleted it and that is only reported.
    private mutating func create(
        _ document: DesiredDocument,
        _ object: ObjectReference,
        _ tags: [String: String],
        nodes: [String]
    ) {
        let absence = absence(of: object, digest: document.digest)
        guard absence != .left else {
            blockedDocuments[document.name] = absence.reason
            return reportAbsence(object, nodes: nodes)
        }
        documentVersions[document.name] = "1"
        documentCauses[document.name] = (absence.cause, source(document.source))
        let request = CreateDocument(
            content: document.content,
            name: document.name,
            documentType: document.documentType,
            documentFormat: document.format.rawValue,
            tags: tags.asTags
        )
        changes.append(
            PlannedChange(
                .create,
                object,
                cause: absence.cause,
                reason: absence.reason,
                fields: [contentField(from: nil, to: document.digest)],
                nodes: nodes,
                source: source(document.source),
                operations: [.createDocument(request)]
            )
        )
    }

    /// Whether an exception leaves the content as it is, which is then noted.
    ///
    /// Associations keep the version that they have: what git does not say is run on nobody anew.
    private mutating func keepsContent(
        of document: DesiredDocument,
        _ live: ObservedDocument,
        _ fields: [PlannedChange.Field],
        _ users: (NodeTable) -> NodeSet
    ) -> Bool {
        let object = ObjectReference(.document, document.name)
        guard exceptions.fields.concern(object) else { return false }
        ignore(
            object,
            nodes: table.names(of: users(table)),
            digest: document.digest,
            tags: live.tags,
            fields
        )
        return true
    }

    /// The first line that differs from what the provider has; a document is a file of its own.
    private func changedSource(
        of document: DesiredDocument,
        from live: ObservedDocument
    ) -> PlanSource {
        guard let old = live.content, let line = firstDifferingLine(from: old, to: document.content)
        else { return source(document.source) }
        return PlanSource(file: document.source.file, line: line)
    }

    /// A new version and the default moved to it; or only the move, when a run was cut short
    /// between the two.
    private func update(
        _ document: DesiredDocument,
        live: ObservedDocument,
        tags: [String: String]
    ) -> (version: String, operations: [PlannedOperation]) {
        let isStored = live.latestDigest == document.digest
        let version = "\(isStored ? live.latestVersion : live.latestVersion + 1)"
        let store = PlannedOperation.updateDocument(
            UpdateDocument(
                content: document.content,
                name: document.name,
                documentVersion: "$LATEST",
                documentFormat: document.format.rawValue
            )
        )
        let move = PlannedOperation.setDefaultVersion(
            UpdateDocumentDefaultVersion(name: document.name, documentVersion: version)
        )
        return (version, (isStored ? [] : [store]) + [move, retag(document, tags)])
    }

    private func retag(_ document: DesiredDocument, _ tags: [String: String]) -> PlannedOperation {
        .addTags(
            AddTagsToResource(
                resourceType: .document,
                resourceId: document.name,
                tags: tags.asTags
            )
        )
    }

    private mutating func reportType(
        of document: DesiredDocument,
        _ object: ObjectReference,
        live: ObservedDocument
    ) {
        findings.append(
            Finding(
                object,
                severity: .high,
                cause: .git,
                expected: "type \(document.documentType)",
                observed: "type \(live.documentType), which no update changes; give it a new name"
            )
        )
    }

    private func contentField(
        from old: ContentDigest?,
        to new: ContentDigest
    ) -> PlannedChange.Field {
        PlannedChange.Field(path: "content", from: old?.rawValue, to: new.rawValue)
    }
}
