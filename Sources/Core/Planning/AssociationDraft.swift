// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI

/// What one association needs, while its plan lines are worked out.
struct AssociationDraft {
    /// Nodes of one association that run for one reason.
    struct Run {
        var cause: Cause
        var reason: String
        var nodes: NodeSet
        /// The line that asks for it; `nil` is the association itself.
        var source: PlanSource?
        /// The policy whose remedy it is.
        var policy: String?
        /// What does not hold on these nodes, when the machine moved.
        var mends: [Finding] = []
    }

    let desired: DesiredAssociation
    let live: ObservedAssociation?
    /// What git says.
    let declared: AssociationSpec
    /// What is to be: what git says, but for the fields that an exception leaves as they are.
    var spec: AssociationSpec
    let members: NodeSet
    var disposition: Disposition?
    /// Why the provider lacks it, where it does.
    var absence = PlanDraft.Absence.new
    var runs: [Run] = []
    var waits: [PlannedWait] = []
    var findings: [Finding] = []
    /// Members on which it runs at this moment.
    var busy = NodeSet()
    /// Why what depends on this has to wait, where it has to: `has failed targets`.
    var holdUp: String?
    /// Whether an exception says that nothing of it is done.
    var isSuspended = false
    /// Whether the default version of its document is the one that git wants.
    var isDefaultVersion = false
    /// What the provider does where an association names no rates; `nil` where nobody says.
    var rateDefaults: DesiredFleet.RateDefaults?

    init(
        desired: DesiredAssociation,
        live: ObservedAssociation?,
        declared: AssociationSpec,
        spec: AssociationSpec,
        members: NodeSet
    ) {
        self.desired = desired
        self.live = live
        self.declared = declared
        self.spec = spec
        self.members = members
    }

    /// Whether an exception leaves it doing something else than git says: that is run on nobody.
    var isFrozen: Bool { spec.runsDifferently(from: declared) }

    var object: ObjectReference { ObjectReference(.association, desired.name) }

    /// What the provider has, in the words that git would use for it.
    ///
    /// What is left out at the provider is what manifests leave out.
    var current: AssociationSpec? {
        guard let live else { return nil }
        var current = AssociationSpec(live)
        if isDefaultVersion, current.documentVersion == "$DEFAULT" {
            current.documentVersion = spec.documentVersion
        }
        current.maxConcurrency = current.maxConcurrency ?? rateDefaults?.maxConcurrency
        current.maxErrors = current.maxErrors ?? rateDefaults?.maxErrors
        return current
    }

    /// What runs when it runs: where drift is only reported, that is what the provider has.
    var inForce: AssociationSpec {
        guard disposition == .report, let live else { return spec }
        return AssociationSpec(live)
    }

    /// Rate control in force; left out means all at once and no error too many.
    var maxConcurrency: RateBound { inForce.maxConcurrency ?? .percent(100) }
    var maxErrors: RateBound { inForce.maxErrors ?? .percent(100) }

    func createRequest(tags: [String: String]) -> CreateAssociation {
        CreateAssociation(
            name: spec.document,
            associationName: desired.name,
            documentVersion: spec.documentVersion,
            parameters: spec.parameters,
            targets: spec.targets,
            scheduleExpression: spec.scheduleExpression,
            maxConcurrency: spec.maxConcurrency,
            maxErrors: spec.maxErrors,
            complianceSeverity: spec.complianceSeverity,
            tags: tags.asTags
        )
    }

    func updateRequest(id: AssociationID) -> UpdateAssociation {
        UpdateAssociation(
            associationId: id,
            name: spec.document,
            associationName: desired.name,
            documentVersion: spec.documentVersion,
            parameters: spec.parameters,
            targets: spec.targets,
            scheduleExpression: spec.scheduleExpression,
            maxConcurrency: spec.maxConcurrency,
            maxErrors: spec.maxErrors,
            complianceSeverity: spec.complianceSeverity
        )
    }
}
