// SPDX-License-Identifier: Apache-2.0
import Diagnostics
import FleetModel
import PositionedYAML

/// What the `Fleet` says of objects that it does not manage.
extension Resolver {
    /// Whether others may refer to an object that no manifest declares.
    func isIgnored(_ kind: ManifestKind, _ name: String) -> Bool { isIgnored(kind.rawValue, name) }

    func isIgnored(_ kind: String, _ name: String) -> Bool {
        settings?.fleet.ownership[kind: kind, name: name] == .ignored
    }

    mutating func checkOwnership() {
        guard let rules = settings?.ownership else { return }
        var seen: [String: SourceRange] = [:]
        for mode in [ObjectOwnership.observed, .ignored] {
            for item in rules[mode.rawValue]?.sequence ?? [] {
                guard let text = item.text, let (kind, name) = ObjectName.split(text) else {
                    continue
                }
                if let first = seen[text] {
                    report(
                        .duplicateObject,
                        "'\(text)' is named twice",
                        at: item.range,
                        hint: "an object is observed or ignored, and once",
                        notes: [.init("the first is here", at: first)]
                    )
                    continue
                }
                seen[text] = item.range
                check(mode, kind, name, at: item.range)
            }
        }
        checkRemedies()
    }

    private mutating func check(
        _ mode: ObjectOwnership,
        _ kind: String,
        _ name: String,
        at range: SourceRange
    ) {
        if mode == .observed, !table.has(kind, name) {
            reportMissing(
                "there is no \(kind) '\(name)' in git to compare with",
                name,
                among: table.names(of: kind),
                at: range,
                otherwise: "declare it, or move it to 'ignored', which needs no manifest"
            )
        }
        guard kind == ManifestKind.resourceGroup.rawValue,
            let group = table.groups.first(where: { $0.name == name }),
            group.selection.tagQuery == nil
        else { return }
        report(
            .unknownValue,
            "no provider has the ResourceGroup '\(name)': inventory or other groups make it",
            at: range,
            hint: "remove it here; what is worked out in Aplomb has no other owner"
        )
    }

    /// A remedy that is never run is none.
    private mutating func checkRemedies() {
        for declared in table.policies {
            guard let name = declared.policy.remedyAssociation,
                let rules = settings?.fleet.ownership,
                rules[kind: ManifestKind.association.rawValue, name: name] != .managed
            else { continue }
            report(
                .notActedUpon,
                "the Association '\(name)' is not managed by this fleet, which never runs it",
                at: declared.place("spec.remedy.association"),
                hint: "take it out of 'ownership' of the Fleet, or leave the remedy out"
            )
        }
    }
}
