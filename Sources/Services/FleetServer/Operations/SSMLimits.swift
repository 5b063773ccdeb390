// SPDX-License-Identifier: Apache-2.0
import AWSWire

/// How long and how large the members of requests may be.
///
/// *Shape*: `[]` is an element of a list, `{key}` and `{}` a key and a value of a map. *Units*: characters of a text,
/// elements of a list or a map, the value of a number. *Source*: the API's model, with which a test compares it.
enum SSMLimits {
    static let table: [String: ClosedRange<Int>] = [
        "AddTagsToResource.Tags": 0...1000,
        "AddTagsToResource.Tags[].Key": 1...128,
        "AddTagsToResource.Tags[].Value": 0...256,
        "CancelCommand.CommandId": 36...36,
        "CancelCommand.InstanceIds": 0...50,
        "CreateAssociation.MaxConcurrency": 1...7,
        "CreateAssociation.MaxErrors": 1...7,
        "CreateAssociation.ScheduleExpression": 1...256,
        "CreateAssociation.Tags": 0...1000,
        "CreateAssociation.Tags[].Key": 1...128,
        "CreateAssociation.Tags[].Value": 0...256,
        "CreateAssociation.Targets": 0...5,
        "CreateAssociation.Targets[].Key": 1...163,
        "CreateAssociation.Targets[].Values": 0...50,
        "CreateDocument.Content": 1...Int.max,
        "CreateDocument.Tags": 0...1000,
        "CreateDocument.Tags[].Key": 1...128,
        "CreateDocument.Tags[].Value": 0...256,
        "DeleteInventory.TypeName": 1...100,
        "DeregisterManagedInstance.InstanceId": 20...124,
        "DescribeAssociationExecutionTargets.Filters": 1...Int.max,
        "DescribeAssociationExecutionTargets.Filters[].Value": 1...Int.max,
        "DescribeAssociationExecutions.Filters": 1...Int.max,
        "DescribeAssociationExecutions.Filters[].Value": 1...Int.max,
        "DescribeInstanceInformation.Filters[].Key": 1...Int.max,
        "DescribeInstanceInformation.Filters[].Values": 1...100,
        "DescribeInstanceInformation.Filters[].Values[]": 1...Int.max,
        "DescribeInstanceInformation.InstanceInformationFilterList[].valueSet": 1...100,
        "DescribeInstanceInformation.InstanceInformationFilterList[].valueSet[]": 1...Int.max,
        "GetCommandInvocation.CommandId": 36...36,
        "GetCommandInvocation.PluginName": 4...Int.max,
        "GetConnectionStatus.Target": 1...400,
        "GetInventory.Aggregators": 1...10,
        "GetInventory.Aggregators[].Expression": 1...1000,
        "GetInventory.Aggregators[].Groups": 1...15,
        "GetInventory.Aggregators[].Groups[].Filters": 1...5,
        "GetInventory.Aggregators[].Groups[].Name": 1...200,
        "GetInventory.Filters": 1...5,
        "GetInventory.Filters[].Key": 1...200,
        "GetInventory.Filters[].Values": 1...40,
        "GetInventory.ResultAttributes": 1...1,
        "GetInventory.ResultAttributes[].TypeName": 1...100,
        "GetInventorySchema.TypeName": 0...100,
        "ListAssociations.AssociationFilterList": 1...Int.max,
        "ListAssociations.AssociationFilterList[].value": 1...Int.max,
        "ListCommandInvocations.CommandId": 36...36,
        "ListCommandInvocations.Filters": 1...5,
        "ListCommandInvocations.Filters[].value": 1...128,
        "ListCommands.CommandId": 36...36,
        "ListCommands.Filters": 1...5,
        "ListCommands.Filters[].value": 1...128,
        "ListComplianceItems.Filters[].Key": 1...200,
        "ListComplianceItems.Filters[].Values": 1...20,
        "ListComplianceItems.ResourceIds": 1...Int.max,
        "ListComplianceItems.ResourceIds[]": 1...100,
        "ListComplianceItems.ResourceTypes": 1...Int.max,
        "ListComplianceItems.ResourceTypes[]": 1...50,
        "ListComplianceSummaries.Filters[].Key": 1...200,
        "ListComplianceSummaries.Filters[].Values": 1...20,
        "ListDocuments.DocumentFilterList": 1...Int.max,
        "ListDocuments.DocumentFilterList[].value": 1...Int.max,
        "ListDocuments.Filters": 0...6,
        "ListDocuments.Filters[].Key": 1...128,
        "ListDocuments.Filters[].Values[]": 1...256,
        "ListInventoryEntries.Filters": 1...5,
        "ListInventoryEntries.Filters[].Key": 1...200,
        "ListInventoryEntries.Filters[].Values": 1...40,
        "ListInventoryEntries.TypeName": 1...100,
        "ListResourceComplianceSummaries.Filters[].Key": 1...200,
        "ListResourceComplianceSummaries.Filters[].Values": 1...20,
        "PutComplianceItems.ComplianceType": 1...100,
        "PutComplianceItems.ExecutionSummary.ExecutionId": 0...100,
        "PutComplianceItems.ExecutionSummary.ExecutionType": 0...50,
        "PutComplianceItems.ItemContentHash": 0...256,
        "PutComplianceItems.Items": 0...10000,
        "PutComplianceItems.Items[].Details{key}": 1...64,
        "PutComplianceItems.Items[].Details{}": 0...4096,
        "PutComplianceItems.Items[].Title": 0...500,
        "PutComplianceItems.ResourceId": 1...100,
        "PutComplianceItems.ResourceType": 1...50,
        "PutInventory.Items": 1...30,
        "PutInventory.Items[].Content": 0...10000,
        "PutInventory.Items[].ContentHash": 0...256,
        "PutInventory.Items[].Content[]": 0...50,
        "PutInventory.Items[].Content[]{key}": 1...64,
        "PutInventory.Items[].Content[]{}": 0...4096,
        "PutInventory.Items[].TypeName": 1...100,
        "RemoveTagsFromResource.TagKeys[]": 1...128,
        "SendCommand.Comment": 0...100,
        "SendCommand.DocumentHash": 0...256,
        "SendCommand.InstanceIds": 0...50,
        "SendCommand.MaxConcurrency": 1...7,
        "SendCommand.MaxErrors": 1...7,
        "SendCommand.Targets": 0...5,
        "SendCommand.Targets[].Key": 1...163,
        "SendCommand.Targets[].Values": 0...50,
        "SendCommand.TimeoutSeconds": 30...2592000,
        "StartAssociationsOnce.AssociationIds": 1...10,
        "UpdateAssociation.MaxConcurrency": 1...7,
        "UpdateAssociation.MaxErrors": 1...7,
        "UpdateAssociation.ScheduleExpression": 1...256,
        "UpdateAssociation.Targets": 0...5,
        "UpdateAssociation.Targets[].Key": 1...163,
        "UpdateAssociation.Targets[].Values": 0...50,
        "UpdateDocument.Content": 1...Int.max,
    ]

