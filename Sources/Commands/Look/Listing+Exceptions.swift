// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Planning

/// The exceptions that git declares, with what they do now.
extension Listing {
    static func exceptions(_ plan: Plan) -> Listing {
        Listing(
            titles: ["NAME", "STATE", "EXPIRES", "OWNER", "NODES", "IGNORED", "EFFECT", "REASON"],
            items: plan.exceptions.map { exception in
                ListedItem(
                    name: exception.name,
                    columns: [
                        exception.name, exception.state.words, exception.expiryWords,
                        exception.owner,
                        exception.nodesWords,
                        "\(exception.ignored.count)", exception.message, exception.reason,
                    ],
                    value: exception
                )
            }
        )
    }
}

extension PlannedException.State {
    fileprivate var words: String {
        switch self {
        case .inForce: "in force"
        case .lapsing: "lapses soon"
        case .lapsed: "lapsed"
        }
    }
}
