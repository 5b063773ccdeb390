// SPDX-License-Identifier: Apache-2.0

extension Document {
    /// Finds values that become an input of `aws:softwareInventory` and cannot be read as one.
    func inventoryProblems(_ values: [String: [String]]) -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        for step in steps where step.action == PluginCatalogue.softwareInventory {
            guard case .map(let inputs)? = step.inputs.map({ DocumentValue($0) }) else { continue }
            for (key, input) in inputs.sorted(by: { $0.key < $1.key }) {
                guard let name = Template(input.text).wholeReference, let value = values[name],
                    value.count == 1
                else { continue }
                do throws(DocumentError) {
                    _ = try SoftwareInventoryInputs.read([key: value[0]])
                } catch {
                    problems.append(
                        ParameterProblem(
                            parameter: name,
                            reason: .wrongType,
                            message: error.message,
                            hint: error.hint
                        )
                    )
                }
            }
        }
        return problems
    }
}
