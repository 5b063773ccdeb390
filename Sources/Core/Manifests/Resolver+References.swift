// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML
import SSMDocuments

/// What objects say about one another: names, parameters, order.
extension Resolver {
    private static let chainMax = 100
    /// *Source*: CreateAssociation: `rate` of at least 30 minutes.
    private static let shortestIntervalOfAWSSeconds = 1800

    mutating func checkReferences() {
        let groups = Dictionary(
            table.groups.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for association in table.associations { check(association, groups: groups) }
        for group in table.groups {
            guard case .query(let query) = group.selection else { continue }
            checkContradiction(query.tags, group.name, at: group.source)
        }
        checkGroups()
        checkPolicies()
        checkExceptions()
        checkOwnership()
        checkOrder()
    }

    mutating func check(_ association: DesiredAssociation, groups: [String: DesiredGroup]) {
        checkDocument(of: association)
        checkTargets(of: association, groups: groups)
        checkDependencies(of: association)
        checkSchedule(of: association)
        if let place = association.driftDetection.map({ _ in "spec.driftDetection.rehearse" }),
            !isLocal
        {
            warnOfRehearsals(at: association.place(place))
        }
    }

    /// Clones are made of nodes that this machine hosts.
    private mutating func warnOfRehearsals(at range: SourceRange) {
        diagnostics.append(
            Diagnostic(
                .warning,
                .notActedUpon,
                "nodes of this provider cannot be rehearsed on, so no drift is found there",
                at: range,
                hint: "rehearsals need 'provider: {local: {}}'"
            )
        )
    }

    var isLocal: Bool { settings?.fleet.provider == .local }

    private var isAWS: Bool {
        if case .aws? = settings?.fleet.provider { return true }
        return false
    }

    // MARK: Documents

    private mutating func checkDocument(of association: DesiredAssociation) {
        let name = association.document
        if let model = table.models[name] {
            checkParameters(of: association, model)
            warnIfNotRun(model, name, at: association.place("spec.document"))
            return
        }
        guard !table.has(ObjectTable.document, name), !isIgnored(ObjectTable.document, name) else {
            return
        }
        if let builtIn = BuiltInModels.all[name] {
            checkParameters(of: association, builtIn)
            return
        }
        let lower = name.lowercased()
        let isForeign =
            lower.hasPrefix("aws") || lower.hasPrefix("amazon") || lower.hasPrefix("arn:")
        if isForeign, isAWS || settings == nil { return }
        reportMissing(
            isForeign
                ? "this engine has no document '\(name)'" : "there is no document '\(name)'",
            name,
            among: table.names(of: ObjectTable.document) + BuiltInModels.all.keys,
            at: association.place("spec.document")
        )
    }

    /// Says why this engine will not run a document that an association asks it to run.
    private mutating func warnIfNotRun(
        _ model: Document,
        _ name: String,
        at place: @autoclosure () -> SourceRange
    ) {
        guard settings != nil, !isAWS, case .needsAWS(let remarks) = model.support else { return }
        diagnostics.append(
            Diagnostic(
                .warning,
                .needsAWS,
                "this engine cannot run the document '\(name)'",
                at: place(),
                hint: "use provider: {aws: {region: …}}, or a document of other steps",
                notes: remarks.prefix(10).map { .init($0.why, at: $0.source) }
            )
        )
    }

    private mutating func checkParameters(of association: DesiredAssociation, _ model: Document) {
        for problem in model.validate(parameters: association.parameters) {
            let place = place(of: problem, in: association)
            var notes: [Diagnostic.Note] = []
            if let definition = model.parameter(problem.parameter), !definition.source.file.isEmpty
            {
                notes.append(.init("the parameter is declared here", at: definition.source))
            }
            var hint = problem.hint
            if problem.reason == .missing, hint == nil {
                hint = "for example parameters: {\(problem.parameter): …}"
            }
            report(problem.code, problem.message, at: place, hint: hint, notes: notes)
        }
    }

    /// The value that is wrong; the key of one that is unknown; the list of those where one misses.
    private mutating func place(
        of problem: ParameterProblem,
        in association: DesiredAssociation
    ) -> SourceRange {
        let parameters = parameters(of: association)
        switch problem.reason {
        case .unknown:
            if let key = parameters?.value.entry(problem.parameter) { return key.keyRange }
        case .missing: return parameters?.keyRange ?? association.place("spec.document")
        default: break
        }
        return association.fieldSources["spec.parameters.\(problem.parameter)"]
            ?? parameters?.keyRange ?? association.place("spec.document")
    }

    /// Where an association gives its parameters: looked up once something is wrong with some.
    private mutating func parameters(of association: DesiredAssociation) -> Node.Entry? {
        if parameterEntries == nil {
            var entries: [String: Node.Entry] = [:]
            for manifest in files.lazy.flatMap(\.manifests) where manifest.kind == .association {
                guard let name = manifest.name, entries[name] == nil else { continue }
                let node = patchedAssociations[name] ?? manifest.node
                entries[name] = node["spec"]?.entry("parameters")
            }
            parameterEntries = entries
        }
        return parameterEntries?[association.name]
    }

    // MARK: Targets

    mutating func checkTargets(
        of association: DesiredAssociation,
        groups: [String: DesiredGroup]
    ) {
        for (index, target) in association.targets.enumerated() {
            var path: String { "spec.targets[\(index)]" }
            switch target {
            case .group(let name):
                if isIgnored(.resourceGroup, name) { continue }
                guard table.has(.resourceGroup, name) else {
                    reportMissing(
                        "there is no ResourceGroup '\(name)'",
                        name,
                        among: table.names(of: .resourceGroup),
                        at: association.place("\(path).group")
                    )
                    continue
                }
                if let query = groups[name]?.selection.tagQuery {
                    warnIfEmpty(
                        query,
                        "the group '\(name)'",
                        at: association.place("\(path).group")
                    )
                }
            case .nodes(let names):
                for (position, name) in names.enumerated()
                where isLocal && !table.has(.node, name) && !isIgnored(.node, name) {
                    reportMissing(
                        "there is no Node '\(name)'",
                        name,
                        among: table.names(of: .node),
                        at: association.place("\(path).nodes[\(position)]")
                    )
                }
            case .tags(let query):
                warnIfEmpty(query, "this query", at: association.place("\(path).tags"))
            }
        }
    }

    /// Elsewhere nodes register that no manifest names; here every node is declared.
    mutating func warnIfEmpty(
        _ query: TagQuery,
        _ what: @autoclosure () -> String,
        at range: @autoclosure () -> SourceRange,
        hint: String = "nothing runs for it until a Node has the tags that it asks for"
    ) {
        guard isLocal, !table.mayMissObjects, table.count(of: .node) == table.nodes.count,
            settings?.fleet.ownership.names(.ignored, kind: ManifestKind.node.rawValue) == []
        else { return }
        let isKnown = selectsSome[query]
        let selects = isKnown ?? table.nodes.contains { query.matches($0.tags) }
        if isKnown == nil { selectsSome[query] = selects }
        guard !selects else { return }
        diagnostics.append(
            Diagnostic(
                .warning,
                .emptyTarget,
                "\(what()) selects no node of the fleet '\(location.name)'",
                at: range(),
                hint: hint
            )
        )
    }

    private mutating func checkContradiction(
        _ query: TagQuery,
        _ name: String,
        at range: SourceRange
    ) {
        let key = query.tags.keys.sorted().first { key in
            guard let out = query.not[key], let wanted = query.tags[key] else { return false }
            return out.isEmpty || !wanted.isEmpty && Set(wanted).isSubset(of: out)
        }
        guard let key else { return }
        diagnostics.append(
            Diagnostic(
                .warning,
                .emptyTarget,
                "the group '\(name)' can select nothing: 'not' takes out what '\(key)' asks for",
                at: range,
                hint: "remove '\(key)' from one of tags and not"
            )
        )
    }

    // MARK: Order

    private mutating func checkDependencies(of association: DesiredAssociation) {
        for name in association.dependsOn
        where !table.has(.association, name) && !isIgnored(.association, name) {
            reportMissing(
                "there is no Association '\(name)' to depend on",
                name,
                among: table.names(of: .association),
                at: association.dependencyPlace(name)
            )
        }
    }

    /// Finds cycles and chains that are too long, without recursion (BI-040).
    mutating func checkOrder() {
        guard table.associations.contains(where: { !$0.dependsOn.isEmpty }) else { return }
        var byName: [String: DesiredAssociation] = [:]
        for association in table.associations { byName[association.name] = association }
        var waiting: [String: Int] = [:]
        var dependents: [String: [String]] = [:]
        for association in table.associations {
            let known = association.dependsOn.filter { byName[$0] != nil }
            waiting[association.name] = known.count
            for name in known { dependents[name, default: []].append(association.name) }
        }
        var depth: [String: Int] = [:]
        var ready = waiting.filter { $0.value == 0 }.map(\.key).sorted()
        while let name = ready.popLast() {
            waiting[name] = nil
            for next in dependents[name] ?? [] {
                depth[next] = max(depth[next] ?? 0, (depth[name] ?? 0) + 1)
                waiting[next, default: 1] -= 1
                if waiting[next] == 0 { ready.append(next) }
            }
        }
        reportCycles(among: waiting, byName)
        let deep = depth.filter { $0.value == Self.chainMax }.map(\.key).sorted().first
        if let deep, let association = byName[deep] {
            report(
                .refTooDeep,
                "the chain of 'dependsOn' before '\(deep)' is longer than \(Self.chainMax)",
                at: association.place("spec.dependsOn"),
                hint: "let some of them depend on the same one rather than on each other"
            )
        }
    }

    /// Reports each cycle once, at its first member by name.
    ///
    /// What only waits for one is left out.
    private mutating func reportCycles(
        among waiting: [String: Int],
        _ byName: [String: DesiredAssociation]
    ) {
        var done: Set<String> = []
        for start in waiting.keys.sorted() where !done.contains(start) {
            var trail: [String] = []
            var current = start
            while !done.contains(current) {
                done.insert(current)
                trail.append(current)
                guard let next = byName[current]?.dependsOn.first(where: { waiting[$0] != nil })
                else {
                    break
                }
                current = next
            }
            guard let first = trail.firstIndex(of: current),
                byName[trail[trail.count - 1]]?.dependsOn.contains(current) == true
            else { continue }
            let cycle = trail[first...]
            let lowest = cycle.min() ?? current
            let index = cycle.firstIndex(of: lowest) ?? first
            let turned = Array(cycle[index...] + cycle[..<index])
            guard let association = byName[lowest] else { continue }
            let next = turned.count > 1 ? turned[1] : lowest
            let shown = turned.prefix(8) + (turned.count > 8 ? ["…"] : []) + [lowest]
            report(
                .refCycle,
                "associations wait for each other: \(shown.joined(separator: " → "))",
                at: association.dependencyPlace(next),
                hint: "remove one of these from a 'dependsOn'"
            )
        }
    }

    private mutating func checkSchedule(of association: DesiredAssociation) {
        guard isAWS, let text = association.scheduleExpression,
            let schedule = try? ScheduleExpression(text),
            let seconds = schedule.shortestIntervalSeconds,
            seconds < Self.shortestIntervalOfAWSSeconds
        else { return }
        report(
            .badSchedule,
            "AWS runs associations every 30 minutes at most, and this is more often",
            at: association.place("spec.scheduleExpression"),
            hint: "write rate(30 minutes) or more"
        )
    }
}

/// The documents that every engine has.
enum BuiltInModels {
    static let all: [String: Document] = Dictionary(
        BuiltInDocuments.all.compactMap { entry in
            let format: DesiredDocument.Format = entry.content.hasPrefix("{") ? .json : .yaml
            let loaded = DocumentLoader.load(text: entry.content, format: format, file: "")
            return loaded.document.map { (entry.name, $0) }
        },
        uniquingKeysWith: { first, _ in first }
    )
}

extension DesiredAssociation {
    /// Where a field stands; the association itself when the author did not write it.
    fileprivate func place(_ path: String) -> SourceRange { fieldSources[path] ?? source }

    /// Where a dependency is named.
    fileprivate func dependencyPlace(_ name: String) -> SourceRange {
        let index = dependsOn.firstIndex(of: name) ?? 0
        return fieldSources["spec.dependsOn[\(index)]"] ?? place("spec.dependsOn")
    }
}
