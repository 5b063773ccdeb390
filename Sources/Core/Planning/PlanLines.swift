// SPDX-License-Identifier: Apache-2.0
package import FleetModel

/// One association that would run on named nodes.
package struct PlannedRun: Hashable, Sendable, Codable {
    package enum Action: String, Sendable, Codable { case associate, command, automation, patch }

    package var action: Action
    package var object: ObjectReference
    /// By name, sorted.
    ///
    /// Frozen: a node that joins later waits for the next plan.
    package var nodes: [String]
    package var nodeIDs: [NodeID]
    package var cause: Cause
    /// Why, in one line for people.
    package var reason: String
    /// From 1.
    ///
    /// A wave starts when the one before has ended well.
    package var wave: Int
    package var dependsOn: [String]
    package var document: String
    package var documentVersion: String
    package var maxConcurrency: RateBound
    package var maxErrors: RateBound
    /// How many nodes could break before rate control stops the run.
    package var worstCaseBrokenNodes: Int
    package var source: PlanSource
    /// The policy that does not hold on these nodes, when the run is its remedy.
    package var policy: String?
    /// What the run is to mend, where machines moved; no part of the plan's digest.
    package var mends: [Finding]?

    package init(
        action: Action = .associate,
        object: ObjectReference,
        nodes: [String],
        nodeIDs: [NodeID],
        cause: Cause,
        reason: String,
        wave: Int,
        dependsOn: [String],
        document: String,
        documentVersion: String,
        maxConcurrency: RateBound,
        maxErrors: RateBound,
        worstCaseBrokenNodes: Int,
        source: PlanSource,
        policy: String? = nil,
        mends: [Finding] = []
    ) {
        self.action = action
        self.object = object
        self.nodes = nodes
        self.nodeIDs = nodeIDs
        self.cause = cause
        self.reason = reason
        self.wave = wave
        self.dependsOn = dependsOn
        self.document = document
        self.documentVersion = documentVersion
        self.maxConcurrency = maxConcurrency
        self.maxErrors = maxErrors
        self.worstCaseBrokenNodes = worstCaseBrokenNodes
        self.source = source
        self.policy = policy
        self.mends = mends.isEmpty ? nil : mends
    }

    func add(to builder: inout DigestBuilder) {
        builder.add([
            action.rawValue, object.description, cause.rawValue, reason, "\(wave)", document,
            documentVersion, maxConcurrency.description, maxErrors.description,
            "\(source.file):\(source.line)",
        ])
        builder.add(dependsOn)
        builder.add(nodes)
        builder.add(nodeIDs.map(\.rawValue))
    }
}

/// Something that is due and does not happen yet, and what it waits for.
package struct PlannedWait: Hashable, Sendable, Codable {
    package enum Reason: String, Sendable, Codable {
        case window, approval, dependency, offline, budget, suspended
    }

    package var object: ObjectReference
    package var nodes: [String]
    package var reason: Reason
    /// What ends the wait, for people.
    package var message: String
    package var until: Timestamp?
    /// What is not as git says as long as it waits; no part of the plan's digest.
    package var mends: [Finding]?

    package init(
        _ object: ObjectReference,
        nodes: [String] = [],
        for reason: Reason,
        message: String,
        until: Timestamp? = nil,
        mends: [Finding] = []
    ) {
        self.object = object
        self.nodes = nodes
        self.reason = reason
        self.message = message
        self.until = until
        self.mends = mends.isEmpty ? nil : mends
    }

    private enum CodingKeys: String, CodingKey {
        case object, nodes, reason = "for", message, until, mends
    }
}

/// Something that is not as git says and that this plan leaves as it is.
package struct Finding: Hashable, Sendable, Codable {
    package var object: ObjectReference
    package var nodes: [String]
    package var severity: ComplianceSeverity
    package var cause: Cause
    package var expected: String
    package var observed: String
    /// The fields that differ, as `from` live `to` what git says; empty where it is no field.
    package var fields: [PlannedChange.Field]
    /// Since when the provider has known it.
    package var since: Timestamp?

    /// What is expected of a rehearsal.
    static let noChange = "no change"
    /// Whether a rehearsal found that an association would change nodes again.
    package var isRehearsed: Bool { object.kind == .association && expected == Self.noChange }

    package init(
        _ object: ObjectReference,
        nodes: [String] = [],
        severity: ComplianceSeverity,
        cause: Cause,
        expected: String,
        observed: String,
        fields: [PlannedChange.Field] = [],
        since: Timestamp? = nil
    ) {
        self.object = object
        self.nodes = nodes
        self.severity = severity
        self.cause = cause
        self.expected = expected
        self.observed = observed
        self.fields = fields
        self.since = since
    }

    func add(to builder: inout DigestBuilder) {
        builder.add([
            object.description, severity.rawValue, cause.rawValue, expected, observed,
        ])
        builder.add(nodes)
    }
}

/// What a plan would do at most, and whether the fleet's limits allow it.
package struct LimitsVerdict: Hashable, Sendable, Codable {
    /// Nodes on which something would run.
    package var changedNodes: Int
    package var prunedObjects: Int
    /// The most nodes that one wave could break before rate control stops it.
    package var worstCaseBrokenNodes: Int
    /// Nodes among `changedNodes` on which nothing of the fleet has ever run.
    ///
    /// They are not held against the limits, which guard what is in service.
    package var newNodes: Int
    /// The limits that the plan exceeds, one sentence each; empty when it may run.
    package var refused: [String]
    /// The limits that it exceeds and that an exception raises, one sentence each.
    package var allowed: [String]

    package init(
        changedNodes: Int = 0,
        prunedObjects: Int = 0,
        worstCaseBrokenNodes: Int = 0,
        newNodes: Int = 0,
        refused: [String] = [],
        allowed: [String] = []
    ) {
        self.changedNodes = changedNodes
        self.prunedObjects = prunedObjects
        self.worstCaseBrokenNodes = worstCaseBrokenNodes
        self.newNodes = newNodes
        self.refused = refused
        self.allowed = allowed
    }
}
