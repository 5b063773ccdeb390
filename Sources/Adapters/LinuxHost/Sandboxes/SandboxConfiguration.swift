// SPDX-License-Identifier: Apache-2.0

/// Describes a sandbox node.
package struct SandboxConfiguration: Sendable, Equatable {
    package enum Network: String, Sendable, Equatable {
        /// Only a loopback interface (the default).
        case isolated
        /// The host's network, without the right to change it.
        case host
    }

    package enum InitSystem: String, Sendable, Equatable {
        /// A small process that reaps; ready in milliseconds (the default).
        case none
        /// systemd boots as PID 1: services, targets and reboots are real.
        case systemd
    }

    package enum Durability: String, Sendable, Equatable {
        /// What is written survives a crash of the machine (the default).
        case durable
        /// Syncs are skipped, which makes installing packages much faster. After a crash of the
        /// machine the upper layer is worthless; for sandboxes that are thrown away.
        case untilReboot
    }

    /// Names what lies below a sandbox.
    package enum Base: Sendable, Equatable {
        /// The machine as it is (the default).
        case machine
        /// Another sandbox of this machine, which must not run meanwhile: it is only read.
        case sandbox(name: String, stateDirectory: String)
    }

    package enum Identity: Sendable, Equatable {
        /// A host name and a machine id of its own (the default).
        case own
        /// Those of its base.
        case inherited(hostName: String)
    }

    /// Also the host name, unless that is inherited: letters, digits, "-" and ".", at most 63
    /// characters.
    package var name: String
    package var network: Network
    package var initSystem: InitSystem
    package var durability: Durability
    /// How long systemd may take to boot.
    package var bootTimeout: Duration
    package var base: Base
    package var identity: Identity
    /// Directories that are empty and closed inside, besides the state directory.
    package var masks: [String]

    package init(
        name: String,
        network: Network = .isolated,
        initSystem: InitSystem = .none,
        durability: Durability = .durable,
        bootTimeout: Duration = .seconds(60),
        base: Base = .machine,
        identity: Identity = .own,
        masks: [String] = []
    ) {
        self.name = name
        self.network = network
        self.initSystem = initSystem
        self.durability = durability
        self.bootTimeout = bootTimeout
        self.base = base
        self.identity = identity
        self.masks = masks
    }

    var hostName: String {
        switch identity {
        case .own: name
        case .inherited(let hostName): hostName
        }
    }

    /// Refuses names that are no host names (and so no file names either).
    static func validate(name: String) throws(HostError) {
        let isAlphanumeric: (UInt8) -> Bool = {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
        }
        let bytes = Array(name.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63,
            isAlphanumeric(first), isAlphanumeric(last),
            bytes.allSatisfy({ isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E })
        else {
            throw HostError(
                .invalid,
                "\"\(name)\" cannot be the name of a sandbox",
                remedy: "use at most 63 letters, digits, \"-\" and \".\""
            )
        }
    }
}
