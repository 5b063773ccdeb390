// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program that runs until the test ends; ended by its process id alone.
package final class Running: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts a program, whose standard input ends with this object.
    package init(_ command: [String], environment: [String: String] = [:]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Reads the first line that the program prints.
    package func firstLine() throws -> String {
        var text = Data()
        while !text.contains(UInt8(ascii: "\n")) {
            let chunk = output.fileHandleForReading.availableData
            guard !chunk.isEmpty else {
                throw ServerFailure("\(process.arguments ?? []) ended")
            }
            text += chunk
        }
        return String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// A server or a tool of a test that did not do its work.
package struct ServerFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Waits for a condition by asking again, at most ten seconds.
package func eventually(_ condition: () throws -> Bool) throws {
    let end = ContinuousClock.now.advanced(by: .seconds(10))
    while try !condition() {
        guard ContinuousClock.now < end else { throw ServerFailure("never came true") }
        usleep(2000)
    }
}
