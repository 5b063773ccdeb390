// SPDX-License-Identifier: Apache-2.0
import FleetModel

extension KindDefinition {
    static let exception = KindDefinition(
        kind: .exception,
        summary: "What is otherwise than the rules say, for a bounded time; it lapses by itself.",
        nameRule: .name,
        spec: [
            Field(
                "reason",
                .text(.sentence),
                required: true,
                example: "\"Storage migration, ticket OPS-1234\"",
                "Why; every report repeats it."
            ),
            Field(
                "owner",
                .text(.sentence),
                required: true,
                example: "kim@example.com",
                "Whom to ask."
            ),
            Field(
                "expires",
                .text(.expiry),
                required: true,
                example: "\"2026-12-24\"",
                "When it lapses: at the end of a day in UTC, or at a time of RFC 3339."
            ),
            Field(
                "suspend",
                .object(suspension),
                example: "{targets: [{nodes: [db-1]}]}",
                "What does not run, and is not changed."
            ),
            Field(
                "ignore",
                .object(
                    ignorance,
                    choice: FieldChoice(fields: ["policies", "objects"], isRequired: true)
                ),
                example: "{policies: [ssh-closed]}",
                "What may differ from git without being a finding."
            ),
            Field(
                "allow",
                .object([
                    Field(
                        "limits",
                        .object(limits),
                        required: true,
                        example: "{changedNodes: 100%}",
                        "Limits of the Fleet that are higher until then."
                    )
                ]),
                example: "{limits: {changedNodes: 100%}}",
                "What one plan may do beyond the limits of the Fleet."
            ),
        ],
        choice: FieldChoice(fields: ["suspend", "ignore", "allow"], isRequired: true),
        isSpecRequired: true
    )

    private static let suspension: [Field] = [
        Field("targets", targets, example: "[{nodes: [db-1]}]", "Nodes on which nothing runs."),
        Field(
            "associations",
            .list(.text(.associationName), atLeast: 1),
            example: "[web-motd]",
            "Associations that neither run nor change."
        ),
        Field(
            "fleet",
            .boolean,
            example: "true",
            "Whether nothing of the fleet is reconciled, which excludes the other two."
        ),
    ]

    private static let ignorance: [Field] = [
        Field(
            "policies",
            .list(.text(.name), atLeast: 1),
            example: "[ssh-closed]",
            "Policies that may be broken."
        ),
        Field(
            "targets",
            targets,
            example: "[{group: legacy}]",
            "Where the policies may be broken; without it, wherever they hold."
        ),
        Field(
            "objects",
            .list(
                .object([
                    Field(
                        "kind",
                        .choice(DesiredException.Object.Kind.allCases.map(\.rawValue)),
                        required: true,
                        example: "Association",
                        "The kind of the object."
                    ),
                    Field(
                        "name",
                        .text(.nonEmpty),
                        required: true,
                        example: "web-motd",
                        "Its name."
                    ),
                    Field(
                        "fields",
                        .list(.text(.nonEmpty), atLeast: 1),
                        example: "[spec.maxErrors]",
                        "Paths, each with all below it; without it, every field."
                    ),
                ]),
                atLeast: 1
            ),
            example: "[{kind: Association, name: web-motd, fields: [spec.maxErrors]}]",
            "Objects whose fields keep what the provider has."
        ),
    ]
}
