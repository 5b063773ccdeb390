// SPDX-License-Identifier: Apache-2.0
import Foundation
import InventoryQueries
import Testing

@Suite("Version order")
struct VersionOrderTests {
    @Test(
        "versions of Debian packages",
        arguments: [
            ("1.0", "1.0", 0), ("1.0", "1.1", -1), ("1.9", "1.10", -1), ("1:0.1", "2.0", 1),
            ("0:1.0", "1.0", 0), ("1.0~rc1", "1.0", -1), ("1.0~~", "1.0~", -1),
            ("1.0-1", "1.0-2", -1), ("1.0-1", "1.0", 1), ("1.0-0", "1.0", 0),
            ("1.0+b1", "1.0", 1), ("1.0a", "1.0+", -1), ("1.01", "1.1", 0),
            ("3.0.14-1~deb12u2", "3.0.15", -1), ("2.36-9+deb12u10", "2.36-9+deb12u9", 1),
            ("99999999999999999999", "100000000000000000000", -1), ("", "0", 0),
        ]
    )
    func debian(older: String, newer: String, order: Int) {
        #expect(VersionOrder.debian.compare(older, newer).signum() == order)
        #expect(VersionOrder.debian.compare(newer, older).signum() == -order)
    }

    @Test(
        "versions of RPM packages",
        arguments: [
            ("1.0", "1.0", 0), ("1.0", "1.0.1", -1), ("1.0~rc1", "1.0", -1), ("1.0^git1", "1.0", 1),
            ("1.0^git1", "1.0.1", -1), ("1.0a", "1.0", 1), ("1.0a", "1.01", -1), ("2_0", "2.0", 0),
            ("1:1.0-1", "2.0-1", 1), ("1.0-1", "1.0-2", -1), ("1.0-1", "1.0", 0),
            ("6.0.rc1", "6.0", 1), ("10xyz", "10.1xyz", -1),
        ]
    )
    func rpm(older: String, newer: String, order: Int) {
        #expect(VersionOrder.rpm.compare(older, newer).signum() == order)
        #expect(VersionOrder.rpm.compare(newer, older).signum() == -order)
    }

    /// Thousands of generated pairs, many of them close to each other.
    @Test(
        "the order is that of libapt and librpm",
        .enabled(
            if: Peer.isThere,
            "needs python3-apt and python3-rpm, which scripts/setup installs"
        ),
        arguments: VersionOrder.allCases
    )
    func peers(_ order: VersionOrder) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = Generator(state: seed)
        let pairs = (0..<6000).map { _ in random.pair(order) }
        let wanted = try Peer.compare(pairs, order)
        for (pair, sign) in zip(pairs, wanted) {
            let got = order.compare(pair.0, pair.1).signum()
            #expect(got == sign, "seed \(seed): \(pair.0) against \(pair.1)")
        }
    }
}

private struct Generator {
    var state: UInt64

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func pair(_ order: VersionOrder) -> (String, String) {
        let first = version(order)
        return (first, next(3) == 0 ? version(order) : changed(first))
    }

    private mutating func version(_ order: VersionOrder) -> String {
        let alphabet = Array(order == .debian ? "01289az.+~" : "01289azA.~^_")
        func part(_ most: Int) -> String {
            String((0...next(most)).map { _ in alphabet[next(alphabet.count)] })
        }
        let epoch = next(4) == 0 ? "\(next(3)):" : ""
        return "\(epoch)\(next(10))\(part(6))-\(next(10))\(part(2))"
    }

    /// The same with one character more, less, or different.
    private mutating func changed(_ version: String) -> String {
        var characters = Array(version)
        let place = (characters.lastIndex(of: ":") ?? -1) + 2
        let dash = characters.lastIndex(of: "-") ?? characters.count
        guard place < dash else { return version }
        let target = place + next(dash - place)
        switch next(3) {
        case 0: characters.remove(at: target)
        case 1: characters.insert(["0", "~", "a", "."][next(4)], at: target)
        default: characters[target] = ["0", "1", "~", "z"][next(4)]
        }
        return String(characters)
    }
}

/// The distributions' own comparisons, asked once for all pairs.
private enum Peer {
    private static let program = """
        import sys, rpm, apt_pkg
        apt_pkg.init_system()
        def parts(text):
            epoch, colon, rest = text.partition(":")
            if not colon: epoch, rest = "0", text
            version, _, release = rest.rpartition("-")
            return (epoch, version, release)
        for line in sys.stdin:
            a, b = line.rstrip("\\n").split(" ")
            if sys.argv[1] == "rpm": print(rpm.labelCompare(parts(a), parts(b)))
            else: print(apt_pkg.version_compare(a, b))
        """

    static let isThere = (try? compare([("1-1", "1-1")], .rpm)) == [0]

    static func compare(_ pairs: [(String, String)], _ order: VersionOrder) throws -> [Int] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", program, order.rawValue]
        let input = Pipe(), output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = pairs.map { "\($0.0) \($0.1)\n" }.joined()
        // A thread of its own writes: both pipes are smaller than the texts.
        let writer = Thread {
            try? input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
            try? input.fileHandleForWriting.close()
        }
        writer.start()
        let answer = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self).split(separator: "\n")
            .map { (Int($0) ?? 0).signum() }
    }
}
