// SPDX-License-Identifier: Apache-2.0

/// Reads `AWS:AWSComponent`: our agent, AWS's programs among the packages, and AWS's drivers.
enum ComponentReader {
    /// *Source*: the packages that AWS publishes for Linux.
    static let packages: Set<String> = [
        "amazon-cloudwatch-agent", "amazon-ec2-net-utils", "amazon-ec2-utils", "amazon-efs-utils",
        "amazon-ssm-agent", "aws-amitools-ec2", "aws-apitools-as", "aws-apitools-common",
        "aws-apitools-ec2", "aws-apitools-elb", "aws-apitools-mon", "aws-cfn-bootstrap",
        "aws-cli", "aws-kinesis-agent", "awscli", "awscli-2", "awslogs", "ec2-instance-connect",
        "ec2-net-utils", "ecs-init",
    ]
    private static let drivers = ["efa", "ena", "ixgbevf"]

    static func entries(
        applications: [[String: String]],
        agentVersion: String,
        _ context: GatherContext
    ) -> [[String: String]] {
        var entries = applications.filter { packages.contains($0["Name"] ?? "") }
        let names = InventoryKind.component.attributes
        entries = entries.map { entry in entry.filter { names.contains($0.key) } }
        entries.append(
            InventoryItem.entry([
                ("Name", "aplomb-agent"), ("ApplicationType", "agent"), ("Publisher", "Aplomb"),
                ("Version", agentVersion),
            ])
        )
        for driver in drivers {
            guard let version = context.word("/sys/module/\(driver)/version") else { continue }
            entries.append(
                InventoryItem.entry([
                    ("Name", driver), ("ApplicationType", "driver"), ("Publisher", "Amazon"),
                    ("Version", version),
                ])
            )
        }
        return entries
    }
}
