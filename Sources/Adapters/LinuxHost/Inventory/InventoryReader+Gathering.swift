// SPDX-License-Identifier: Apache-2.0

extension InventoryReader {
    /// How long a command of custom inventory may take, and how much it may print.
    private static let commandTimeout = Duration.seconds(30)
    private static let commandBytesMax = 1 << 20

    /// Gathers what is asked for; a failure is an outcome, and that of one type only.
    ///
    /// `previous` is the source of the last outcome of the same gathering: what has not changed
    /// since is not read again. `applications` are those that were read for the same report.
    package func gather(
        _ gathering: Gathering,
        since previous: InventorySource? = nil,
        applications: [[String: String]]? = nil
    ) async -> [GatherOutcome] {
        do throws(HostError) {
            switch gathering {
            case .applications:
                guard let (item, source) = try await self.applications(since: previous) else {
                    return [.unchanged(.application)]
                }
                return [.item(Gathered(item: item, source: source))]
            case .components(let version):
                return try await components(applications, agentVersion: version)
            case .customCommand(let command):
                return await customOutcomes(of: command)
            default:
                return try await onThread { context throws(HostError) in
                    try Self.gather(gathering, since: previous, context)
                }
            }
        } catch {
            return [.failed(gathering.title, error)]
        }
    }

    private func components(
        _ known: [[String: String]]?,
        agentVersion: String
    ) async throws(HostError) -> [GatherOutcome] {
        var applications = known ?? []
        if known == nil { applications = try await self.applications()?.item.entries ?? [] }
        let entries = try await onThread { [applications] context throws(HostError) in
            ComponentReader.entries(
                applications: applications,
                agentVersion: agentVersion,
                context
            )
        }
        return [.item(Gathered(item: InventoryKind.component.item(entries)))]
    }

    /// Gathers from files, on the calling thread.
    static func gather(
        _ gathering: Gathering,
        since previous: InventorySource?,
        _ context: GatherContext
    ) throws(HostError) -> [GatherOutcome] {
        switch gathering {
        case .network: return [outcome(.network, try NetworkReader.entries(context))]
        case .services: return [outcome(.service, try ServiceReader.entries(context))]
        case .detailedInformation:
            let entries = try KernelReader.detailedInformation(context)
            return [outcome(.detailedInformation, entries)]
        case .listeningSockets:
            let (entries, remarks) = try SocketReader.entries(context)
            return [outcome(.listeningSocket, entries, remarks)]
        case .accounts: return try accounts(since: previous, context)
        case .kernelModules: return [outcome(.kernelModule, try KernelReader.modules(context))]
        case .kernelParameters(let names):
            let (entries, remarks) = KernelReader.parameters(names, context)
            return [outcome(.kernelParameter, entries, remarks)]
        case .scheduledJobs:
            let (entries, remarks) = try ScheduledJobReader.entries(context)
            return [outcome(.scheduledJob, entries, remarks)]
        case .certificates(let scopes):
            let (entries, remarks) = try CertificateReader.entries(scopes, context)
            return [outcome(.certificate, entries, remarks)]
        case .files(let scopes):
            let (entries, remarks) = try FileReader.files(scopes, context)
            return [outcome(.file, entries, remarks)]
        case .fileContents(let scopes):
            let found = try FileReader.contents(scopes, known: previous?.digests ?? [:], context)
            let source = InventorySource(files: [:], digests: found.hashes)
            return [outcome(.fileContent, found.entries, found.remarks, source)]
        case .custom(let folders): return CustomInventory.read(folders, context)
        case .applications, .components, .customCommand: return []
        }
    }

    private static func outcome(
        _ kind: InventoryKind,
        _ entries: [[String: String]],
        _ remarks: [String] = [],
        _ source: InventorySource? = nil
    ) -> GatherOutcome {
        .item(Gathered(item: kind.item(entries), source: source, remarks: remarks))
    }

    private static func accounts(
        since previous: InventorySource?,
        _ context: GatherContext
    ) throws(HostError) -> [GatherOutcome] {
        var identities: [String: HostFileIdentity] = [:]
        for path in [AccountReader.passwd, AccountReader.shadow, AccountReader.group] {
            if let status = try context.files.status(path) { identities[path] = status.identity }
        }
        let source = InventorySource(files: identities)
        if source == previous { return [.unchanged(.user), .unchanged(.userGroup)] }
        let (users, remarks) = try AccountReader.users(context)
        let groups = try AccountReader.userGroups(context)
        return [
            outcome(.user, users, remarks, source), outcome(.userGroup, groups, [], source),
        ]
    }

    // MARK: - A command

    /// Runs the one command whose output is inventory: the node's own word for what no file says.
    private func customOutcomes(of command: String) async -> [GatherOutcome] {
        let name = Gathering.customCommand(command).title
        do throws(HostError) {
            var request = ProcessRequest.script(command + "\n")
            request.timeout = Self.commandTimeout
            request.grace = .seconds(2)
            request.outputLimit = OutputLimit(headBytes: Self.commandBytesMax, tailBytes: 0)
            let result = try await runner.run(request, on: machine)
            guard !result.timedOut else {
                throw HostError(.timedOut, "it did not end within 30 seconds")
            }
            guard result.isSuccess else {
                throw HostError(.failed, "it failed: \(result.error.text())")
            }
            guard !result.output.isTruncated else {
                throw HostError(.exhausted, "it printed more than 1 MiB")
            }
            let items = try CustomInventory.items(result.output.head)
            return CustomInventory.outcomes(items.map { (name, .success([$0])) })
        } catch {
            return [.failed(name, error)]
        }
    }
}
