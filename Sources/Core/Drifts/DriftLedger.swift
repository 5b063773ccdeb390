// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import Planning

/// What is not as git says, since when, how often, and how it ended before.
///
/// *Shape*: a value that each reconcile advances; its file is one machine's memory, and what of it
/// changes state goes to the status branch as events.
package struct DriftLedger: Hashable, Sendable, Codable {
    /// One difference, over all the times that it was there.
    package struct Item: Hashable, Sendable, Codable {
        package var object: ObjectReference
        package var field: String
        package var inGit: String
        package var live: String
        package var cause: Cause
        package var severity: ComplianceSeverity
        /// By node where machines moved; else one under the empty name.
        package var marks: [String: Mark]
    }

    /// The times at which one node, or the object, was not as git says.
    package struct Mark: Hashable, Sendable, Codable {
        /// When the latest times began, oldest first, at most five.
        package var starts: [Timestamp]
        /// How often it began, ever.
        package var count: Int
        /// In how many looks it was seen, this time.
        package var seen: Int
        package var lastSeen: Timestamp
        /// `nil` while it lasts.
        package var end: End?
        /// Commands of ours that ran on the node while it moved, the newest last, at most five.
        package var touches: [NodeTouch]

        package var since: Timestamp { starts.last ?? lastSeen }

        /// Whether it comes and goes: it began three times within a day.
        package var isFlapping: Bool {
            let latest = starts.suffix(Self.flapsMin)
            guard latest.count == Self.flapsMin, let first = latest.first, let last = latest.last
            else { return false }
            return last.seconds - first.seconds <= Self.flapWindow
        }

        private static let flapsMin = 3
        private static let flapWindow: Int64 = 24 * 3600
        static let startsMax = 5
        static let touchesMax = 5
    }

    /// How a difference came to an end.
    package struct End: Hashable, Sendable, Codable {
        package enum Way: String, Sendable, Codable {
            /// A reconcile made it true again.
            case corrected = "Corrected"
            /// Git has it so now, or no longer at all.
            case git = "Git"
            /// It came to be as git says without us.
            case byItself = "ByItself"
        }

        package var at: Timestamp
        package var way: Way
    }

    package internal(set) var items: [String: Item] = [:]
    /// When the fleet was looked at last: what is new now has happened since.
    package internal(set) var lookedAt: Timestamp?
    /// Events that the status branch has not been told.
    package internal(set) var unpublished: [DriftEvent] = []

    package init() {}

    /// The marks of an item that last.
    package func open(_ id: String) -> [String: Mark] {
        (items[id]?.marks ?? [:]).filter { $0.value.end == nil }
    }

    /// Forgets the events, which the status branch has now.
    package mutating func forgetUnpublished() { unpublished = [] }
}
