// SPDX-License-Identifier: Apache-2.0
import FleetModel
package import SystemsManagerAPI

/// One object that would be made, changed or deleted.
package struct PlannedChange: Hashable, Sendable, Codable {
    package enum Action: String, Sendable, Codable { case create, update, delete }

    /// One field that would change; `nil` where there was or will be nothing.
    package struct Field: Hashable, Sendable, Codable {
        package var path: String
        package var from: String?
        package var to: String?

        package init(path: String, from: String?, to: String?) {
            self.path = path
            self.from = from
            self.to = to
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            path = try container.decode(String.self, forKey: .path)
            from = try container.decodeIfPresent(String.self, forKey: .from)
            to = try container.decodeIfPresent(String.self, forKey: .to)
        }

        /// Writes `null` rather than nothing: readers of the JSON rely on both keys.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(path, forKey: .path)
            try container.encode(from, forKey: .from)
            try container.encode(to, forKey: .to)
        }

        private enum CodingKeys: String, CodingKey { case path, from, to }
    }

    package var action: Action
    package var object: ObjectReference
    package var cause: Cause
    /// Why, in one line for people.
    package var reason: String
    package var fields: [Field]
    /// The nodes that the object concerns, by name.
    package var nodes: [String]
    package var source: PlanSource?
    /// For a deletion, the file that declared the object.
    package var formerFile: String?
    /// For a deletion, who changed that file last; filled in from git after planning.
    package var removedBy: PlanSource.Author?
    /// The wave in which it happens; 0 is before all runs.
    package var wave: Int
    /// The lines of a unified diff, where content changes.
    package var diff: [String]?
    /// The requests that make it so, in order.
    package var operations: [PlannedOperation]

    package init(
        _ action: Action,
        _ object: ObjectReference,
        cause: Cause,
        reason: String,
        fields: [Field] = [],
        nodes: [String] = [],
        source: PlanSource? = nil,
        wave: Int = 0,
        diff: [String]? = nil,
        operations: [PlannedOperation]
    ) {
        self.action = action
        self.object = object
        self.cause = cause
        self.reason = reason
        self.fields = fields
        self.nodes = nodes
        self.source = source
        self.wave = wave
        self.diff = diff
        self.operations = operations
    }

    func add(to builder: inout DigestBuilder) {
        builder.add([
            action.rawValue, object.description, cause.rawValue, reason, "\(wave)",
            source.map { "\($0.file):\($0.line)" } ?? "",
        ])
        builder.add(fields.flatMap { [$0.path, $0.from ?? "\u{0}", $0.to ?? "\u{0}"] })
        builder.add(nodes)
        builder.add("\(operations.count)")
        for operation in operations { operation.add(to: &builder) }
    }
}

/// A request that a plan has already made up.
package enum PlannedOperation: Hashable, Sendable, Codable {
    case createDocument(CreateDocument)
    case updateDocument(UpdateDocument)
    case setDefaultVersion(UpdateDocumentDefaultVersion)
    case deleteDocument(DeleteDocument)
    case createGroup(CreateGroup)
    case updateGroup(UpdateGroup)
    case updateGroupQuery(UpdateGroupQuery)
    case tagGroup(TagGroup)
    case deleteGroup(DeleteGroup)
    case createAssociation(CreateAssociation)
    case updateAssociation(UpdateAssociation)
    case deleteAssociation(DeleteAssociation)
    case addTags(AddTagsToResource)
    case removeTags(RemoveTagsFromResource)
    case deregisterNode(DeregisterManagedInstance)

    /// Adds what tells one request from another.
    ///
    /// Content is in the change's fields as a digest; ids of hosted nodes are left out, since they
    /// are minted when the node is first attached.
    func add(to builder: inout DigestBuilder) {
        switch self {
        case .createDocument(let request): builder.add(["CreateDocument", request.name])
        case .updateDocument(let request): builder.add(["UpdateDocument", request.name])
        case .setDefaultVersion(let request):
            builder.add(["UpdateDocumentDefaultVersion", request.name, request.documentVersion])
        case .deleteDocument(let request): builder.add(["DeleteDocument", request.name])
        case .createGroup(let request): builder.add(["CreateGroup", request.name])
        case .updateGroup(let request): builder.add(["UpdateGroup", request.groupName])
        case .updateGroupQuery(let request): builder.add(["UpdateGroupQuery", request.groupName])
        case .tagGroup(let request): builder.add(["Tag", request.groupName])
        case .deleteGroup(let request): builder.add(["DeleteGroup", request.groupName])
        case .createAssociation(let request):
            builder.add(["CreateAssociation", request.associationName ?? ""])
        case .updateAssociation(let request):
            builder.add(["UpdateAssociation", request.associationId.rawValue])
        case .deleteAssociation(let request):
            builder.add(["DeleteAssociation", request.associationId.rawValue])
        case .addTags: builder.add(["AddTagsToResource"])
        case .removeTags(let request):
            builder.add(["RemoveTagsFromResource"] + request.tagKeys)
        case .deregisterNode(let request):
            builder.add(["DeregisterManagedInstance", request.instanceId.rawValue])
        }
    }
}
