// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import InventoryQueries
import Manifests
import TestSupport
import Testing

@Suite struct GroupTests {
    /// Loads the sound fleet with more groups, whose specs are given by name.
    private static func load(_ specs: [(name: String, spec: String)]) -> (LoadResult, MarkedText) {
        let text = specs.map { name, spec in
            "apiVersion: aplomb/v1\nkind: ResourceGroup\nmetadata: {name: \(name)}\nspec: \(spec)\n"
        }.joined(separator: "---\n")
        let marked = MarkedText(text)
        return (SoundFleet.load(with: ["prod/more.yaml": marked.text]), marked)
    }

    @Test("every way to make a group is read")
    func selections() throws {
        let (result, _) = Self.load([
            ("a", "{union: [web, b]}"), ("b", "{intersection: [web]}"),
            ("c", "{difference: {from: web, minus: [b]}}"),
            ("d", "{sample: {of: web, size: 10%}}"),
            ("e", "{sample: {of: web, size: 3, seed: x}}"),
            (
                "f",
                "{query: {inventory: ['AWS:Application.Name = \"vim\"'], not: {inventory: [Custom:Mine]}}}"
            ),
        ])
        #expect(result.diagnostics.isEmpty, "\(result.diagnostics)")
        let groups = try #require(result.desired).groups.filter { $0.name.count == 1 }
        let texts = groups.map { "\($0.name) \($0.selection)" }
        #expect(
            groups.map(\.selection.groups) == [
                ["web", "b"], ["web"], ["web", "b"], ["web"], ["web"], [],
            ]
        )
        #expect(
            texts.contains { $0.contains("seed: \"d\"") }
                && texts.contains { $0.contains("seed: \"x\"") }
        )
        #expect(
            groups.last?.selection.inventoryQueries.map(\.description) == [
                #"AWS:Application where Name = "vim""#, "Custom:Mine",
            ]
        )
        #expect(groups.allSatisfy { $0.selection.tagQuery == nil })
    }

    @Test(
        "mistakes are named where they are",
        arguments: [
            (
                "BAD_EXPRESSION", "{query: {inventory: ['①AWS:Application.Nmae = \"vim\"']}}",
                "did you mean 'Name'?"
            ),
            (
                "BAD_EXPRESSION", "{query: {inventory: ['AWS:Application.Name ①\"vim\"']}}",
                "comparisons are"
            ),
            ("BAD_EXPRESSION", "{query: {not: {inventory: [①just words]}}}", "begin with one"),
            (
                "BAD_EXPRESSION",
                "{query: {inventory: ['Custom:Certificate.NotAfter < now + ①14']}}",
                "spans of time end in"
            ),
            ("REF_NOT_FOUND", "{union: [①wbe]}", "did you mean 'web'?"),
            ("REF_CYCLE", "{union: [web, ①x]}", "cannot be a part of itself"),
            ("MISSING_FIELD", "①{description: none}", "for example {query: {tags: {Role: [web]}}}"),
            (
                "CONFLICTING_FIELDS", "{union: [web], ①sample: {of: web, size: 1}}",
                "keep one of them"
            ),
        ]
    )
    func mistakes(code: String, spec: String, hint: String) throws {
        let (result, marked) = Self.load([("x", spec)])
        let found = try #require(result.diagnostics.first)
        #expect(result.desired == nil && result.diagnostics.count == 1, "\(result.diagnostics)")
        #expect(found.code.rawValue == code)
        #expect(found.hint?.contains(hint) == true, "\(found)")
        let start = found.range.start
        #expect(marked.places == ["\(start.line):\(start.column)"], "\(found)")
    }

    @Test("BI-040 groups made of each other are one mistake, whatever their number")
    func cycle() {
        let (result, _) = Self.load([
            ("a", "{union: [b]}"), ("b", "{intersection: [c, web]}"), ("c", "{union: [a]}"),
            ("d", "{union: [a]}"),
        ])
        let cycles = result.diagnostics.filter { $0.code.rawValue == "REF_CYCLE" }
        #expect(cycles.map(\.message) == ["groups are made of each other: a → b → c → a"])
    }
}
