// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Describes one step of preparing a sandbox, carried out in its new namespaces.
struct SandboxStep: Equatable, Sendable {
    /// The numbers of `enum aplomb_operation`.
    enum Operation: Int, Sendable {
        case mount = 1
        case detach, makeDirectory, makeDevice, link, write, changeDirectory, pivot, hostname
        case loopback, dropCapability, cgroupNamespace
    }

    var operation: Operation
    var source: String?
    var target: String?
    var type: String?
    var flags: UInt = 0
    var data: String?
    var isOptional = false

    /// Says what the step does, for an error.
    var summary: String {
        switch operation {
        case .mount where type == "overlay": "mount the overlay file system on \(target ?? "")"
        case .mount: "mount \(type ?? source ?? "") on \(target ?? "")"
        case .detach: "unmount \(target ?? "")"
        case .makeDirectory: "make the directory \(target ?? "")"
        case .makeDevice: "make the device \(target ?? "")"
        case .link: "make the link \(target ?? "")"
        case .write: "write \(target ?? "")"
        case .changeDirectory: "change to \(target ?? "")"
        case .pivot: "change the root directory"
        case .hostname: "set the host name"
        case .loopback: "bring the loopback interface up"
        case .dropCapability: "drop a capability"
        case .cgroupNamespace: "make a cgroup namespace"
        }
    }
}

/// Names mount flags as mount(2) does.
enum MountFlag {
    static let readOnly: UInt = 1
    static let noSetuid: UInt = 2
    static let noDevices: UInt = 4
    static let noExec: UInt = 8
    static let remount: UInt = 32
    static let bind: UInt = 4096
    static let recursive: UInt = 16384
    static let isPrivate: UInt = 1 << 18
}
