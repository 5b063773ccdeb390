// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension NodeTable {
    /// Writes targets in Systems Manager's words, or as resolved node ids where it has none.
    ///
    /// One group of tags stays a group and one plain tag query stays tags, so that the provider can
    /// follow membership by itself; all else is resolved here and becomes `InstanceIds`.
    func lower(_ targets: [DesiredAssociation.Target]) -> [TargetExpression] {
        if targets.count == 1, let target = targets.first {
            switch target {
            case .group(let name) where groups.isStored(name):
                return [TargetExpression(key: TargetExpression.resourceGroup, values: [name])]
            case .tags(let query) where query.not.isEmpty && !query.tags.isEmpty:
                return query.tags.sorted { $0.key < $1.key }.map { key, values in
                    values.isEmpty
                        ? TargetExpression(key: TargetExpression.tagKey, values: [key])
                        : TargetExpression(
                            key: TargetExpression.tagPrefix + key,
                            values: values.sorted()
                        )
                }
            case .group, .nodes, .tags: break
            }
        }
        let ids = ids(of: select(targets)).map(\.rawValue).sorted()
        return [TargetExpression(key: TargetExpression.instanceIDs, values: ids)]
    }
}