    /// *Errors*: `WireProblem` for the first member that is out of its bounds.
    static func check(_ body: JSONValue, of operation: String) throws(WireProblem) {
        try check(body, row: operation, path: [])
    }

    private static func check(
        _ value: JSONValue,
        row: String,
        path: [String]
    ) throws(WireProblem) {
        if let bounds = table[row] { try check(value, bounds, path) }
        switch value {
        case .object(let members):
            for member in members where member.value != .null {
                let isMap = table["\(row){}"] != nil || table["\(row){key}"] != nil
                if isMap, let bounds = table["\(row){key}"] {
                    try check(.string(member.name), bounds, path + ["key"])
                }
                let name = isMap ? member.name : WireNames.property(member.name)
                try check(
                    member.value,
                    row: isMap ? "\(row){}" : "\(row).\(member.name)",
                    path: path + [name]
                )
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                try check(element, row: "\(row)[]", path: path + ["\(index + 1).member"])
            }
        default: break
        }
    }

    /// A value of another type is refused by who reads it.
    private static func check(
        _ value: JSONValue,
        _ bounds: ClosedRange<Int>,
        _ path: [String]
    ) throws(WireProblem) {
        let (size, what, shown): (Int, String, String)
        switch value {
        case .string(let text): (size, what, shown) = (text.unicodeScalars.count, "length", text)
        case .array(let elements):
            (size, what, shown) = (elements.count, "length", "\(elements.count) elements")
        case .object(let members):
            (size, what, shown) = (members.count, "length", "\(members.count) entries")
        case .number(let text):
            guard let number = Int(text) else { return }
            (size, what, shown) = (number, "value", text)
        default: return
        }
        guard !bounds.contains(size) else { return }
        let bound =
            size < bounds.lowerBound
            ? "greater than or equal to \(bounds.lowerBound)"
            : "less than or equal to \(bounds.upperBound)"
        throw WireProblem(
            .value(String(shown.prefix(100)), constraint: "Member must have \(what) \(bound)"),
            at: path.joined(separator: ".")
        )
    }
}
