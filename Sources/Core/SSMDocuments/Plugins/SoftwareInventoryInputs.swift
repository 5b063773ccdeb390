// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// The inputs of `aws:softwareInventory`: which are known, and how their texts are read.
///
/// *Source*: the plugin's inputs. Those that begin with `aplomb` are ours, for what Systems Manager
/// has no word for; those of Windows are accepted, and collect nothing on Linux.
enum SoftwareInventoryInputs {
    static let customDirectory = "customInventoryDirectory"
    static let files = "files"
    static let customCommand = "aplombCustomInventoryCommand"
    static let fileContents = "aplombFileContents"
    static let certificates = "aplombCertificates"
    static let kernelParameters = "aplombKernelParameters"

    private static let notOnLinux = [
        "billingInfo", "windowsRegistry", "windowsRoles", "windowsUpdates",
    ]

    static let all =
        SoftwareInventory.Part.allCases.map(\.rawValue) + notOnLinux
        + [
            customDirectory, files, customCommand, fileContents, certificates, kernelParameters,
            "id",
        ]

    private static let enabled = "Enabled"
    private static let kernelParametersMax = 500

    /// Reads filled inputs.
    ///
    /// *Errors*: `InvalidParameters` for JSON that is none, or none of the shape.
    static func read(_ inputs: [String: String]) throws(DocumentError) -> SoftwareInventory {
        var inventory = SoftwareInventory()
        inventory.parts = SoftwareInventory.Part.allCases.filter {
            inputs[$0.rawValue] == enabled
        }
        inventory.customInventoryDirectory = text(inputs, customDirectory)
        inventory.customInventoryCommand = text(inputs, customCommand)
        inventory.files = try selections(inputs, files)
        inventory.fileContents = try selections(inputs, fileContents)
        switch text(inputs, certificates) {
        case nil, "Disabled": break
        case enabled: inventory.certificates = []
        default: inventory.certificates = try selections(inputs, certificates)
        }
        switch text(inputs, kernelParameters) {
        case nil, "Disabled": break
        case enabled: inventory.kernelParameters = []
        case let list?:
            let names = list.split { $0 == "," || $0.isWhitespace }.map(String.init)
            guard names.count <= kernelParametersMax else {
                throw invalid(kernelParameters, "more than \(kernelParametersMax) names")
            }
            inventory.kernelParameters = names
        }
        return inventory
    }

    private static func text(_ inputs: [String: String], _ key: String) -> String? {
        guard let text = inputs[key], !text.isEmpty else { return nil }
        return text
    }

    // MARK: - JSON

    /// Reads `[{"Path": "/etc", "Pattern": ["*.conf"], "Recursive": true, "DirScanLimit": 100}]`.
    static func selections(
        _ inputs: [String: String],
        _ key: String
    ) throws(DocumentError) -> [FileSelection] {
        guard let text = text(inputs, key) else { return [] }
        let parsed = parseJSON(Array(text.utf8), file: key)
        guard !parsed.diagnostics.hasErrors, let root = parsed.documents.first,
            case .list(let items) = DocumentValue(root)
        else { throw invalid(key, "no JSON list") }
        var selections: [FileSelection] = []
        for item in items { selections.append(try selection(item, key)) }
        return selections
    }

    private static func selection(
        _ item: DocumentValue,
        _ key: String
    ) throws(DocumentError) -> FileSelection {
        guard case .map(let fields) = item, case .string(let path)? = fields["Path"],
            !path.isEmpty
        else { throw invalid(key, "an element is no object with a Path") }
        var selection = FileSelection(path: path)
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            switch (name, value) {
            case ("Path", _): break
            case ("Pattern", .list(let items)):
                selection.pattern = items.map(\.text)
            case ("Pattern", .string(let one)): selection.pattern = [one]
            case ("Recursive", .boolean(let flag)): selection.recursive = flag
            case ("Recursive", .string(let word)) where word == "true" || word == "false":
                selection.recursive = word == "true"
            case ("DirScanLimit", .number(let digits)):
                guard let limit = Int(digits), limit > 0 else {
                    throw invalid(key, "DirScanLimit is a positive number")
                }
                selection.dirScanLimit = min(limit, FileSelection.dirScanLimitDefault)
            default:
                throw invalid(
                    key,
                    "'\(name)' is not understood; known are Path, Pattern, Recursive, DirScanLimit"
                )
            }
        }
        return selection
    }

    private static func invalid(_ key: String, _ why: String) -> DocumentError {
        DocumentError(
            .invalidParameters,
            "the value of '\(key)' is not what it should be: \(why)",
            hint: #"such as [{"Path": "/etc", "Pattern": ["*.conf"], "Recursive": true}]"#
        )
    }
}
