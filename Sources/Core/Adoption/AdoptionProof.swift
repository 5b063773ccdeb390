// SPDX-License-Identifier: Apache-2.0
import FleetModel
package import Planning
import SystemsManagerAPI

/// Whether objects may be taken over without anything but their tags changing.
///
/// Planned twice: once with the consent to take them, which may give them tags and nothing else, and
/// once as if they had those tags, which must leave nothing to do or to say about them.
package struct AdoptionProof: Sendable {
    /// The requests that tag each object that holds, and nothing else.
    package private(set) var tags: [ObjectReference: [PlannedOperation]] = [:]
    /// Why each of the others cannot be taken over as it is, one sentence each.
    package private(set) var remaining: [ObjectReference: [String]] = [:]

    /// Whether associations may be taken over that are due to run anyhow.
    package enum DueRuns: Sendable { case refuse, allow }

    /// Proves it for objects that the input's desired state declares.
    package init(_ objects: Set<ObjectReference>, _ input: PlanningInput, dueRuns: DueRuns) {
        // What one object is proven by may be another: an association holds only with its document.
        var left = objects
        repeat {
            let (tags, failed) = Self.round(left, input, dueRuns)
            self.tags = tags
            remaining.merge(failed) { first, _ in first }
            left.subtract(failed.keys)
            if failed.isEmpty { break }
        } while !left.isEmpty
        if left.isEmpty { tags = [:] }
    }

    private static func round(
        _ objects: Set<ObjectReference>,
        _ input: PlanningInput,
        _ dueRuns: DueRuns
    ) -> (tags: [ObjectReference: [PlannedOperation]], failed: [ObjectReference: [String]]) {
        var asking = input
        asking.takes = objects
        let plan = Planner.plan(asking)
        let changes = Dictionary(grouping: plan.changes, by: \.object)
        var tags: [ObjectReference: [PlannedOperation]] = [:]
        var failed: [ObjectReference: [String]] = [:]
        for object in objects {
            let own = changes[object] ?? []
            let operations = own.flatMap(\.operations)
            if own.allSatisfy(\.isTagsOnly), !operations.isEmpty {
                tags[object] = operations
            } else {
                let sentences = sentences(object, plan, .allow)
                failed[object] = sentences.isEmpty ? ["the plan says nothing about it"] : sentences
            }
        }
        var tagged = input
        tagged.observed.tag(tags.values.flatMap(\.self))
        let after = Planner.plan(tagged)
        for object in tags.keys {
            let sentences = sentences(object, after, dueRuns)
            if !sentences.isEmpty { failed[object] = sentences }
        }
        return (tags.filter { failed[$0.key] == nil }, failed)
    }

    /// What a plan would do or say about an object.
    package static func sentences(
        _ object: ObjectReference,
        _ plan: Plan,
        _ dueRuns: DueRuns
    ) -> [String] {
        var sentences: [String] = []
        for change in plan.changes where change.object == object && !change.isTagsOnly {
            let fields = change.fields.map {
                "\($0.path) from \($0.from ?? "(none)") to \($0.to ?? "(none)")"
            }
            sentences.append(
                "the next plan would \(change.action.rawValue) it"
                    + (fields.isEmpty ? "" : ": " + fields.joined(separator: ", "))
            )
        }
        for finding in plan.findings where finding.object == object {
            sentences.append("git says \(finding.expected), the provider \(finding.observed)")
        }
        if dueRuns == .refuse {
            for run in plan.runs where run.object == object {
                let count = run.nodes.count
                let nodes = "\(count) \(count == 1 ? "node" : "nodes")"
                sentences.append(
                    "the next reconcile would run it on \(nodes): \(run.reason);"
                        + " '--allow-runs' accepts that"
                )
            }
        }
        let isHeldUp = sentences.isEmpty && dueRuns == .allow
        for wait in plan.waits where isHeldUp && wait.object == object && wait.reason == .dependency
        {
            sentences.append("waits: \(wait.message)")
        }
        return sentences
    }
}

extension PlannedChange {
    /// Whether it leaves the object as it is and only notes on it whose it is.
    package var isTagsOnly: Bool {
        fields.isEmpty && diff == nil
            && operations.allSatisfy { operation in
                switch operation {
                case .addTags, .tagGroup: true
                default: false
                }
            }
    }
}

extension ObservedState {
    /// Sets tags as a provider would.
    mutating func tag(_ operations: [PlannedOperation]) {
        var groupTags: [String: [String: String]] = [:]
        var tags: [TaggedResourceType: [String: [String: String]]] = [:]
        for operation in operations {
            switch operation {
            case .tagGroup(let request): groupTags[request.groupName] = request.tags
            case .addTags(let request):
                tags[request.resourceType, default: [:]][request.resourceId] =
                    request.tags.asDictionary
            default: break
            }
        }
        for place in groups.indices {
            groups[place].tags.merge(groupTags[groups[place].name] ?? [:]) { $1 }
        }
        for place in documents.indices {
            let new = tags[.document]?[documents[place].name]
            documents[place].tags.merge(new ?? [:]) { $1 }
        }
        for place in associations.indices {
            let new = tags[.association]?[associations[place].id.rawValue]
            associations[place].tags.merge(new ?? [:]) { $1 }
        }
        for place in nodes.indices {
            let new = tags[.managedInstance]?[nodes[place].id.rawValue]
            nodes[place].tags.merge(new ?? [:]) { $1 }
        }
    }
}
