// SPDX-License-Identifier: Apache-2.0
import SystemsManagerAPI
import Testing

@Suite("conformance of implementations of SystemsManager")
struct ConformanceTests {
    @Test("it behaves as the API says", arguments: Access.allCases, behaviours)
    func behaviour(access: Access, behaviour: Behaviour) async throws {
        let provider = try await Provider(access)
        try await behaviour.check(provider)
        try await provider.close()
    }

    @Test("nobody can tell the engine in process from the one behind HTTP, errors included")
    func transcripts() async throws {
        var transcripts: [[String]] = []
        for access in Access.allCases {
            let provider = try await Provider(access)
            for behaviour in behaviours { try await behaviour.check(provider) }
            transcripts.append(provider.transcript)
            try await provider.close()
        }
        #expect(transcripts[0].count > 60)
        for (one, other) in zip(transcripts[0], transcripts[1]) {
            // What is sealed on the wire is another text for the same place.
            guard !one.contains("\"NextToken\"") else { continue }
            #expect(one == other)
        }
        #expect(transcripts[0].count == transcripts[1].count)
    }

    @Test("every operation is tried by some behaviour")
    func coverage() async throws {
        let provider = try await Provider(.inProcess)
        for behaviour in behaviours { try await behaviour.check(provider) }
        let tried = Set(provider.transcript.map { String($0.prefix { $0 != " " }) })
        let missing = OperationCatalog.all.map { $0.operationName }.filter { !tried.contains($0) }
        #expect(
            Set(missing) == [
                "DeleteInventory", "DescribeInventoryDeletions", "GetInventorySchema",
                "RemoveTagsFromResource",
            ]
        )
        try await provider.close()
    }
}
