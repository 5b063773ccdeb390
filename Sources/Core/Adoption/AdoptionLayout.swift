// SPDX-License-Identifier: Apache-2.0
import Planning

/// Where an adoption writes what; paths are relative to the repository's root.
package enum AdoptionLayout: Hashable, Sendable {
    /// A file per object, in a folder per kind: a later adoption adds files and changes none.
    case folder(String)
    /// One file of manifests; documents are files of their own in a folder beside it.
    case file(String)

    /// The path of an object's file; documents end in `extension`.
    func path(of object: ObjectReference, extension ending: String = "yaml") -> String {
        switch self {
        case .folder(let folder):
            return join(folder, "\(object.kind.folder)/\(object.name).\(ending)")
        case .file(let file):
            guard object.kind == .document else { return file }
            let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ""
            return join(folder, "\(object.kind.folder)/\(object.name).\(ending)")
        }
    }

    private func join(_ folder: String, _ path: String) -> String {
        folder.isEmpty ? path : "\(folder)/\(path)"
    }
}

extension ObjectReference.Kind {
    fileprivate var folder: String {
        switch self {
        case .node: "nodes"
        case .group: "groups"
        case .document: "documents"
        case .association: "associations"
        case .policy: "policies"
        }
    }
}
