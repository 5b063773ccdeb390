// SPDX-License-Identifier: Apache-2.0
import FleetModel
import TestSupport
import Testing

struct RateBoundTests {
    @Test(
        "a bound is a number or a percentage, written as the API has it",
        arguments: [
            ("10", .count(10)), ("0", .count(0)), ("10%", .percent(10)), ("100%", .percent(100)),
            ("101%", nil), ("-1", nil), ("", nil), ("%", nil), ("01", nil), ("1.5%", nil),
            ("10 %", nil), ("99999999", nil),
        ] as [(String, RateBound?)]
    )
    func reading(_ text: String, _ expected: RateBound?) {
        #expect(RateBound(text) == expected)
        if let expected { #expect(expected.description == text) }
    }

    @Test("concurrency is never below one, and errors round down")
    func shares() {
        #expect(RateBound.percent(10).concurrency(of: 5) == 1)
        #expect(RateBound.percent(10).allowedErrors(of: 50) == 5)
        #expect(RateBound.percent(10).allowedErrors(of: 9) == 0)
        #expect(RateBound.count(0).concurrency(of: 9) == 1)
    }
}

struct NodeSetTests {

    @Test("a node set behaves as a set of numbers does", arguments: 0..<40)
    func property(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let bound = [5, 64, 65, 300].randomElement(using: &random) ?? 5
        func members() -> Set<Int> {
            Set(
                (0..<Int.random(in: 0...60, using: &random)).map { _ in
                    Int.random(in: 0..<bound, using: &random)
                }
            )
        }
        var left = members()
        let right = members()
        var set = NodeSet(left)
        let other = NodeSet(right)
        #expect(set.union(other).members == left.union(right).sorted())
        #expect(set.intersection(other).members == left.intersection(right).sorted())
        #expect(set.subtracting(other).members == left.subtracting(right).sorted())
        #expect(set.count == left.count && set.isEmpty == left.isEmpty)
        for _ in 0..<50 {
            let member = Int.random(in: 0..<bound, using: &random)
            if Bool.random(using: &random) {
                set.insert(member)
                left.insert(member)
            } else {
                set.remove(member)
                left.remove(member)
            }
            #expect(set.contains(member) == left.contains(member))
        }
        // Equal members make equal sets, whatever happened before.
        #expect(set == NodeSet(left.shuffled(using: &random)))
        #expect(NodeSet(below: bound).members == Array(0..<bound))
    }
}

struct TagQueryTests {
    @Test("keys are joined by AND, values by OR, and any key of not excludes")
    func matching() {
        let query = TagQuery(tags: ["Role": ["web", "db"], "Env": []], not: ["Frozen": []])
        #expect(query.matches(["Role": "web", "Env": "prod"]))
        #expect(!query.matches(["Role": "web"]))
        #expect(!query.matches(["Role": "cache", "Env": "prod"]))
        #expect(!query.matches(["Role": "db", "Env": "prod", "Frozen": "yes"]))
        #expect(TagQuery(tags: [:]).matches([:]))
    }
}

struct TimestampTests {
    @Test("times are read and written as RFC 3339 in UTC")
    func format() throws {
        let time = try #require(Timestamp(rfc3339: "2026-11-24T02:11:00.123Z"))
        #expect(time.preciseDescription == "2026-11-24T02:11:00.123Z")
        #expect(time.description == "2026-11-24T02:11:00Z")
        #expect(Timestamp(rfc3339: "2026-11-24T02:11:00Z")?.milliseconds == 1_795_486_260_000)
        #expect(
            Timestamp(seconds: 0).advanced(bySeconds: 86_400).description == "1970-01-02T00:00:00Z"
        )
        #expect(Timestamp(rfc3339: "yesterday") == nil)
    }
}

struct ContentDigestTests {
    @Test("a digest is the SHA-256 of the bytes")
    func digest() {
        let digest = ContentDigest(of: "abc")
        #expect(digest.rawValue.hasPrefix("sha256:ba7816bf8f01cfea"))
        #expect(digest.hex.count == 64 && digest.short == "ba7816bf8f01")
        #expect(inventoryContentHash(Array("abc".utf8)) == "kAFQmDzST7DWlj99KOF/cg==")
    }

    @Test("half a SHA-256 is its first sixteen bytes, and sorts as they do")
    func digest128() {
        let digest = Digest128(of: Array("abc".utf8))
        #expect(hexadecimal(digest.bytes) == "ba7816bf8f01cfea414140de5dae2223")
        let digests = (0..<50).map { Digest128(of: [UInt8($0)]) }.sorted()
        let texts = digests.map { hexadecimal($0.bytes) }
        #expect(texts == texts.sorted())
    }
}
