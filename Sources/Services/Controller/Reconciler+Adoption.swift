// SPDX-License-Identifier: Apache-2.0
package import Adoption
import Diagnostics
import FleetModel
import Git
package import Planning
import SystemsManagerAPI

extension Reconciler {
    /// What an operator asked of an adoption.
    package struct AdoptionOptions: Sendable {
        /// The objects; `nil` for all that have no owner.
        package var objects: [ObjectReference]?
        package var layout: AdoptionLayout
        package var mode: AdoptionReport.Mode
        package var isDryRun: Bool
        package var dueRuns: AdoptionProof.DueRuns

        package init(
            objects: [ObjectReference]?,
            layout: AdoptionLayout,
            mode: AdoptionReport.Mode,
            isDryRun: Bool = false,
            dueRuns: AdoptionProof.DueRuns = .refuse
        ) {
            self.objects = objects
            self.layout = layout
            self.mode = mode
            self.isDryRun = isDryRun
            self.dueRuns = dueRuns
        }
    }

    /// Writes manifests for what the provider has and no fleet owns, once they are proven to hold.
    ///
    /// *Errors*: `noWorkTree` when there is no folder to write to; those of git and the provider.
    package func adopt(
        _ loaded: LoadedFleet,
        from loader: FleetLoader,
        _ options: AdoptionOptions
    ) async throws -> AdoptionReport {
        let desired = try loaded.valid()
        guard let folder = loaded.folder else {
            throw ReconcileError(
                .noWorkTree,
                "manifests are written to a folder, and \(loaded.location) is read from commits",
                hint: "clone it, and adopt in the clone"
            )
        }
        let request = self.request(for: desired, loaded, mode: .readOnly)
        return try await withProvider(request) { session in
            var input = try await input(loaded, desired, session, request.directory, .hold)
            input.previousMembers = nil
            let survey = AdoptionSurvey(desired: desired, observed: input.observed)
            let (chosen, settled) = choose(options.objects, survey, input)
            let undeclared = chosen.filter { survey.declared[$0] == nil }
            var draft = AdoptionDraft(
                undeclared,
                of: survey,
                observed: input.observed,
                contents: try await contents(of: undeclared, session),
                layout: options.layout
            )
            AdoptionFiles.refuseExisting(&draft, in: folder)
            try await prove(&draft, input, loader, options)
            let isWriting = options.mode == .write && !options.isDryRun
            if isWriting { try AdoptionFiles.write(draft.files, to: folder) }
            let declared = chosen.filter { survey.declared[$0] != nil }.map {
                AdoptedObject($0, .declared, file: survey.declared[$0])
            }
            return AdoptionReport(
                fleet: desired.fleet.name,
                commit: input.commit,
                mode: options.mode,
                isDryRun: options.isDryRun,
                objects: settled + declared + draft.outcome(isWriting ? .written : .adoptable)
            )
        }
    }

    /// Tags what git declares and no fleet owns as this fleet's, once it is proven to be as git says.
    ///
    /// *Errors*: `FleetLock.Held`, `diverged`, and those of git and the provider.
    package func take(
        _ loaded: LoadedFleet,
        _ options: AdoptionOptions
    ) async throws -> AdoptionReport {
        let desired = try loaded.valid()
        let directory = self.request(for: desired, loaded, mode: .readOnly).directory
        let mode: ProviderSession.Mode = options.isDryRun ? .readOnly : .readWrite
        return try await withSession(loaded, mode: mode) { session in
            try await checkAncestry(loaded, directory, Options())
            var input = try await input(loaded, desired, session, directory, .hold)
            input.previousMembers = nil
            let survey = AdoptionSurvey(desired: desired, observed: input.observed)
            let (chosen, settled) = choose(options.objects, survey, input)
            var objects = settled
            for object in chosen where survey.declared[object] == nil && options.objects != nil {
                let why = "git does not declare it at \(loaded.commit?.id.short ?? "this folder")"
                objects.append(
                    AdoptedObject(object, .refused, reasons: ["\(why): adopt and commit it first"])
                )
            }
            let declared = Set(chosen.filter { survey.declared[$0] != nil })
            let proof = AdoptionProof(
                declared.subtracting(survey.ambiguous),
                input,
                dueRuns: options.dueRuns
            )
            var taken = Set(proof.tags.keys)
            if options.isDryRun { taken = [] } else { try await tag(proof, session.manager) }
            let after =
                taken.isEmpty
                ? nil
                : Planner.plan(try await self.input(loaded, desired, session, directory, .hold))
            for object in declared {
                var line = AdoptedObject(object, .takeable, file: survey.declared[object])
                if survey.ambiguous.contains(object) {
                    line.state = .refused
                    line.reasons = ["several of this name exist, and git could mean any"]
                } else if let reasons = proof.remaining[object] {
                    line.state = .refused
                    line.reasons = reasons
                } else if let after, taken.contains(object) {
                    line.state = .taken
                    line.reasons = AdoptionProof.sentences(object, after, options.dueRuns)
                }
                objects.append(line)
            }
            return AdoptionReport(
                fleet: desired.fleet.name,
                commit: input.commit,
                mode: .take,
                isDryRun: options.isDryRun,
                objects: objects
            )
        }
    }

