// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension KindDefinition {
    static let policy = KindDefinition(
        kind: .policy,
        summary: "What must be true of the inventory of every node in a group.",
        nameRule: .name,
        spec: [
            Field(
                "description",
                .text(.any),
                example: "\"No remote shell on web servers.\"",
                "What it is for."
            ),
            Field("owner", .text(.any), example: "\"security@example.org\"", "Whom to ask."),
            Field("targets", targets, required: true, example: "[{group: web}]", "Where it holds."),
            Field(
                "complianceSeverity",
                severity,
                default: "UNSPECIFIED",
                example: "CRITICAL",
                "How much it matters when a node does not comply."
            ),
            Field(
                "enforcement",
                .choice(DesiredPolicy.Enforcement.allCases.map(\.rawValue)),
                default: "report",
                example: "remediate",
                "What is done about a node that does not comply."
            ),
            Field(
                "expect",
                .list(
                    .exactlyOne([
                        Field("none", inventory, example: inventoryExample, "No entry matches."),
                        Field("any", inventory, example: inventoryExample, "An entry matches."),
                        Field("all", inventory, example: inventoryExample, "Every entry matches."),
                    ]),
                    atLeast: 1
                ),
                required: true,
                example: "[{none: \(inventoryExample)}]",
                "What must be true."
            ),
            Field(
                "remedy",
                .exactlyOne([
                    Field("association", .text(.associationName), example: "close-ssh", "Run it."),
                    Field("document", .text(.documentReference), example: "close-ssh", "Run it."),
                    Field("runbook", .text(.documentReference), example: "close-ssh", "Run it."),
                ]),
                example: "{association: close-ssh}",
                "What makes a node comply."
            ),
            Field(
                "maxAttempts",
                .integer(1...100),
                default: "3",
                example: "3",
                "How often the remedy is tried on a node before people are asked."
            ),
            Field(
                "maxConcurrency",
                .rateBound(atLeast: 1),
                default: "50",
                example: "10%",
                "How many nodes run a remedy's document at once."
            ),
            Field(
                "maxErrors",
                .rateBound(atLeast: 0),
                default: "0",
                example: "1",
                "How many nodes may fail in a remedy's document before it is sent to no more."
            ),
        ],
        isSpecRequired: true
    )

    private static let inventoryExample = "{type: \"AWS:Application\", where: 'Name = \"sudo\"'}"
    private static let inventory = FieldType.object([
        Field(
            "type",
            .text(.inventoryType),
            required: true,
            example: "\"AWS:Application\"",
            "The inventory type."
        ),
        Field(
            "where",
            .text(.nonEmpty),
            example: "'Name = \"sudo\"'",
            "Which entries count, as an expression; times may be compared with now: NotAfter < now + 14d."
        ),
    ])
}
