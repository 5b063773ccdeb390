// SPDX-License-Identifier: Apache-2.0
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
            let nodes = (users[document.name] ?? []).reduce(into: NodeSet()) {
                $0.formUnion(table.select($1.targets))
            }
            planDocument(document, live: live[document.name], users: nodes)
        }
        let declared = Set(input.desired.documents.map(\.name))
        for document in input.observed.documents
        where !declared.contains(document.name) && owns(document.tags) {
            prune(
                ObjectReference(.document, document.name),
                tags: document.tags,
                [.deleteDocument(DeleteDocument(name: document.name))]
            )
        }
    }

    private mutating func planDocument(
        _ document: DesiredDocument,
        live: ObservedDocument?,
        users: NodeSet
    ) {
        let object = ObjectReference(.document, document.name)
        let tags = ownershipTags(document.source, digest: document.digest)
        guard let live else {
            documentVersions[document.name] = "1"
            documentCauses[document.name] = .git
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
                    cause: .git,
                    reason: "new in git",
                    fields: [contentField(from: nil, to: document.digest)],
                    nodes: table.names(of: users),
                    source: source(document.source),
                    operations: [.createDocument(request)]
                )
            )
            return
        }
        guard owns(live.tags) else {
            blockedDocuments.insert(document.name)
            return reportForeign(object, tags: live.tags)
        }
        let field = contentField(from: live.digest, to: document.digest)
        switch disposition(desired: document.digest, live: live.digest, tags: live.tags) {
        case .leave: documentVersions[document.name] = "\(live.defaultVersion)"
        case .change(let cause):
            documentCauses[document.name] = cause
            let (version, operations) = update(document, live: live, tags: tags)
            documentVersions[document.name] = version
            changes.append(
                PlannedChange(
                    .update,
                    object,
                    cause: cause,
                    reason: cause.reason,
                    fields: [field],
                    nodes: table.names(of: users),
                    source: source(document.source),
                    diff: live.content.map { unifiedDiff(from: $0, to: document.content) },
                    operations: operations
                )
            )
        case .report: reportDrift(object, nodes: table.names(of: users), [field])
        }
    }

    /// A new version and the default moved to it; or only the move, when a run was cut short
    /// between the two.
    private func update(
        _ document: DesiredDocument,
        live: ObservedDocument,
        tags: [String: String]
    ) -> (version: String, operations: [PlannedOperation]) {
        let retag = PlannedOperation.addTags(
            AddTagsToResource(
                resourceType: .document,
                resourceId: document.name,
                tags: tags.asTags
            )
        )
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
        return (version, (isStored ? [] : [store]) + [move, retag])
    }

    private func contentField(
        from old: ContentDigest?,
        to new: ContentDigest
    ) -> PlannedChange.Field {
        PlannedChange.Field(path: "content", from: old?.rawValue, to: new.rawValue)
    }
}
