// SPDX-License-Identifier: Apache-2.0
import FleetModel

/// The definitions of all kinds: what a manifest may say, in one place.
///
/// The checker refuses what is not here, and the JSON Schema is printed from here.
extension KindDefinition {
    static let all: [KindDefinition] = [
        fleet, node, resourceGroup, association, policy, exception,
    ]

    static func of(_ kind: ManifestKind) -> KindDefinition {
        switch kind {
        case .fleet: fleet
        case .node: node
        case .resourceGroup: resourceGroup
        case .association: association
        case .policy: policy
        case .exception: exception
        }
    }

    private static let tags = FieldType.map(keys: .tagKey, values: .text(.tagValue))
    static let tagQuery = FieldType.map(
        keys: .tagKey,
        values: .list(.text(.tagValue), atLeast: 0)
    )

    static let targets = FieldType.list(
        .exactlyOne([
            Field("group", .text(.name), example: "web", "The nodes of a resource group."),
            Field(
                "nodes",
                .list(.text(.name), atLeast: 1),
                example: "[web-1, web-2]",
                "Nodes by name."
            ),
            Field(
                "tags",
                tagQuery,
                example: "{Role: [web]}",
                "Nodes by tag: AND between keys, OR between values; [] is any value."
            ),
        ]),
        atLeast: 1
    )

    static let severity = FieldType.choice(ComplianceSeverity.allCases.map(\.rawValue))

    static let limits: [Field] = [
        Field(
            "changedNodes",
            .rateBound(atLeast: 0),
            example: "50%",
            "The most nodes that one plan may change."
        ),
        Field(
            "prunedObjects",
            .integer(0...1_000_000),
            example: "5",
            "The most objects that one plan may delete."
        ),
        Field(
            "worstCaseBrokenNodes",
            .rateBound(atLeast: 0),
            example: "2",
            "The most nodes that could break at worst."
        ),
    ]

    static let fleet = KindDefinition(
        kind: .fleet,
        summary: "The folder that holds it is reconciled as a unit, with these settings.",
        nameRule: .name,
        spec: [
            Field(
                "provider",
                .exactlyOne([
                    Field(
                        "local",
                        .object([]),
                        example: "{}",
                        "The engine within this process, on this machine."
                    ),
                    Field(
                        "server",
                        .object([
                            Field(
                                "url",
                                .text(.url),
                                required: true,
                                example: "\"https://aplomb.example:8443\"",
                                "Its address."
                            )
                        ]),
                        example: "{url: \"https://aplomb.example:8443\"}",
                        "A server of Aplomb."
                    ),
                    Field(
                        "aws",
                        .object([
                            Field(
                                "region",
                                .text(.nonEmpty),
                                required: true,
                                example: "eu-central-1",
                                "The region."
                            ),
                            Field(
                                "profile",
                                .text(.nonEmpty),
                                example: "ops",
                                "The profile of the AWS configuration that holds the credentials."
                            ),
                        ]),
                        example: "{region: eu-central-1, profile: ops}",
                        "AWS Systems Manager."
                    ),
                ]),
                default: "{local: {}}",
                example: "{local: {}}",
                "Who runs things on nodes."
            ),
            Field(
                "resources",
                .list(.text(.path), atLeast: 0),
                default: "[]",
                example: "[../../base]",
                "Shared folders of the same repository."
            ),
            Field(
                "patches",
                .list(.patch, atLeast: 0),
                default: "[]",
                example: "[{kind: Association, metadata: {name: web-motd}, spec: {maxErrors: 1}}]",
                "Changes to objects of the fleet: mappings merge, lists replace, null deletes."
            ),
            Field(
                "interval",
                .duration(10...604_800),
                default: "5m",
                example: "5m",
                "How often the fleet is looked at."
            ),
            Field(
                "prune",
                .boolean,
                required: true,
                example: "true",
                "Whether objects are deleted that this fleet owned and git no longer declares."
            ),
            Field(
                "drift",
                .object([
                    Field(
                        "mode",
                        .choice(DesiredFleet.DriftMode.allCases.map(\.rawValue)),
                        default: "report",
                        example: "correct",
                        "What is done about drift."
                    )
                ]),
                default: "{mode: report}",
                example: "{mode: correct}",
                "What moved away from git."
            ),
            Field(
                "limits",
                .object(limits),
                default: "{}",
                example: "{changedNodes: 50%}",
                "What one plan may do at most; a plan beyond is refused."
            ),
            Field(
                "status",
                .object([
                    Field(
                        "branch",
                        .text(.branch),
                        default: "aplomb/status",
                        example: "aplomb/status",
                        "The branch that holds the reports."
                    ),
                    Field(
                        "nodes",
                        .choice(DesiredFleet.Status.Nodes.allCases.map(\.rawValue)),
                        default: "failing",
                        example: "failing",
                        "Which nodes get a file."
                    ),
                ]),
                default: "{branch: aplomb/status, nodes: failing}",
                example: "{nodes: all}",
                "Where the state is reported."
            ),
            Field(
                "ownership",
                .object([
                    Field(
                        "observed",
                        .list(.text(.objectReference), atLeast: 0),
                        default: "[]",
                        example: "[Association/vendor-agent]",
                        "Declared objects that are compared and reported, and never changed or run."
                    ),
                    Field(
                        "ignored",
                        .list(.text(.objectReference), atLeast: 0),
                        default: "[]",
                        example: "[Document/vendor-hardening]",
                        "Objects that are left alone, declared or not; others may refer to them."
                    ),
                ]),
                default: "{}",
                example: "{observed: [Association/vendor-agent]}",
                "Objects that this fleet does not manage; all others it does."
            ),
        ],
        isSpecRequired: true
    )

