// SPDX-License-Identifier: Apache-2.0
package import Foundation

/// AWS's own client in python, which `scripts/setup test` installs: nobody here wrote it.
package enum Boto {
    /// The interpreter that has it.
    package static let python: URL = {
        var root = URL(filePath: #filePath)
        while root.path != "/",
            !FileManager.default.fileExists(atPath: root.appending(path: "Package.swift").path)
        {
            root.deleteLastPathComponent()
        }
        return root.appending(path: ".build-python/bin/python3")
    }()

    /// Runs a script to its end and answers what it printed.
    package static func run(
        _ script: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:]
    ) throws -> Data {
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw ServerFailure("there is no boto3: 'scripts/setup test' installs it")
        }
        let process = Process()
        process.executableURL = python
        process.arguments = ["-c", script] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw ServerFailure(
                "python ended with \(process.terminationStatus): "
                    + String(decoding: data, as: UTF8.self)
            )
        }
        return data
    }
}
