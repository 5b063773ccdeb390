// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// What is to be done about an object that is ours and that git declares.
enum Disposition: Hashable {
    case leave
    /// It is as git says, and its tags do not tell so.
    case record
    case change(Cause)
    /// Someone changed it behind git's back, and the fleet only reports drift.
    case report
}

extension PlanningInput {
    /// Decides what to do with an object.
    ///
    /// *Shape*: `digest` is that of the desired form; the object's tags hold that of what we applied
    /// last, and the difference tells a change in git from one behind its back. An object that is
    /// the same only because an exception `ignores` differences has not been applied as it is.
    func disposition(
        isSame: Bool,
        digest: ContentDigest,
        tags: [String: String],
        ignores: Bool = false
    ) -> Disposition {
        let applied = tags[Ownership.TagKey.digest]
        if isSame { return applied == digest.rawValue || ignores ? .leave : .record }
        guard let applied else { return .change(.unknown) }
        if digest.rawValue != applied { return .change(.git) }
        return desired.fleet.driftMode == .correct ? .change(.external) : .report
    }
}