    static let node = KindDefinition(
        kind: .node,
        summary: "A node of the fleet and its tags.",
        nameRule: .name,
        spec: [
            Field("tags", tags, default: "{}", example: "{Role: web, Env: prod}", "Its tags."),
            Field("local", .object([]), example: "{}", "The machine on which Aplomb runs."),
            Field(
                "sandbox",
                .object([
                    Field(
                        "network",
                        .choice(DesiredNode.Sandbox.Network.allCases.map(\.rawValue)),
                        default: "none",
                        example: "host",
                        "Whether it shares the network of the machine."
                    ),
                    Field(
                        "init",
                        .choice(DesiredNode.Sandbox.Initializer.allCases.map(\.rawValue)),
                        default: "none",
                        example: "systemd",
                        "What runs as its first process."
                    ),
                ]),
                example: "{}",
                "A copy-on-write clone of the machine on which Aplomb runs."
            ),
        ],
        choice: FieldChoice(fields: ["local", "sandbox"], isRequired: false),
        isSpecRequired: false
    )

    static let association = KindDefinition(
        kind: .association,
        summary: "What runs on which nodes, when, and how carefully.",
        nameRule: .associationName,
        spec: [
            Field(
                "document",
                .text(.documentReference),
                required: true,
                example: "motd",
                "A document of this repository, by file name, or of the provider."
            ),
            Field(
                "parameters",
                .map(keys: .nonEmpty, values: .parameterValue),
                default: "{}",
                example: "{message: hello}",
                "Values for the document's parameters."
            ),
            Field("targets", targets, required: true, example: "[{group: web}]", "Where it runs."),
            Field(
                "scheduleExpression",
                .text(.schedule),
                example: "rate(30 minutes)",
                "When it runs again, in UTC; without one it runs when it changes."
            ),
            Field(
                "maxConcurrency",
                .rateBound(atLeast: 1),
                default: "50",
                example: "10%",
                "How many nodes run it at once."
            ),
            Field(
                "maxErrors",
                .rateBound(atLeast: 0),
                default: "0",
                example: "1",
                "How many nodes may fail before it is sent to no more."
            ),
            Field(
                "complianceSeverity",
                severity,
                default: "UNSPECIFIED",
                example: "MEDIUM",
                "How much it matters when a node does not comply."
            ),
            Field(
                "dependsOn",
                .list(.text(.associationName), atLeast: 0),
                default: "[]",
                example: "[base-packages]",
                "Associations that must have succeeded before."
            ),
            Field(
                "driftDetection",
                .object([
                    Field(
                        "rehearse",
                        .text(.rate),
                        required: true,
                        example: "rate(1 day)",
                        "How often a clone of each node that it ran on says what it would change."
                    )
                ]),
                example: "{rehearse: rate(1 day)}",
                "How it is found out that a node is no longer what it made of it."
            ),
        ],
        isSpecRequired: true
    )
}
