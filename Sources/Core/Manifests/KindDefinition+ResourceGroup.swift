// SPDX-License-Identifier: Apache-2.0

extension KindDefinition {
    private static let groupNames = FieldType.list(.text(.name), atLeast: 1)

    private static let queryExample =
        "['AWS:Application.Name = \"openssl\" and Version < \"3.0.15\"']"

    static let resourceGroup = KindDefinition(
        kind: .resourceGroup,
        summary: "A named set of nodes.",
        nameRule: .name,
        spec: [
            Field(
                "description",
                .text(.any),
                example: "\"Serves the shop.\"",
                "What it is for."
            ),
            Field(
                "query",
                .object(query),
                example: "{tags: {Role: [web]}}",
                "Which nodes belong to it, by their tags and inventory."
            ),
            Field("union", groupNames, example: "[web, db]", "The members of any of the groups."),
            Field(
                "intersection",
                groupNames,
                example: "[web, europe]",
                "The members of all of the groups."
            ),
            Field(
                "difference",
                .object([
                    Field("from", .text(.name), required: true, example: "web", "The group."),
                    Field(
                        "minus",
                        groupNames,
                        required: true,
                        example: "[frozen]",
                        "Groups whose members are out."
                    ),
                ]),
                example: "{from: web, minus: [frozen]}",
                "The members of a group that are in none of the others."
            ),
            Field(
                "sample",
                .object([
                    Field("of", .text(.name), required: true, example: "web", "The group."),
                    Field(
                        "size",
                        .rateBound(atLeast: 1),
                        required: true,
                        example: "10%",
                        "How many of its members: a number or a share, of which at least one."
                    ),
                    Field(
                        "seed",
                        .text(.nonEmpty),
                        default: "the name of the group",
                        example: "canary-2026",
                        "Another seed draws other members; the same draws the same."
                    ),
                ]),
                example: "{of: web, size: 10%}",
                "A part of a group that is the same each time."
            ),
        ],
        choice: FieldChoice(
            fields: ["query", "union", "intersection", "difference", "sample"],
            isRequired: true
        ),
        isSpecRequired: true
    )

    private static let inventoryQueries = FieldType.list(.text(.nonEmpty), atLeast: 0)

    private static let query: [Field] = [
        Field(
            "tags",
            tagQuery,
            default: "{}",
            example: "{Role: [web]}",
            "AND between keys, OR between values; [] is any value."
        ),
        Field(
            "inventory",
            inventoryQueries,
            default: "[]",
            example: queryExample,
            "What a node's inventory must have an entry of; each must hold."
        ),
        Field(
            "not",
            .object([
                Field(
                    "tags",
                    tagQuery,
                    default: "{}",
                    example: "{Frozen: []}",
                    "A node that matches any of these is out."
                ),
                Field(
                    "inventory",
                    inventoryQueries,
                    default: "[]",
                    example: queryExample,
                    "A node with an entry of any of these is out."
                ),
            ]),
            example: "{tags: {Frozen: []}}",
            "What takes a node out."
        ),
    ]
}
