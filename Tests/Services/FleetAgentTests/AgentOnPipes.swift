// SPDX-License-Identifier: Apache-2.0
import AgentJournal
import FleetModel
import Foundation
import Testing

/// A real agent with a test as its controller: what it was sent, and what it told.
final class AgentOnPipes {
    struct Running {
        var process: pid_t
        var input: FileHandle
        var output: FileHandle
    }

    let folder: URL
    private var agent: Running?
    private var rest = Data()
    private var orders: [Int: WorkOrder] = [:]
    private var cancelled: Set<Int> = []
    private(set) var outcomes: [CommandID: WorkOutcome] = [:]
    private(set) var refusals: [CommandID: Refusal] = [:]
    /// Promises that were broken, in words.
    private(set) var broken: [String] = []
    private var results: [Int: CommandID] = [:]

    init() throws {
        // An agent that was killed closes its end of the pipe.
        signal(SIGPIPE, SIG_IGN)
        folder = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-agent-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(
            at: folder.appending(path: "runs"),
            withIntermediateDirectories: true
        )
    }

    deinit {
        killSupervisors()
        killAgent()
        try? FileManager.default.removeItem(at: folder)
    }

    func id(_ command: Int) -> CommandID { CommandID("command-\(command)") }

    // MARK: - The agent's process

    func start() throws {
        guard agent == nil else { return }
        agent = try launch()
        rest = Data()
        try tell(["connected": ["resumeFrom": through]])
        for (command, order) in orders.sorted(by: { $0.key < $1.key })
        where outcomes[id(command)] == nil {
            if cancelled.contains(command) { try tell(["cancel": ["_0": id(command).rawValue]]) }
            try tell(order)
        }
    }

    func launch() throws -> Running {
        let programs = Programs.folder
        let (input, output) = (Pipe(), Pipe())
        let process = try spawn(
            [
                programs.appending(path: "agent-on-pipes").path,
                folder.appending(path: "agent").path, programs.appending(path: "aplomb-agent").path,
            ],
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor
        )
        return Running(
            process: process,
            input: input.fileHandleForWriting,
            output: output.fileHandleForReading
        )
    }

    /// Starts a program; Foundation's `Process` waits for what it has left behind as well.
    private func spawn(_ arguments: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Other tests' pipes must not be held open by this agent, nor by what it starts.
        for number in Int32(3)..<256 { posix_spawn_file_actions_addclose(&actions, number) }
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let result = posix_spawn(&process, arguments[0], &actions, nil, &words, environ)
        try #require(result == 0, "cannot start \(arguments[0]): \(result)")
        return process
    }

    func killAgent() {
        guard let agent else { return }
        kill(agent.process, SIGKILL)
        var status: Int32 = 0
        waitpid(agent.process, &status, 0)
        // What it wrote before it died has been sent.
        while let data = read(agent, milliseconds: 0) { take(data) }
        try? agent.input.close()
        try? agent.output.close()
        self.agent = nil
    }

    private var supervisors: [pid_t] {
        let work = folder.appending(path: "agent/work").path
        return (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap {
            guard let process = pid_t($0),
                let bytes = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"),
                case let line = String(decoding: bytes, as: UTF8.self),
                line.contains("supervise"), line.contains(work)
            else { return nil }
            return process
        } ?? []
    }

    func supervisorsAlive() -> Int { supervisors.count }

    func killSupervisors() { for process in supervisors { kill(process, SIGKILL) } }

    func damageJournal(fromEnd bytes: Int) throws {
        let journal = folder.appending(path: "agent/journal")
        var content = try Data(contentsOf: journal)
        content[content.count - bytes] ^= 0xff
        try content.write(to: journal)
    }

    // MARK: - The controller

    /// Sends a script that counts its run, takes a while, and succeeds.
    func send(_ command: Int, seconds: Double) throws {
        let script = """
            echo run >> '\(folder.path)/runs/\(command)'
            sync '\(folder.path)/runs/\(command)'
            sleep \(seconds)
            """
        let step = AgentStep(
            name: "count",
            action: .runShellScript(ShellScript(script: script + "\n"))
        )
        let order = WorkOrder(
            command: id(command),
            document: AgentDocument(name: "count", version: "1", steps: [step]),
            startsWithin: 600
        )
        orders[command] = order
        try tell(order)
    }

    func cancel(_ command: Int) throws {
        cancelled.insert(command)
        try tell(["cancel": ["_0": id(command).rawValue]])
    }

    /// How often a script says that it ran.
    func runs(_ command: Int) -> Int {
        let text = try? String(
            contentsOf: folder.appending(path: "runs/\(command)"),
            encoding: .utf8
        )
        return text?.split(separator: "\n").count ?? 0
    }

    /// Loses everything that was told, as a controller whose disk is gone.
    func forget() {
        outcomes = [:]
        results = [:]
    }

    private var through: Int {
        var sequence = 0
        while results[sequence + 1] != nil { sequence += 1 }
        return sequence
    }

    private func tell(_ order: WorkOrder) throws {
        let text = try JSONEncoder().encode(["order": ["_0": order]])
        try write(text)
    }

    private func tell(_ value: [String: [String: Any]]) throws {
        try write(try JSONSerialization.data(withJSONObject: value))
    }

    private func write(_ line: Data) throws {
        // An agent that was killed in between hears nothing: that is the point.
        try? agent?.input.write(contentsOf: line + Data("\n".utf8))
    }

    /// Hears the agent for a time, or until something has come about.
    func listen(milliseconds: Int, until isDone: () -> Bool = { false }) {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end, !isDone(), let agent {
            let left = min(20, max(1, Int((end - ContinuousClock.now) / .milliseconds(1))))
            if let data = read(agent, milliseconds: Int32(left)) { take(data) }
        }
    }

    /// What can be read within a time; never waits for an end that another process may hold open.
    private func read(_ agent: Running, milliseconds: Int32) -> Data? {
        let number = agent.output.fileDescriptor
        var poll = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        guard Glibc.poll(&poll, 1, milliseconds) > 0, poll.revents & Int16(POLLIN) != 0 else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = Glibc.read(number, &bytes, bytes.count)
        return count > 0 ? Data(bytes.prefix(count)) : nil
    }

    private func take(_ data: Data) {
        rest += data
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[rest.startIndex..<end]
            rest = Data(rest[rest.index(after: end)...])
            guard let message = try? JSONDecoder().decode(AgentMessage.self, from: line) else {
                continue
            }
            hear(message)
        }
    }

    private func hear(_ message: AgentMessage) {
        switch message {
        case .accepted: break
        case .rejected(let command, let refusal): refusals[command] = refusal
        case .result(let sequence, let command, _, let outcome):
            if let known = outcomes[command], known != outcome {
                broken.append("\(command) ended as \(known), now as \(outcome)")
            }
            if let known = results[sequence], known != command {
                broken.append("result \(sequence) is of \(known) and of \(command)")
            }
            outcomes[command] = outcome
            results[sequence] = command
            try? tell(["acknowledged": ["through": through]])
        }
    }
}

/// Where the built programs are.
enum Programs {
    static let folder: URL = {
        var folder = URL(filePath: CommandLine.arguments[0])
        while folder.path != "/" {
            if FileManager.default.isExecutableFile(
                atPath: folder.appending(path: "agent-on-pipes").path
            ) {
                return folder
            }
            folder.deleteLastPathComponent()
        }
        return URL(filePath: "/nowhere")
    }()
}
