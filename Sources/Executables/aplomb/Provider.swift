// SPDX-License-Identifier: Apache-2.0
import AWSSystemsManager
import Commands
import Controller
import FleetModel
import Foundation
import SystemsManagerAPI

/// Opens the provider that a fleet asks for.
enum Provider {
    static func open(
        _ request: ProviderSession.Request,
        variables: [String: String]
    ) async throws -> ProviderSession {
        switch request.desired.fleet.provider {
        case .local: return try await LocalProvider.open(request)
        case .server(let url): return try remote(url, variables)
        case .aws(let region, _):
            throw CommandError(
                .failed,
                "this version reconciles with 'local' and 'server' only, not with AWS in \(region)",
                hint: "'provider: {server: {url: …}}' is a server of 'aplomb serve'"
            )
        }
    }

    /// A server of Aplomb; its nodes are its own, so that nothing is hosted here.
    private static func remote(
        _ url: String,
        _ variables: [String: String]
    ) throws -> ProviderSession {
        let chain = CredentialsChain(variables: variables)
        let client: AWSClient
        do {
            client = try AWSClient(
                AWSClient.Configuration(
                    url: url,
                    region: chain.region,
                    credentials: try chain.credentials(),
                    trustedCertificates: variables["AWS_CA_BUNDLE"].flatMap {
                        $0.isEmpty ? nil : $0
                    },
                    now: { Timestamp(Date()) },
                    makeUUID: { UUID().uuidString.lowercased() },
                    pause: { try? await Task.sleep(for: $0) },
                    jitter: { Double.random(in: 0..<1) }
                )
            )
        } catch let failure as CredentialsChain.Failure {
            throw CommandError(.notAuthorised, failure.message, hint: failure.hint)
        }
        return ProviderSession(
            manager: client,
            refreshInventory: { nodes, types in
                guard !nodes.isEmpty else { return }
                _ = try? await client.perform(
                    RefreshInventory(instanceIds: nodes, typeNames: types.sorted())
                )
            },
            close: { await client.close() }
        )
    }
}
