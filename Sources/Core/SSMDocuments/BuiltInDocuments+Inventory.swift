// SPDX-License-Identifier: Apache-2.0

extension BuiltInDocuments {
    /// Parameters of AWS's document under their names, and our own, which begin with `aplomb`.
    static let gatherSoftwareInventory = """
        schemaVersion: "2.0"
        description: Collects inventory of a node.
        parameters:
          applications:
            type: String
            description: Whether installed applications are collected.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          awsComponents:
            type: String
            description: Whether agents and drivers of AWS, and the agent of Aplomb, are collected.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          networkConfig:
            type: String
            description: Whether the network configuration is collected.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          instanceDetailedInformation:
            type: String
            description: Whether processors and kernel are collected.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          services:
            type: String
            description: Whether services are collected. Here also those of Linux.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          customInventory:
            type: String
            description: Whether types from files of the node are collected.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          customInventoryDirectory:
            type: String
            description: Another folder of files with custom types.
            default: ""
          files:
            type: String
            description: What AWS:File covers, as a JSON list of objects with Path, Pattern, Recursive, DirScanLimit.
            default: ""
            displayType: textarea
          billingInfo:
            type: String
            description: Only for instances of AWS; has no effect here.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          windowsRoles:
            type: String
            description: Only for Windows; has no effect on Linux.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          windowsUpdates:
            type: String
            description: Only for Windows; has no effect on Linux.
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          windowsRegistry:
            type: String
            description: Only for Windows; has no effect on Linux.
            default: ""
            displayType: textarea
          aplombListeningSockets:
            type: String
            description: Aplomb only. Whether listening sockets are collected (Custom:ListeningSocket).
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          aplombUsers:
            type: String
            description: Aplomb only. Whether local accounts are collected (Custom:User and Custom:UserGroup).
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          aplombKernelModules:
            type: String
            description: Aplomb only. Whether loaded modules are collected (Custom:KernelModule).
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          aplombScheduledJobs:
            type: String
            description: Aplomb only. Whether cron jobs and timers are collected (Custom:ScheduledJob).
            default: "Enabled"
            allowedValues: [Enabled, Disabled]
          aplombKernelParameters:
            type: String
            description: Aplomb only. Enabled for a default set, Disabled, or names such as vm.swappiness (Custom:KernelParameter).
            default: "Enabled"
          aplombCertificates:
            type: String
            description: Aplomb only. Enabled for the well-known places, Disabled, or a JSON list as for files (Custom:Certificate).
            default: "Enabled"
          aplombFileContents:
            type: String
            description: Aplomb only. What Custom:FileContent covers, with a SHA-256 each; a JSON list as for files.
            default: ""
            displayType: textarea
          aplombCustomInventoryCommand:
            type: String
            description: Aplomb only. A shell command that prints custom types as JSON, within 30 seconds and 1 MiB.
            default: ""
        mainSteps:
          - action: aws:softwareInventory
            name: collectSoftwareInventoryItems
            inputs:
              applications: "{{ applications }}"
              awsComponents: "{{ awsComponents }}"
              networkConfig: "{{ networkConfig }}"
              instanceDetailedInformation: "{{ instanceDetailedInformation }}"
              services: "{{ services }}"
              customInventory: "{{ customInventory }}"
              customInventoryDirectory: "{{ customInventoryDirectory }}"
              files: "{{ files }}"
              billingInfo: "{{ billingInfo }}"
              windowsRoles: "{{ windowsRoles }}"
              windowsUpdates: "{{ windowsUpdates }}"
              windowsRegistry: "{{ windowsRegistry }}"
              aplombListeningSockets: "{{ aplombListeningSockets }}"
              aplombUsers: "{{ aplombUsers }}"
              aplombKernelModules: "{{ aplombKernelModules }}"
              aplombScheduledJobs: "{{ aplombScheduledJobs }}"
              aplombKernelParameters: "{{ aplombKernelParameters }}"
              aplombCertificates: "{{ aplombCertificates }}"
              aplombFileContents: "{{ aplombFileContents }}"
              aplombCustomInventoryCommand: "{{ aplombCustomInventoryCommand }}"

        """
}
