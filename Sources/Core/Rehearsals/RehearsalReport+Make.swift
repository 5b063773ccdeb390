// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension RehearsalReport {
    /// Whether noise is counted or listed.
    package enum Detail: Sendable { case brief, all }

    /// Makes the report of what a rehearsal found.
    package static func make(_ facts: RehearsalFacts, detail: Detail = .brief) -> RehearsalReport {
        let shown = facts.files.filter { detail == .all || FileNoise.of($0.path) == nil }
        var comparison = FileComparison(
            before: OwnerNames(facts.before),
            after: OwnerNames(facts.after)
        )
        var report = RehearsalReport(
            fleet: facts.subject.fleet,
            node: facts.subject.node,
            association: facts.subject.association,
            document: facts.subject.document,
            commit: facts.subject.commit,
            clone: facts.clone,
            startedAt: facts.startedAt,
            finishedAt: facts.finishedAt,
            status: facts.result.status,
            changed: false,
            steps: facts.result.steps.map(Step.init),
            files: shown.map { comparison.compare($0) },
            packages: PackageChanges.list(facts.before.packages, facts.after.packages),
            services: ServiceChanges.list(facts.files),
            users: AccountChanges.users(facts.before, facts.after),
            groups: AccountChanges.groups(facts.before, facts.after),
            cron: CronChanges.list(facts.files),
            folded: detail == .all ? [] : folded(facts.files),
            limits: []
        )
        if facts.changesByBoot > 0 {
            report.folded.append(
                Folded(reason: "the boot of the clone", count: facts.changesByBoot)
            )
        }
        report.changed =
            !report.files.isEmpty || !report.packages.isEmpty || !report.users.isEmpty
            || !report.groups.isEmpty
        report.limits = RehearsalLimits.list(facts)
        return report
    }

    private static func folded(_ files: [FileFact]) -> [Folded] {
        var counts: [FileNoise: Int] = [:]
        for file in files {
            if let noise = FileNoise.of(file.path) { counts[noise, default: 0] += 1 }
        }
        return FileNoise.allCases.compactMap { noise in
            counts[noise].map { Folded(reason: noise.rawValue, count: $0) }
        }
    }
}

extension RehearsalReport.Step {
    fileprivate init(_ result: StepResult) {
        self.init(
            name: result.name,
            status: result.status,
            responseCode: result.responseCode,
            standardOutput: SecretLines.maskedLines(result.standardOutput),
            standardError: SecretLines.maskedLines(result.standardError),
            standardOutputBytes: result.standardOutputBytes,
            standardErrorBytes: result.standardErrorBytes
        )
    }
}

/// Says what a rehearsal cannot tell: the same words everywhere.
enum RehearsalLimits {
    static func list(_ facts: RehearsalFacts) -> [String] {
        let clone = facts.clone
        var limits = [
            "Only what the document did to file systems is seen; requests to other machines, kernel "
                + "settings, hardware and the clock are not, and may have been refused here."
        ]
        switch clone.network {
        case .none:
            limits.append(
                "There was no network but a loopback interface; what needs one failed or was left "
                    + "out (--network host allows it)."
            )
        case .host:
            limits.append(
                "The network of the machine was used: whatever the document did there was done for "
                    + "real."
            )
        }
        if !clone.masked.isEmpty {
            limits.append(
                "Empty in the clone and not compared: \(clone.masked.joined(separator: ", ")). "
                    + "Sockets of the machine lead nowhere."
            )
        }
        switch clone.initializer {
        case .none:
            limits.append(
                "No service of the node runs in the clone, and none can be started "
                    + "(--init systemd boots one)."
            )
        case .systemd:
            limits.append(
                "The clone booted systemd of its own; processes of the node are not there, and what "
                    + "services write while the document runs counts as its change."
            )
        }
        if !facts.subject.dependsOn.isEmpty {
            limits.append(
                "It comes after \(facts.subject.dependsOn.joined(separator: ", ")); what the node has "
                    + "of that is what it started from."
            )
        }
        if facts.before.packages == nil || facts.after.packages == nil {
            limits.append("The package databases could not be read, so packages are not compared.")
        }
        if facts.result.status != .success {
            limits.append(
                "The document did not succeed: what it would change after that is unknown."
            )
        }
        return limits
    }
}
