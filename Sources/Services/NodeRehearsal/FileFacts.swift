// SPDX-License-Identifier: Apache-2.0
import LinuxHost
import Rehearsals

/// Tells the changes of a document from those that were there before it ran.
struct ChangesSince {
    private let baseline: [String: SandboxChange]

    init(_ baseline: [SandboxChange]) {
        self.baseline = Dictionary(baseline.map { ($0.path, $0) }) { $1 }
    }

    func of(_ changes: [SandboxChange]) -> (new: [SandboxChange], oldCount: Int) {
        let new = changes.filter { baseline[$0.path] != $0 }
        return (new, changes.count - new.count)
    }
}

/// Turns the changes of a clone into facts, and reads of their contents what can be compared.
enum FileFacts {
    private static let fileBytesMax = 256 << 10
    /// Of all files together, both sides.
    private static let bytesMax = 32 << 20
    private static let filesMax = 4000

    static func read(_ changes: [SandboxChange]) async -> [FileFact] {
        var facts = changes.map(FileFact.init)
        var bytesLeft = bytesMax, filesLeft = filesMax
        // What is only counted comes last, and /etc is what people look at first.
        let order = changes.indices.sorted { rank(changes[$0].path) < rank(changes[$1].path) }
        for index in order where facts[index].contentChanged {
            let change = changes[index]
            for moment in [SandboxChange.Moment.before, .after] {
                let size = moment == .before ? change.bytesBefore : change.bytesAfter
                guard let size else { continue }
                let content: FileFact.Content
                if size > fileBytesMax {
                    content = .tooLarge
                } else if filesLeft == 0 || bytesLeft < Int(size) {
                    content = .leftOut
                } else {
                    let bytes = await SandboxNode.content(
                        of: change,
                        moment,
                        bytesMax: fileBytesMax
                    )
                    content = bytes.map { .bytes($0) } ?? .leftOut
                    bytesLeft -= bytes?.count ?? 0
                    filesLeft -= 1
                }
                if moment == .before {
                    facts[index].contentBefore = content
                } else {
                    facts[index].contentAfter = content
                }
            }
        }
        return facts
    }

    private static func rank(_ path: String) -> Int {
        if FileNoise.of(path) != nil { return 2 }
        return path.hasPrefix("/etc/") ? 0 : 1
    }
}

extension FileFact {
    fileprivate init(_ change: SandboxChange) {
        let kind: Change =
            switch change.kind {
            case .added: .added
            case .modified, .metadata: .modified
            case .deleted: .deleted
            }
        let type: FileType =
            switch change.type {
            case .file: .file
            case .directory: .directory
            case .symlink: .symlink
            case .other: .other
            }
        self.init(
            path: change.path,
            change: kind,
            type: type,
            contentChanged: change.kind != .metadata,
            bytesBefore: change.bytesBefore,
            bytesAfter: change.bytesAfter,
            before: change.before.map(Attributes.init),
            after: change.after.map(Attributes.init)
        )
    }
}

extension FileFact.Attributes {
    fileprivate init(_ attributes: SandboxChange.Attributes) {
        self.init(
            mode: attributes.mode,
            user: attributes.user,
            group: attributes.group,
            target: attributes.target
        )
    }
}
