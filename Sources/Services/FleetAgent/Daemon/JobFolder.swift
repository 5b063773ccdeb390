// SPDX-License-Identifier: Apache-2.0
package import FleetModel
import FoundationEssentials
import Glibc
import LinuxHost

/// What a supervisor is to do, and which node it does it on.
package struct JobOrder: Hashable, Sendable, Codable {
    package var document: AgentDocument
    package var command: CommandID
    package var attempt: Int
    package var nodeID: NodeID
    package var agentVersion: String
}

/// The folder of one command's work on its node: what is to be done, and what came of it.
struct JobFolder {
    /// The end of a document whose output is cut as usual finds room in this, on a full disk too.
    private static let reserve = 64 << 10

    let path: String

    private var order: String { path + "/order.json" }
    private var steps: String { path + "/steps.json" }
    private var end: String { path + "/end.json" }
    var log: String { path + "/supervisor.log" }

    /// Makes the folder anew for an attempt.
    func make(_ work: JobOrder) throws {
        remove()
        guard mkdir(path, 0o700) == 0 else {
            throw HostError(.failed, "cannot make \(path)", number: errno)
        }
        try DurableFile.replace(order, with: [UInt8](try JSONEncoder().encode(work)))
        try DurableFile.reserve(end, bytes: Self.reserve)
    }

    func readOrder() throws -> JobOrder? { try read(JobOrder.self, at: order) }

    /// Notes the steps that have ended: what is told when nobody sees the end of the whole.
    func note(_ results: [StepResult]) throws {
        try DurableFile.replace(steps, with: [UInt8](try JSONEncoder().encode(results)))
    }

    /// Leaves the end on the disk: from here on the document has run, whatever happens.
    func finish(_ result: DocumentResult) throws {
        try DurableFile.commit([UInt8](try JSONEncoder().encode(result)), to: end)
    }

    func readEnd() throws -> DocumentResult? { try read(DocumentResult.self, at: end) }

    func readSteps() throws -> [StepResult] { try read([StepResult].self, at: steps) ?? [] }

    func remove() {
        for name in ["order.json", "steps.json", "end.json", "supervisor.log"] {
            unlink("\(path)/\(name)")
            unlink("\(path)/\(name).new")
        }
        rmdir(path)
    }

    private func read<Value: Decodable>(_ type: Value.Type, at path: String) throws -> Value? {
        try DurableFile.read(path).map { try JSONDecoder().decode(type, from: Data($0)) }
    }
}
