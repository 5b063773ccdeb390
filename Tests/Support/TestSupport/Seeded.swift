// SPDX-License-Identifier: Apache-2.0

/// Numbers that a seed decides: the seed that a failure prints gives the same ones again.
///
/// *Source*: SplitMix64.
package struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) }
    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    package mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// One of the values; there must be one.
    package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}
