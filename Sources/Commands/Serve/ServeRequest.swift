// SPDX-License-Identifier: Apache-2.0
package import FleetModel
package import SystemPackage

/// What the composition root is told to serve.
package struct ServeRequest: Sendable {
    /// A fleet whose hosted nodes belong to the server.
    package struct Fleet: Sendable {
        package var desired: DesiredState
        package var ownership: Ownership
    }

    package var fleets: [Fleet]
    package var stateDirectory: FilePath
    package var host: String
    package var port: Int
    package var tls: TLS?
    /// Whether other machines may reach a listener without TLS.
    package var allowsInsecure: Bool
    /// What a server writes about itself into its lock.
    package var holder: String
    /// Told the port and the number of nodes once requests are answered.
    package var ready: @Sendable (_ port: Int, _ nodes: Int) -> Void
    /// Told of a request that failed in the server.
    package var report: @Sendable (_ message: String) -> Void

    package struct TLS: Sendable {
        package var certificateChain: FilePath
        package var privateKey: FilePath
    }
}

/// Serves until its task is cancelled; the executable knows what.
package typealias Server = @Sendable (ServeRequest) async throws -> Void
