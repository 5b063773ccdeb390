// SPDX-License-Identifier: Apache-2.0
import FleetModel
import SystemsManagerAPI
import Testing

@testable import AWSWire

@Suite struct Speed {
    @Test func speed() throws {
        let nodes = (0..<10_000).map { n in
            InstanceInformation(instanceId: NodeID("mi-\(n)"), name: "node-\(n)", computerName: "c", pingStatus: "Online", lastPingDateTime: Timestamp(seconds: 1), agentVersion: "1", platformType: "Linux", platformName: "D", platformVersion: "12", iPAddress: "1.2.3.4", registrationDate: Timestamp(seconds: 2), tags: [Tag(key: "a", value: "b"), Tag(key: "c", value: "d")])
        }
        let cohorts = [AssociationTargetCohort(associationId: "a", associationVersion: 1, executionId: "e", status: .success, detailedStatus: "Success", executedAt: Timestamp(seconds: 1), interruptions: 0, instanceIds: (0..<200_000).map { NodeID("mi-\($0)") })]
        let clock = ContinuousClock()
        for (name, value) in [("nodes", 0), ("ids", 1)] {
            var json = JSONValue.null
            var bytes: [UInt8] = []
            let a = try clock.measure { json = value == 0 ? try WireEncoding.encode(DescribeInstanceInformationResponse(instanceInformationList: nodes)) : try WireEncoding.encode(ListAssociationTargetStatusesResponse(cohorts: cohorts)) }
            let b = clock.measure { bytes = json.bytes }
            let c = try clock.measure { json = try JSONValue(parsing: bytes) }
            let d = try clock.measure { if value == 0 { _ = try WireDecoding.decode(DescribeInstanceInformationResponse.self, from: json, unknown: .ignore) } else { _ = try WireDecoding.decode(ListAssociationTargetStatusesResponse.self, from: json, unknown: .ignore) } }
            print("SPEED", name, bytes.count, "encode", a, "write", b, "parse", c, "decode", d)
        }
    }
}
