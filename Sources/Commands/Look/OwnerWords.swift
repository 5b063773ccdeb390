// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning

/// Whose an object is, in the words of `get` and `describe`.
struct OwnerWords {
    /// What the provider brings along.
    static let provider = "provider"

    private let fleet: DesiredFleet
    private let owner: Ownership?

    init(_ fleet: DesiredFleet, _ owner: Ownership?) {
        self.fleet = fleet
        self.owner = owner
    }

    /// The tags of something that is this fleet's.
    var ownTags: [String: String] {
        owner?.tags(path: "", commit: "", digest: ContentDigest(rawValue: "")) ?? [:]
    }

    /// `managed`, `observed`, `ignored`, `unowned`, or `fleet` with the name of another one.
    func of(
        _ kind: ObjectReference.Kind,
        _ name: String,
        _ tags: [String: String]
    ) -> String {
        let mode = fleet.mode(of: ObjectReference(kind, name))
        guard mode == .managed else { return mode.rawValue }
        guard let other = Ownership(tags: tags) else { return "unowned" }
        return other == owner ? mode.rawValue : "fleet \(other.fleet)"
    }
}
