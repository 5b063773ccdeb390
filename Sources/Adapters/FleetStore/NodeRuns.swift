// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// Node numbers as bytes: runs of consecutive numbers, each as gap and length.
///
/// *Shape*: base-128 numbers, low bits first. A whole fleet is one run of a few bytes.
enum NodeRuns {
    static func encode(_ nodes: NodeSet) -> [UInt8] {
        var bytes: [UInt8] = []
        var end = 0
        var start: Int?
        var last = 0
        func close() {
            guard let start else { return }
            VariableLength.append(start - end, to: &bytes)
            VariableLength.append(last - start + 1, to: &bytes)
            end = last + 1
        }
        for member in nodes.members {
            if start == nil {
                start = member
            } else if member != last + 1 {
                close()
                start = member
            }
            last = member
        }
        close()
        return bytes
    }

    /// Reads the set; `nil` when the bytes are not such runs.
    static func decode(_ bytes: [UInt8]) -> NodeSet? {
        var nodes = NodeSet()
        var position = 0
        var index = 0
        while index < bytes.count {
            guard let gap = VariableLength.read(bytes, &index),
                let length = VariableLength.read(bytes, &index),
                length > 0, position + gap + length < 1 << 26
            else { return nil }
            position += gap
            for member in position..<(position + length) { nodes.insert(member) }
            position += length
        }
        return nodes
    }
}