    /// Finds the objects that were asked for among those without an owner, and says why not of others.
    private func choose(
        _ wanted: [ObjectReference]?,
        _ survey: AdoptionSurvey,
        _ input: PlanningInput
    ) -> (chosen: [ObjectReference], settled: [AdoptedObject]) {
        guard let wanted else { return (survey.unowned, []) }
        let unowned = Set(survey.unowned)
        var settled: [AdoptedObject] = []
        for object in Set(wanted).subtracting(unowned).sorted() {
            let mode = input.desired.fleet.mode(of: object)
            if let line = survey.standing(of: object, for: input.ownership, mode) {
                settled.append(line)
                continue
            }
            let meant = nearestName(to: object.description, among: survey.names)
            let advice = meant.map { "; did you mean '\($0)'?" } ?? ""
            settled.append(
                AdoptedObject(
                    object,
                    .refused,
                    reasons: ["the provider has no such object\(advice)"]
                )
            )
        }
        return (Set(wanted).intersection(unowned).sorted(), settled)
    }

    /// Reads the default versions of documents.
    private func contents(
        of objects: [ObjectReference],
        _ session: ProviderSession
    ) async throws -> [String: AdoptionDraft.Content] {
        var contents: [String: AdoptionDraft.Content] = [:]
        for object in objects where object.kind == .document {
            let answer = try await session.manager.perform(
                GetDocument(name: object.name, documentVersion: "$DEFAULT")
            )
            contents[object.name] = AdoptionDraft.Content(
                text: answer.content,
                format: answer.documentFormat
            )
        }
        return contents
    }

    /// Gives up objects until what is left loads, and changes nothing when it is taken over.
    private func prove(
        _ draft: inout AdoptionDraft,
        _ input: PlanningInput,
        _ loader: FleetLoader,
        _ options: AdoptionOptions
    ) async throws {
        while !draft.objects.isEmpty {
            let loaded = try await loader.load(adding: draft.files)
            if draft.refuse(after: loaded.diagnostics) { continue }
            let desired = try loaded.valid()
            let declared = AdoptionSurvey(desired: desired, observed: input.observed).declared
            let outside = draft.objects.filter { declared[$0] == nil }
            for object in outside {
                draft.refuse(object, ["its file would lie outside of the fleet's folders"])
            }
            if !outside.isEmpty { continue }
            var input = input
            input.desired = desired
            let proof = AdoptionProof(draft.objects, input, dueRuns: options.dueRuns)
            guard !proof.remaining.isEmpty else { return }
            for (object, reasons) in proof.remaining { draft.refuse(object, reasons) }
        }
    }

    /// Performs what a proof allows: setting tags, and nothing else.
    private func tag(_ proof: AdoptionProof, _ manager: any SystemsManager) async throws {
        for (_, operations) in proof.tags.sorted(by: { $0.key < $1.key }) {
            for operation in operations {
                switch operation {
                case .addTags(let request): _ = try await manager.perform(request)
                case .tagGroup(let request): _ = try await manager.perform(request)
                default:
                    throw ReconcileError(.unsoundPlan, "an adoption would do more than set tags")
                }
            }
        }
    }
}
