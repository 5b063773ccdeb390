// SPDX-License-Identifier: Apache-2.0
import InventoryQueries
import Testing

@Suite("how two reports differ")
struct DifferenceTests {
    private func describe(
        _ from: [[String: String]],
        _ to: [[String: String]],
        _ typeName: String
    ) -> [String] {
        InventoryDifference.between(from, to, typeName: typeName).map { difference in
            let sides = [difference.from, difference.to].map { $0?["Version"] ?? "-" }
            return "\(difference.key.values.joined(separator: "/")) \(sides.joined(separator: ">"))"
        }
    }

    private func package(_ name: String, _ version: String, _ architecture: String = "x86_64")
        -> [String: String]
    {
        ["Name": name, "Version": version, "Architecture": architecture]
    }

    @Test("entries are told apart by their keys, however many have one")
    func packages() {
        let type = "AWS:Application"
        let from = [
            package("libc6", "1"), package("libc6", "1", "i386"), package("kernel", "5"),
            package("kernel", "6"), package("vim", "9"),
        ]
        let to = [
            package("kernel", "6"), package("libc6", "2"), package("libc6", "1", "i386"),
            package("kernel", "7"), package("kernel", "8"), package("bash", "5"),
        ]
        #expect(
            describe(from, to, type) == [
                "bash/x86_64 ->5", "kernel/x86_64 5>7", "kernel/x86_64 ->8", "libc6/x86_64 1>2",
                "vim/x86_64 9>-",
            ]
        )
        #expect(describe(from, from.reversed(), type).isEmpty)
    }

    @Test("a type of one entry has no key, and an unknown type the usual ones")
    func otherTypes() {
        #expect(
            describe([["Version": "1"]], [["Version": "2"]], "AWS:InstanceInformation") == [" 1>2"]
        )
        #expect(
            describe(
                [["Path": "/a", "Version": "1"]],
                [["Path": "/b", "Version": "1"], ["Path": "/a", "Version": "2"]],
                "Custom:Thing"
            ) == ["////a 1>2", "////b ->1"]
        )
    }

    @Test("entries are sorted by what tells them apart")
    func order() {
        let entries = [package("b", "1"), package("a", "2"), package("a", "1")]
        #expect(
            sortedEntries(entries, typeName: "AWS:Application")
                == [package("a", "1"), package("a", "2"), package("b", "1")]
        )
    }
}
