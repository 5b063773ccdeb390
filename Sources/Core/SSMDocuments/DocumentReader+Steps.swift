// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

extension DocumentReader {
    // MARK: Schema 2.x

    mutating func readMainSteps() -> [Step] {
        guard let list = node["mainSteps"] else { return [] }
        guard case .sequence(let items) = list.content else {
            report("'mainSteps' is a list, not \(list.shape)", at: list.range)
            return []
        }
        if items.isEmpty { report("'mainSteps' has no step", at: list.range) }
        if items.count > Document.stepsMax {
            report(
                .tooManySteps,
                "the document has \(items.count) steps, and \(Document.stepsMax) are allowed",
                at: items[Document.stepsMax].range
            )
            return []
        }
        var places: [String: SourceRange] = [:]
        return items.compactMap { item in
            guard let step = readStep(item) else { return nil }
            if let first = places[step.name] {
                report(
                    .badStepName,
                    "two steps are named '\(step.name)'",
                    at: step.source,
                    notes: [Diagnostic.Note("the first is here", at: first)]
                )
            }
            places[step.name] = step.source
            return step
        }
    }

    private static let stepKeys = [
        "action", "name", "inputs", "precondition", "description", "settings", "maxAttempts",
        "onFailure", "timeoutSeconds",
    ]
    private static let idleStepKeys = ["settings", "maxAttempts", "onFailure", "timeoutSeconds"]

    private mutating func readStep(_ item: Node) -> Step? {
        guard case .mapping(let entries) = item.content else {
            report("a step is a mapping, not \(item.shape)", at: item.range)
            return nil
        }
        for entry in entries {
            if Self.idleStepKeys.contains(entry.key) {
                warn(
                    .ignoredField,
                    "'\(entry.key)' beside a step's inputs has no effect in Command documents",
                    at: entry.keyRange,
                    hint: "move it into inputs"
                )
            } else if Self.shellInputs.contains(entry.key), item["inputs"] == nil {
                warn(
                    .ignoredField,
                    "'\(entry.key)' beside the inputs of a step has no effect",
                    at: entry.keyRange,
                    hint: "it belongs below 'inputs'"
                )
            } else if !Self.stepKeys.contains(entry.key) {
                warnIgnored(entry, "of a step", among: Self.stepKeys)
            }
        }
        let name = readStepName(item)
        let action = readAction(item["action"], in: item)
        guard let name, let action else { return nil }
        var step = Step(
            name: name,
            action: action,
            inputs: item["inputs"],
            source: item.entry("name")?.value.range ?? item.range
        )
        if let entry = item.entry("precondition") { step.precondition = readPrecondition(entry) }
        readInputs(item["inputs"], of: &step, at: item.range)
        return step
    }

    private mutating func readStepName(_ item: Node) -> String? {
        guard let node = item["name"], let name = node.text else {
            report("the step has no name", at: item.range, hint: "such as name: one")
            return nil
        }
        guard !name.isEmpty, name.utf8.count <= 128, name.utf8.allSatisfy(Template.isWordByte)
        else {
            report(
                .badStepName,
                "'\(name)' is not a name of a step",
                at: node.range,
                hint: Self.hint(forStepName: name)
            )
            return nil
        }
        return name
    }

    private static func hint(forStepName name: String) -> String {
        let rule = "use letters, digits and '_'"
        let plain = String(name.map { "-. ".contains($0) ? "_" : $0 })
        guard plain != name, plain.utf8.allSatisfy(Template.isWordByte), plain.utf8.count <= 128,
            plain.contains(where: { $0 != "_" })
        else { return rule }
        return "did you mean '\(plain)'? \(rule)"
    }

    private mutating func readAction(_ node: Node?, in item: Node) -> String? {
        guard let node, let action = node.text else {
            report("the step has no action", at: item.range, hint: "such as aws:runShellScript")
            return nil
        }
        guard PluginCatalogue.plugin(action) == nil else { return action }
        reportUnknown(action, at: node.range)
        return nil
    }

    private mutating func reportUnknown(_ action: String, at range: SourceRange) {
        if PluginCatalogue.isAutomationAction(action) {
            report(
                .invalidDocumentSchemaVersion,
                "'\(action)' is an action of runbooks, not of Command documents",
                at: range,
                hint: "a runbook has schemaVersion \"0.3\""
            )
        } else {
            let nearest = nearestName(to: action, among: PluginCatalogue.names)
            report(
                "'\(action)' is not an action of Systems Manager",
                at: range,
                hint: nearest.map { "did you mean '\($0)'?" }
            )
        }
    }

