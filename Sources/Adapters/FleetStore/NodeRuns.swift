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
            append(start - end, to: &bytes)
            append(last - start + 1, to: &bytes)
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
            guard let gap = number(bytes, &index), let length = number(bytes, &index),
                length > 0, position + gap + length < 1 << 26
            else { return nil }
            position += gap
            for member in position..<(position + length) { nodes.insert(member) }
            position += length
        }
        return nodes
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = UInt(value)
        while rest >= 128 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private static func number(_ bytes: [UInt8], _ index: inout Int) -> Int? {
        var value = 0
        var shift = 0
        while index < bytes.count, shift < 56 {
            let byte = bytes[index]
            index += 1
            value |= Int(byte & 127) << shift
            if byte & 128 == 0 { return value }
            shift += 7
        }
        return nil
    }
}
