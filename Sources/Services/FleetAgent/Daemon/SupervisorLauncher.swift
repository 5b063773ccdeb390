// SPDX-License-Identifier: Apache-2.0
import AgentJournal
import FleetModel
import LinuxHost

/// Makes, finds and ends the supervisors of a node.
final class SupervisorLauncher {
    /// How a supervisor is started: a program and what comes before the folder.
    private let program: [String]
    private let folder: String
    private let nodeID: NodeID
    private let agentVersion: String
    private var processes: [CommandID: DetachedProcess] = [:]

    init(program: [String], folder: String, nodeID: NodeID, agentVersion: String) {
        self.program = program
        self.folder = folder
        self.nodeID = nodeID
        self.agentVersion = agentVersion
    }

    /// A command's name as one component of a path: ids are minted, and a hostile one is digested.
    private func job(_ command: CommandID) -> JobFolder {
        let isSafe = command.rawValue.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
        }
        let name = isSafe ? command.rawValue : "x-" + ContentDigest(of: command.rawValue).hex
        return JobFolder(path: "\(folder)/\(name)")
    }

    /// Makes a supervisor that waits.
    func prepare(_ order: WorkOrder, attempt: Int) throws -> Supervisor {
        let job = job(order.command)
        try job.make(
            JobOrder(
                document: order.document,
                command: order.command,
                attempt: attempt,
                nodeID: nodeID,
                agentVersion: agentVersion
            )
        )
        let process = try DetachedProcess.start(
            program + [job.path],
            environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            log: job.log
        )
        processes[order.command] = process
        return Supervisor(processID: process.processID, startTime: process.startTicks)
    }

    func release(_ command: CommandID) { processes[command]?.release() }

    func stop(_ command: CommandID) { processes[command]?.terminate() }

    /// Forgets the process and removes what it left.
    func discard(_ command: CommandID) {
        processes[command] = nil
        job(command).remove()
    }

    /// What is there of a supervisor that a former agent let go.
    func find(_ command: CommandID, _ supervisor: Supervisor) -> AgentMachine.Finding {
        if let end = try? job(command).readEnd() { return .ended(end) }
        let process = DetachedProcess.find(
            processID: supervisor.processID,
            startTicks: supervisor.startTime
        )
        if let process {
            processes[command] = process
            return .alive
        }
        // It may have ended between the two looks.
        return end(of: command)
    }

    /// What a supervisor that is gone left behind.
    func end(of command: CommandID) -> AgentMachine.Finding {
        if let end = try? job(command).readEnd() { return .ended(end) }
        return .gone((try? job(command).readSteps()) ?? [])
    }

    /// The process of a command, to wait for its end.
    func process(_ command: CommandID) -> DetachedProcess? { processes[command] }
}
