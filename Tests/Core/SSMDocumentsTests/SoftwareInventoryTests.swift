// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import SSMDocuments
import Testing

@Suite("aws:softwareInventory")
struct SoftwareInventoryTests {
    private func inventory(
        _ parameters: [String: [String]] = [:],
        of document: Document? = nil
    ) throws -> SoftwareInventory {
        let builtIn = try #require(BuiltInDocuments.named("AWS-GatherSoftwareInventory"))
        let steps = try (document ?? load(builtIn.content)).resolved(parameters)
        guard steps.count == 1, case .softwareInventory(let inventory) = steps[0].action else {
            throw DocumentError("TEST", "the step does not collect: \(steps)")
        }
        return inventory
    }

    @Test("AWS-GatherSoftwareInventory collects everything but files, which must be named")
    func defaults() throws {
        let builtIn = try #require(BuiltInDocuments.named("AWS-GatherSoftwareInventory"))
        #expect(builtIn.documentType == "Policy")
        #expect(try load(builtIn.content).support == .supported)
        #expect(
            try inventory()
                == SoftwareInventory(
                    parts: SoftwareInventory.Part.allCases,
                    certificates: [],
                    kernelParameters: []
                )
        )
    }

    @Test("parameters say what is collected, as Systems Manager has them")
    func parameters() throws {
        let filled = try inventory([
            "applications": ["Disabled"], "aplombUsers": ["Disabled"],
            "aplombCertificates": ["Disabled"],
            "aplombKernelParameters": ["vm.swappiness, kernel.hostname\n"],
            "customInventoryDirectory": ["/srv/inventory"],
            "aplombCustomInventoryCommand": ["facts | jq '.$x'"],
            "files": [
                #"[{"Path":"/etc","Pattern":["*.conf","a b"],"Recursive":true,"DirScanLimit":9}]"#
            ],
            "aplombFileContents": [#"[{"Path":"$HOME/.x"}]"#],
        ])
        #expect(!filled.parts.contains(.applications) && !filled.parts.contains(.aplombUsers))
        #expect(filled.parts.contains(.services) && filled.certificates == nil)
        #expect(filled.kernelParameters == ["vm.swappiness", "kernel.hostname"])
        #expect(filled.customInventoryDirectory == "/srv/inventory")
        #expect(filled.customInventoryCommand == "facts | jq '.$x'")
        #expect(
            filled.files == [
                FileSelection(
                    path: "/etc",
                    pattern: ["*.conf", "a b"],
                    recursive: true,
                    dirScanLimit: 9
                )
            ]
        )
        #expect(filled.fileContents == [FileSelection(path: "$HOME/.x")])
    }

    @Test(
        "BI-038: files that are no such JSON are refused with the reason",
        arguments: [
            ("{", "no JSON list"), ("{}", "no JSON list"), ("[7]", "no object with a Path"),
            (#"[{"Pattern":["*"]}]"#, "Path"), (#"[{"Path":""}]"#, "Path"),
            (#"[{"Path":"/a","Path":"/b"}]"#, "no JSON list"),
            (#"[{"Path":"/a","DirScanLimit":0}]"#, "positive"),
            (#"[{"Path":"/a","Recursive":"yes"}]"#, "'Recursive' is not understood"),
            (#"[{"Path":"/a","Depth":1}]"#, "'Depth' is not understood"),
        ]
    )
    func mistakes(text: String, why: String) throws {
        let error = #expect(throws: DocumentError.self) { try inventory(["files": [text]]) }
        #expect(error?.code == .invalidParameters)
        #expect(error?.message.contains(why) == true, "\(error?.message ?? "")")
    }

    @Test("what stands in a document is checked with it")
    func document() throws {
        let text = """
            schemaVersion: "2.0"
            mainSteps:
              - action: aws:softwareInventory
                name: a
                inputs: {applications: Enabled, application: Enabled, files: '[1]'}
            """
        let found = diagnose(text)
        #expect(found.map(\.severity) == [.warning, .error])
        #expect(found.first?.hint == "did you mean 'applications'?")
        #expect(found.last?.message.contains("no object with a Path") == true)
    }
}
