// SPDX-License-Identifier: Apache-2.0

/// What a program asks of its child `aplomb-git`: one line of JSON on the child's standard input.
struct HelperRequest: Codable, Sendable {
    enum Task: Codable, Sendable {
        case update(refs: [RefRequest])
        case push(commit: ObjectID, reference: String, expected: ObjectID?)
    }

    struct RefRequest: Codable, Sendable {
        /// The name as given; nil for the default branch.
        let name: String?
        let lastSeen: ObjectID?
    }

    enum Login: Codable, Sendable {
        case none
        case password(user: String, password: String)
        case sshAgent
        case sshKey(path: String, passphrase: String?)
    }

    enum HostKeys: String, Codable, Sendable {
        case none, known, onlyRSA
    }

    let task: Task
    /// The address, checked by `RepositoryLocation` on both sides.
    let url: String
    /// The bare repository to fetch into or push from.
    let repository: String
    let login: Login
    /// What is known of the SSH host: nothing, keys, or only keys of a kind that is not used.
    let hostKeys: HostKeys
    let certificateFile: String?
    let packBytesMax: Int
    let cpuSecondsMax: Int
}

/// What the child answers: any number of progress lines, then one result or failure.
enum HelperAnswer: Codable, Sendable {
    case progress(UInt64)
    case updated([RefResult])
    case pushed(PushResult)
    case failed(GitError)

    struct RefResult: Codable, Sendable {
        /// The full reference that the name stands for at the remote; nil for ids.
        let reference: String?
        let outcome: RefOutcome
    }

    enum PushResult: Codable, Sendable {
        case pushed
        case lostRace(ObjectID?)
        case rejected(String)
    }
}

/// Says what became of a name at a remote since it was last seen (F-05).
package enum RefOutcome: Hashable, Sendable, Codable {
    /// It stands for the same commit.
    case unchanged(ObjectID)
    /// It moved on; `from` is nil the first time.
    case advanced(from: ObjectID?, to: ObjectID)
    /// It stands for a commit that does not descend from the last one: a force push.
    case rewritten(from: ObjectID, to: ObjectID)
    /// It is not there any more.
    case gone(last: ObjectID)
    /// It is not there, and never was seen.
    case absent

    /// The commit that the name stands for now.
    package var commit: ObjectID? {
        switch self {
        case .unchanged(let id), .advanced(_, let id), .rewritten(_, let id): id
        case .gone, .absent: nil
        }
    }
}
