// SPDX-License-Identifier: Apache-2.0
package import FleetModel

extension Document {
    /// Fills a document for one node: what its agent is given to do.
    ///
    /// *Shape*: one step per step of the document, in order. Steps that the node must not run are
    /// `skip`, those that cannot run here are `refuse`. *Errors*: `InvalidParameters`,
    /// `MaxDocumentSizeExceeded`, `UNSAFE_INTERPOLATION`, `NEEDS_AWS`; nothing is run then.
    /// *Source*: the agent of AWS: interpolation, preconditions and unsupported plugins.
    package func resolve(
        name: String,
        version: String,
        parameters wire: [String: [String]] = [:],
        node: NodeFacts,
        commandID: CommandID
    ) throws(DocumentError) -> AgentDocument {
        guard schema != nil else {
            throw DocumentError(
                .needsAWS,
                "'\(name)' is a document of type \(documentType), which does not run here"
            )
        }
        let problems = validate(parameters: wire)
        if let first = problems.first {
            let more = problems.count == 1 ? "" : " (and \(problems.count - 1) more)"
            throw DocumentError(
                first.code,
                first.message + more,
                hint: first.hint,
                problems: problems
            )
        }
        let bytes = wire.values.joined().reduce(contentBytes) { $0 + $1.utf8.count }
        guard bytes <= Self.sizeMax else {
            throw DocumentError(
                .maxDocumentSizeExceeded,
                "'\(name)' and its parameters have \(bytes) bytes together, and 65536 are allowed"
            )
        }
        let resolver = DocumentResolver(
            document: self,
            values: try values(wire),
            node: node,
            commandID: commandID
        )
        var steps: [AgentStep] = []
        for (index, step) in self.steps.enumerated() {
            steps.append(try resolver.resolve(step, isLast: index + 1 == self.steps.count))
        }
        return AgentDocument(name: name, version: version, steps: steps)
    }

    private func values(
        _ wire: [String: [String]]
    ) throws(DocumentError) -> [String: DocumentValue] {
        var values: [String: DocumentValue] = [:]
        for definition in parameters {
            if let texts = wire[definition.name] {
                values[definition.name] = definition.value(ofWire: texts)
                continue
            }
            guard let value = definition.defaultValue else { continue }
            let names = DocumentReader.references(in: value)
            guard !names.contains(where: Template.isParameterStore) else {
                throw DocumentError(
                    .needsAWS,
                    "the default of '\(definition.name)' is in AWS's Parameter Store, "
                        + "which is not read here",
                    hint: "pass a value for it",
                    source: definition.source
                )
            }
            values[definition.name] = value
        }
        return values
    }
}

/// The state of resolving one document for one node.
private struct DocumentResolver {
    let document: Document
    let values: [String: DocumentValue]
    let node: NodeFacts
    let commandID: CommandID

    func resolve(_ step: Step, isLast: Bool) throws(DocumentError) -> AgentStep {
        if let action = verdict(on: step) { return AgentStep(name: step.name, action: action) }
        if step.action == PluginCatalogue.softwareInventory {
            return AgentStep(
                name: step.name,
                action: .softwareInventory(try softwareInventory(step))
            )
        }
        guard let script = step.runShellScript else {
            return AgentStep(
                name: step.name,
                action: .refuse("\(step.action) is not run by this engine")
            )
        }
        return AgentStep(
            name: step.name,
            action: .runShellScript(try resolve(script)),
            onFailure: continuation(script.onFailure),
            onSuccess: continuation(script.onSuccess),
            finallyStep: isLast && script.finallyStep.map(text) == "true"
        )
    }

    /// Why a step does not run; `nil` when it does.
    private func verdict(on step: Step) -> AgentStep.Action? {
        guard let plugin = PluginCatalogue.plugin(step.action) else {
            return .refuse("\(step.action) is not an action of Systems Manager")
        }
        if let precondition = step.precondition {
            guard document.schema == .v2_2 else {
                return .refuse(
                    "preconditions need schema 2.2, and the document has \(document.schemaVersion)"
                )
            }
            switch precondition.evaluate(platformType: node.platformType, text: text) {
            case .holds: break
            case .fails(let why): return .skip(why)
            case .unrecognized(let why): return .refuse("unrecognized precondition: \(why)")
            }
        }
        guard plugin.platforms.contains(node.platformType) else {
            let why = "\(step.action) does not run on \(node.platformType)"
            return document.schema == .v2_2 && step.precondition == nil ? .skip(why) : .refuse(why)
        }
        switch plugin.handling {
        case .runs: break
        case .replaced(let why): return .skip("\(step.action) is not needed: \(why)")
        case .needsAWS(let why): return .refuse("\(step.action) needs AWS: \(why)")
        }
        let names = step.inputs.map { DocumentReader.references(in: DocumentValue($0)) } ?? []
        guard let stored = names.first(where: Template.isParameterStore) else { return nil }
        return .refuse("'{{ \(stored) }}' is in AWS's Parameter Store, which is not read here")
    }

    private func resolve(_ script: RunShellScript) throws(DocumentError) -> ShellScript {
        var interpolation = ScriptInterpolation(document: document, values: values)
        let filled = try interpolation.fill(script.runCommand)
        let directory = script.workingDirectory.map(text)
        var environment = self.environment
        environment.merge(filled.environment) { _, new in new }
        return ShellScript(
            script: filled.script,
            environment: environment,
            workingDirectory: directory?.isEmpty == true ? nil : directory,
            timeoutSeconds: RunShellScript.timeout(script.timeoutSeconds.map(text))
        )
    }

    private func softwareInventory(_ step: Step) throws(DocumentError) -> SoftwareInventory {
        guard case .map(let inputs)? = step.inputs.map({ DocumentValue($0) }) else {
            return SoftwareInventory()
        }
        return try SoftwareInventoryInputs.read(inputs.mapValues { text($0.text) })
    }

    private func continuation(_ written: String?) -> AgentStep.Continuation {
        written.map(text).flatMap(AgentStep.Continuation.init) ?? .next
    }

    /// Fills the references of a text in one pass; `$$` in an embedded value becomes `$`, as AWS has it.
    private func text(_ written: String) -> String {
        let template = Template(written)
        if let name = template.wholeReference, let value = values[name] { return value.text }
        return template.parts.map { part in
            switch part {
            case .text(let text): text
            case .reference(let name, let raw):
                values[name].map { Self.collapsingDollars($0.text) } ?? raw
            }
        }.joined()
    }

    private static func collapsingDollars(_ text: String) -> String {
        var result = ""
        var isAfterDollar = false
        for scalar in text.unicodeScalars {
            if scalar == "$", isAfterDollar {
                isAfterDollar = false
                continue
            }
            isAfterDollar = scalar == "$"
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    private var environment: [String: String] {
        var result = [
            "SSM_COMMAND_ID": commandID.rawValue,
            "AWS_SSM_INSTANCE_ID": node.nodeID.rawValue,
            "AWS_SSM_REGION_NAME": node.region,
            "AWS_SSM_PLATFORM_NAME": node.platformName,
            "AWS_SSM_PLATFORM_VERSION": node.platformVersion,
        ]
        for definition in document.parameters {
            guard case .string(let text)? = values[definition.name], definition.kind == .string
            else { continue }
            result[definition.environmentName] = text
        }
        return result
    }
}
