// SPDX-License-Identifier: Apache-2.0

/// The plugins that Command documents may name, and what becomes of each here.
///
/// *Source*: the plugin table of the agent of AWS, per platform.
enum PluginCatalogue {
    enum Handling: Hashable, Sendable {
        case runs
        /// Never run, because the work is done by other means; reported as Skipped.
        case replaced(String)
        case needsAWS(String)
    }

    struct Plugin: Hashable, Sendable {
        var platforms: Set<String>
        var handling: Handling
    }

    static let runShellScript = "aws:runShellScript"
    static let softwareInventory = "aws:softwareInventory"

    static func plugin(_ action: String) -> Plugin? { plugins[action] }

    static var names: [String] { plugins.keys.sorted() }

    /// Actions of runbooks, which people put into Command documents by mistake.
    static func isAutomationAction(_ action: String) -> Bool { automationActions.contains(action) }

    private static let all: Set<String> = ["Linux", "Windows", "MacOS"]
    private static let notMac: Set<String> = ["Linux", "Windows"]
    private static let windows: Set<String> = ["Windows"]

    private static let plugins: [String: Plugin] = [
        runShellScript: Plugin(platforms: ["Linux", "MacOS"], handling: .runs),
        "aws:runPowerShellScript": Plugin(
            platforms: all,
            handling: .needsAWS("PowerShell scripts are not run here")
        ),
        "aws:configurePackage": Plugin(
            platforms: all,
            handling: .needsAWS("Distributor packages are kept by AWS")
        ),
        softwareInventory: Plugin(
            platforms: all,
            handling: .runs
        ),
        "aws:refreshAssociation": Plugin(
            platforms: all,
            handling: .needsAWS("associations are started through the API here")
        ),
        "aws:updateSsmAgent": Plugin(
            platforms: all,
            handling: .replaced("this engine's agent is updated together with it")
        ),
        "aws:runDocument": Plugin(
            platforms: notMac,
            handling: .needsAWS("documents within documents are not run here")
        ),
        "aws:downloadContent": Plugin(
            platforms: notMac,
            handling: .needsAWS("content is not downloaded here")
        ),
        "aws:runDockerAction": Plugin(
            platforms: notMac,
            handling: .needsAWS("container actions are not run here")
        ),
        "aws:configureDocker": Plugin(
            platforms: notMac,
            handling: .needsAWS("container engines are not installed here")
        ),
        "aws:domainJoin": Plugin(
            platforms: notMac,
            handling: .needsAWS("the directory service belongs to AWS")
        ),
        "aws:applications": Plugin(
            platforms: windows,
            handling: .needsAWS("Windows applications are not managed here")
        ),
        "aws:psModule": Plugin(
            platforms: windows,
            handling: .needsAWS("PowerShell modules are not managed here")
        ),
        "aws:cloudWatch": Plugin(
            platforms: windows,
            handling: .needsAWS("the plugin is retired")
        ),
        "aws:updateAgent": Plugin(
            platforms: windows,
            handling: .needsAWS("the plugin is retired")
        ),
        "aws:configureDaemon": Plugin(
            platforms: all,
            handling: .needsAWS("the plugin is internal to AWS")
        ),
    ]

    private static let automationActions: Set<String> = [
        "aws:approve", "aws:assertAwsResourceProperty", "aws:branch",
        "aws:changeInstanceState", "aws:copyImage", "aws:createImage", "aws:createStack",
        "aws:createTags", "aws:deleteImage", "aws:deleteStack", "aws:executeAutomation",
        "aws:executeAwsApi", "aws:executeScript", "aws:executeStateMachine",
        "aws:invokeLambdaFunction", "aws:invokeWebhook", "aws:loop", "aws:pause",
        "aws:runCommand", "aws:runInstances", "aws:sleep", "aws:updateVariable",
        "aws:waitForAwsResourceProperty",
    ]
}
