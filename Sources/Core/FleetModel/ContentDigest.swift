// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials

/// The SHA-256 of some content, written `sha256:` and 64 hexadecimal digits.
package struct ContentDigest: TypedString {
    package var rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    /// Digests the bytes.
    package init(of bytes: some Sequence<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        rawValue = "sha256:" + hexadecimal(hash.finalize())
    }

    /// Digests the UTF-8 of a text.
    package init(of text: String) { self.init(of: Array(text.utf8)) }

    /// The digits without the prefix, as Systems Manager's `Hash` has them.
    package var hex: String { String(rawValue.dropFirst("sha256:".count)) }

    /// The first byte of a text's digest, without the cost of spelling out all of them.
    package static func firstByte(of text: String) -> UInt8 {
        var text = text
        return text.withUTF8 { bytes in
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(bytes))
            return hash.finalize().first { _ in true } ?? 0
        }
    }

    /// The first twelve digits: enough for people to tell two apart.
    package var short: String { String(hex.prefix(12)) }

    /// Reads a digest as people give it: whole, or its first twelve digits or more.
    ///
    /// *Shape*: with or without `sha256:`; `nil` for anything else, and for fewer digits.
    package init?(typed text: String) {
        let digits = text.hasPrefix("sha256:") ? text.dropFirst("sha256:".count) : text[...]
        let isHex = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isHex, (12...64).contains(digits.utf8.count) else { return nil }
        rawValue = "sha256:" + digits
    }

    /// Whether a digest that someone gave, perhaps cut short, means this one.
    package func isNamed(by typed: ContentDigest) -> Bool { rawValue.hasPrefix(typed.rawValue) }
}

/// Writes bytes as lower-case hexadecimal digits.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
    var result: [UInt8] = []
    result.reserveCapacity(2 * bytes.underestimatedCount)
    for byte in bytes {
        result.append(digit(byte >> 4))
        result.append(digit(byte & 15))
    }
    return String(decoding: result, as: UTF8.self)
}

/// The first half of a SHA-256: a name for content among much content.
package struct Digest128: Hashable, Comparable, Sendable {
    private var high: UInt64
    private var low: UInt64

    /// Digests the bytes.
    package init(of bytes: [UInt8]) {
        (high, low) = SHA256.hash(data: bytes).withUnsafeBytes { digest in
            (
                UInt64(bigEndian: digest.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// The sixteen bytes of it.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Array($0) }
    }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.high, lhs.low) < (rhs.high, rhs.low)
    }
}

/// The content hash of Systems Manager's inventory: base64 of the MD5 (`PutInventory`).
package func inventoryContentHash(_ bytes: [UInt8]) -> String {
    Data(Insecure.MD5.hash(data: bytes)).base64EncodedString()
}

/// Digests a sequence of fields so that no two different sequences give the same bytes.
package struct DigestBuilder {
    private var hash = SHA256()
    /// Not hashed yet: each call of the hash costs more than the few bytes of a text.
    private var pending: [UInt8] = []

    package init() { pending.reserveCapacity(512) }

    /// Adds a text, its length first.
    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { pending.append(contentsOf: $0) }
            pending.append(contentsOf: bytes)
        }
        if pending.count > 16_384 { flush() }
    }

    private mutating func flush() {
        pending.withUnsafeBytes { hash.update(bufferPointer: $0) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Adds texts, their number first.
    package mutating func add(_ texts: some Collection<String>) {
        add("\(texts.count)")
        for text in texts { add(text) }
    }

    package func finalize() -> ContentDigest {
        var hash = hash
        pending.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return ContentDigest(rawValue: "sha256:" + hexadecimal(hash.finalize()))
    }
}