    private mutating func readPrecondition(_ entry: Node.Entry) -> Precondition {
        let node = entry.value
        var precondition = Precondition(terms: [], source: entry.keyRange)
        guard schema == .v2_2 else {
            warn(
                .invalidDocumentContent,
                "a precondition fails its step in schema \(schema.rawValue)",
                at: entry.keyRange,
                hint: "preconditions need schemaVersion \"2.2\""
            )
            return precondition
        }
        guard case .mapping(let terms) = node.content, !terms.isEmpty else {
            report(
                "a precondition is a mapping, not \(node.shape)",
                at: node.range,
                hint: "such as {StringEquals: [platformType, Linux]}"
            )
            return precondition
        }
        for entry in terms {
            guard case .sequence(let items) = entry.value.content else {
                report("an operator compares a list of 2 operands", at: entry.value.range)
                continue
            }
            let operands = items.map { DocumentValue($0).text }
            let term = Precondition.Term(operatorName: entry.key, operands: operands)
            if let problem = Precondition.problem(of: term) {
                report("the precondition is never decided: \(problem)", at: entry.value.range)
            } else if let wrong = operands.first(where: { operand in
                operands.contains(Precondition.platformType)
                    && operand != Precondition.platformType
                    && !Precondition.platforms.contains(operand)
            }) {
                report(
                    "'\(wrong)' is not a platform type",
                    at: entry.value.range,
                    hint: "the platform types are Linux, Windows and MacOS"
                )
            }
            for item in items { checkReferences(item) }
            precondition.terms.append(term)
        }
        return precondition
    }

    // MARK: Schema 1.2

    mutating func readRuntimeConfig() -> [Step] {
        guard let config = node["runtimeConfig"] else { return [] }
        guard case .mapping(let plugins) = config.content, !plugins.isEmpty else {
            report("'runtimeConfig' is a mapping of plugins, not \(config.shape)", at: config.range)
            return []
        }
        var steps: [Step] = []
        for entry in plugins {
            guard PluginCatalogue.plugin(entry.key) != nil else {
                reportUnknown(entry.key, at: entry.keyRange)
                continue
            }
            guard let properties = entry.value["properties"] else {
                report("the plugin '\(entry.key)' has no properties", at: entry.keyRange)
                continue
            }
            var items = [properties]
            if case .sequence(let list) = properties.content { items = list }
            for (index, item) in items.enumerated() {
                let id = item["id"]?.text ?? "\(index).\(entry.key)"
                var step = Step(
                    name: items.count == 1 ? entry.key : id,
                    action: entry.key,
                    inputs: item,
                    source: items.count == 1 ? entry.keyRange : item.range
                )
                if let precondition = entry.value.entry("precondition") {
                    step.precondition = readPrecondition(precondition)
                }
                readInputs(item, of: &step, at: item.range)
                if let first = steps.first(where: { $0.name == step.name }) {
                    report(
                        .badStepName,
                        "two steps have the id '\(step.name)'",
                        at: item.range,
                        notes: [Diagnostic.Note("the first is here", at: first.source)]
                    )
                }
                steps.append(step)
            }
        }
        if steps.count > Document.stepsMax {
            report(
                .tooManySteps,
                "the document has \(steps.count) steps, and \(Document.stepsMax) are allowed",
                at: config.range
            )
        }
        return steps
    }

    // MARK: Inputs

    private mutating func readInputs(_ inputs: Node?, of step: inout Step, at range: SourceRange) {
        guard let inputs, !inputs.isNull else {
            report(
                "the step '\(step.name)' has no inputs",
                at: range,
                hint: step.action == PluginCatalogue.runShellScript ? "add runCommand" : nil
            )
            return
        }
        guard case .mapping = inputs.content else {
            report("inputs are a mapping, not \(inputs.shape)", at: inputs.range)
            return
        }
        checkReferences(inputs)
        if step.action == PluginCatalogue.runShellScript {
            step.runShellScript = readShellScript(inputs)
        } else if step.action == PluginCatalogue.softwareInventory {
            checkSoftwareInventory(inputs)
        }
    }

    /// Every `{{ name }}` must be declared; what merely resembles a reference is pointed out.
    mutating func checkReferences(_ node: Node) {
        switch node.content {
        case .sequence(let items): for item in items { checkReferences(item) }
        case .mapping(let entries): for entry in entries { checkReferences(entry.value) }
        case .scalar(let scalar):
            guard scalar.text.contains("{{") else { return }
            checkNames(in: scalar.text, of: node)
            let misses = Template.nearMisses(in: scalar.text).prefix(Self.findingsPerTextMax)
            let places = node.places(ofUTF8: misses.map(\.range))
            for (miss, place) in zip(misses, places) {
                warn(
                    .unknownReference,
                    "'\(miss.excerpt)' is no reference, and stays as it is",
                    at: place,
                    hint: "a reference is {{ name }}, with letters and digits"
                )
            }
        }
    }

    /// A policy: a text that is wrong more often is wrong in one way.
    static let findingsPerTextMax = 20

    /// Reports names that are not declared, each where it is used first.
    private mutating func checkNames(in text: String, of node: Node) {
        let names = parameters.map(\.name)
        var seen = Set(names)
        let unknown = Template(text).placedReferences.filter { reference in
            !Template.isParameterStore(reference.name) && seen.insert(reference.name).inserted
        }.prefix(Self.findingsPerTextMax)
        let places = node.places(ofUTF8: unknown.map(\.range))
        for (reference, place) in zip(unknown, places) {
            let name = reference.name
            let sameLetters = names.first { $0.lowercased() == name.lowercased() }
            report(
                "'{{ \(name.excerpt) }}' is used, and no parameter '\(name.excerpt)' is declared",
                at: place,
                hint: (sameLetters ?? nearestName(to: name, among: names))
                    .map { "did you mean '{{ \($0) }}'?" }
                    ?? "declare it: parameters: {\(name.excerpt): {type: String}}"
            )
        }
    }
}
