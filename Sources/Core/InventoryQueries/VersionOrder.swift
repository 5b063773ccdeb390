// SPDX-License-Identifier: Apache-2.0

/// The order of versions as a package manager has it.
package enum VersionOrder: String, Hashable, Sendable, CaseIterable {
    /// *Source*: Debian Policy 5.6.12, deb-version(7).
    case debian
    /// *Source*: rpmvercmp of librpm, rpm-version(7).
    case rpm

    /// The order that the versions of an inventory entry have, by its package's id.
    package init(of entry: [String: String]) {
        self = entry["PackageId"]?.hasSuffix(".rpm") == true ? .rpm : .debian
    }

    /// Compares two versions: negative, zero or positive, as the first is older, the same or newer.
    ///
    /// *Shape*: `[epoch:]version[-release]`; a missing epoch is 0. With `rpm`, releases are compared
    /// only where both have one.
    package func compare(_ lhs: String, _ rhs: String) -> Int {
        let left = Parts(lhs), right = Parts(rhs)
        let epochs = Self.compareNumbers(left.epoch, right.epoch)
        if epochs != 0 { return epochs }
        switch self {
        case .debian:
            let upstream = Self.compareDebian(left.version, right.version)
            return upstream != 0
                ? upstream : Self.compareDebian(left.release ?? [], right.release ?? [])
        case .rpm:
            let version = Self.compareRPM(left.version, right.version)
            guard version == 0, let one = left.release, let other = right.release else {
                return version
            }
            return Self.compareRPM(one, other)
        }
    }

    private struct Parts {
        var epoch: ArraySlice<UInt8> = []
        var version: ArraySlice<UInt8>
        var release: ArraySlice<UInt8>?

        init(_ text: String) {
            version = Array(text.utf8)[...]
            if let colon = version.firstIndex(of: UInt8(ascii: ":")),
                version[..<colon].allSatisfy(\.isDigit)
            {
                epoch = version[..<colon]
                version = version[(colon + 1)...]
            }
            if let dash = version.lastIndex(of: UInt8(ascii: "-")) {
                release = version[(dash + 1)...]
                version = version[..<dash]
            }
        }
    }

    /// Numbers of any length, without their leading zeros.
    private static func compareNumbers(_ lhs: ArraySlice<UInt8>, _ rhs: ArraySlice<UInt8>) -> Int {
        let left = lhs.drop { $0 == UInt8(ascii: "0") },
            right = rhs.drop { $0 == UInt8(ascii: "0") }
        if left.count != right.count { return left.count < right.count ? -1 : 1 }
        return left.lexicographicallyPrecedes(right)
            ? -1 : right.lexicographicallyPrecedes(left) ? 1 : 0
    }

    /// Text and numbers in turn; `~` before the end, letters before all else.
    private static func compareDebian(_ lhs: ArraySlice<UInt8>, _ rhs: ArraySlice<UInt8>) -> Int {
        var left = lhs, right = rhs
        while !left.isEmpty || !right.isEmpty {
            while left.first?.isDigit == false || right.first?.isDigit == false {
                let difference = weight(left.first) - weight(right.first)
                if difference != 0 { return difference }
                left = left.dropFirst()
                right = right.dropFirst()
            }
            let digits = (left.prefix(while: \.isDigit), right.prefix(while: \.isDigit))
            let difference = compareNumbers(digits.0, digits.1)
            if difference != 0 { return difference }
            left = left.dropFirst(digits.0.count)
            right = right.dropFirst(digits.1.count)
        }
        return 0
    }

    private static func weight(_ byte: UInt8?) -> Int {
        switch byte {
        case nil: 0
        case let byte? where byte.isDigit: 0
        case UInt8(ascii: "~"): -1
        case let byte? where byte.isLetter: Int(byte)
        case let byte?: Int(byte) + 256
        }
    }

    /// Segments of digits or letters; what stands between only separates; `~` before the end of a
    /// version, `^` after it.
    private static func compareRPM(_ lhs: ArraySlice<UInt8>, _ rhs: ArraySlice<UInt8>) -> Int {
        if lhs == rhs { return 0 }
        var left = lhs, right = rhs
        while !left.isEmpty || !right.isEmpty {
            left = left.drop { !$0.isInRPMSegment }
            right = right.drop { !$0.isInRPMSegment }
            if let decided = compareMark(UInt8(ascii: "~"), &left, &right, endIsLess: false) {
                if decided != 0 { return decided }
                continue
            }
            if let decided = compareMark(UInt8(ascii: "^"), &left, &right, endIsLess: true) {
                if decided != 0 { return decided }
                continue
            }
            guard let first = left.first, right.first != nil else { break }
            let isNumber = first.isDigit
            let belongs: (UInt8) -> Bool = isNumber ? \.isDigit : \.isLetter
            let segments = (left.prefix(while: belongs), right.prefix(while: belongs))
            // A number is newer than letters.
            guard !segments.1.isEmpty else { return isNumber ? 1 : -1 }
            let difference =
                isNumber
                ? compareNumbers(segments.0, segments.1)
                : segments.0.lexicographicallyPrecedes(segments.1)
                    ? -1 : segments.1.lexicographicallyPrecedes(segments.0) ? 1 : 0
            if difference != 0 { return difference }
            left = left.dropFirst(segments.0.count)
            right = right.dropFirst(segments.1.count)
        }
        return left.isEmpty == right.isEmpty ? 0 : left.isEmpty ? -1 : 1
    }

    /// Takes a mark off both sides (0), or says which side it decides for; `nil` where neither has it.
    private static func compareMark(
        _ mark: UInt8,
        _ left: inout ArraySlice<UInt8>,
        _ right: inout ArraySlice<UInt8>,
        endIsLess: Bool
    ) -> Int? {
        let marked = (left.first == mark, right.first == mark)
        switch marked {
        case (false, false): return nil
        case (true, true):
            left = left.dropFirst()
            right = right.dropFirst()
            return 0
        case (true, false): return endIsLess && right.isEmpty ? 1 : -1
        case (false, true): return endIsLess && left.isEmpty ? -1 : 1
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isLetter: Bool {
        (0x41...0x5a).contains(self) || (0x61...0x7a).contains(self)
    }
    fileprivate var isInRPMSegment: Bool {
        isDigit || isLetter || self == UInt8(ascii: "~") || self == UInt8(ascii: "^")
    }
}
