// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import PositionedYAML

extension DocumentReader {
    /// Checks what stands in the document itself; what parameters bring is read when it is resolved.
    mutating func checkSoftwareInventory(_ inputs: Node) {
        guard case .mapping(let entries) = inputs.content else { return }
        for entry in entries {
            guard SoftwareInventoryInputs.all.contains(entry.key) else {
                warnIgnored(
                    entry,
                    "of aws:softwareInventory",
                    among: SoftwareInventoryInputs.all
                )
                continue
            }
            guard let text = entry.value.text else {
                report("'\(entry.key)' is a text, not \(entry.value.shape)", at: entry.value.range)
                continue
            }
            guard Template(text).references.isEmpty else { continue }
            do throws(DocumentError) {
                _ = try SoftwareInventoryInputs.read([entry.key: text])
            } catch {
                report(error.message, at: entry.value.range, hint: error.hint)
            }
        }
    }
}
