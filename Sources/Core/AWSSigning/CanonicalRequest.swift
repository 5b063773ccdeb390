// SPDX-License-Identifier: Apache-2.0
import Crypto
import FleetModel

/// The one spelling of a request that both sides sign.
///
/// *Source*: "Create a signed AWS API request", and `SigV4Auth` of botocore, which is the arbiter where
/// the text is silent: dot segments and repeated slashes of the path are removed.
struct CanonicalRequest {
    var text: String

    init(_ request: SigningRequest, signedHeaders: [String]) {
        let headers = signedHeaders.map { name in
            "\(name):\(Self.canonicalValue(of: name, in: request))\n"
        }
        text = [
            request.method,
            Self.path(request.path),
            Self.query(request.query),
            headers.joined(),
            signedHeaders.joined(separator: ";"),
            request.bodyHash,
        ].joined(separator: "\n")
    }

    /// What is signed in the end.
    func stringToSign(at time: SigningTime, in scope: SigningScope) -> String {
        let hash = hexadecimal(SHA256.hash(data: Array(text.utf8)))
        return "\(SigningScheme.algorithm)\n\(time)\n\(scope)\n\(hash)"
    }

    static func path(_ path: String) -> String {
        guard !path.isEmpty else { return "/" }
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        let isFolder = path.hasSuffix("/") && !kept.isEmpty
        let joined = (path.hasPrefix("/") ? "/" : "") + kept.joined(separator: "/")
        return PercentEncoding.encode(joined + (isFolder ? "/" : ""), keeping: "/")
    }

    /// Pairs sorted by name, then value, each encoded anew.
    static func query(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair in
            let parts = pair.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = PercentEncoding.encode(PercentEncoding.decode(parts[0]))
            let value =
                parts.count > 1 ? PercentEncoding.encode(PercentEncoding.decode(parts[1])) : ""
            return (name, value)
        }
        return pairs.sorted { lhs, rhs in
            lhs.0 == rhs.0 ? isBefore(lhs.1, rhs.1) : isBefore(lhs.0, rhs.0)
        }.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    private static func isBefore(_ lhs: String, _ rhs: String) -> Bool {
        lhs.utf8.lexicographicallyPrecedes(rhs.utf8)
    }

    private static func canonicalValue(of name: String, in request: SigningRequest) -> String {
        request.headers.filter { $0.name.lowercased() == name }.map { header in
            header.value.split { $0 == " " || $0 == "\t" || $0.isNewline }.joined(separator: " ")
        }.joined(separator: ",")
    }
}

/// Percent-encoding over bytes, with the unreserved characters of RFC 3986 left alone.
enum PercentEncoding {
    static func encode(_ text: String, keeping kept: String = "") -> String {
        encode(Array(text.utf8), keeping: kept)
    }

    static func encode(_ bytes: [UInt8], keeping kept: String = "") -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."), UInt8(ascii: "~"):
                result.append(byte)
            default:
                if kept.utf8.contains(byte) {
                    result.append(byte)
                } else {
                    result.append(UInt8(ascii: "%"))
                    result += hexadecimal([byte]).uppercased().utf8
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Decodes `%XX`; anything else stands for itself.
    static func decode(_ text: Substring) -> [UInt8] {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
