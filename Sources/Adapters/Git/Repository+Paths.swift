// SPDX-License-Identifier: Apache-2.0

extension Repository {
    /// Lists the paths of everything but folders below a folder of a commit, and does not look into
    /// the folders excepted.
    ///
    /// For replacing what lies there: nothing is checked, unlike in a snapshot, and what no edit
    /// could name is left out. *Shape*: none when there is no such folder; at most `entriesMax`.
    /// *Errors*: `.badPath`, `.badCommit`, `.corrupt`.
    package func paths(
        under folder: String,
        of commit: ObjectID,
        except excepted: Set<String>,
        entriesMax: Int
    ) throws(GitError) -> [String] {
        let components = try PathRules.components(folder, allowsRoot: true)
        guard let start = try folderTree(components, in: tree(of: commit)) else { return [] }
        var paths: [String] = []
        var pending = [(tree: start, path: components.joined(separator: "/"))]
        while let next = pending.popLast(), paths.count < entriesMax {
            let tree = try objects.tree(next.tree)
            for entry in tree.entries {
                let path = TreeWalk.join(next.path, tree.text(entry))
                guard !excepted.contains(path),
                    (try? PathRules.components(path, allowsRoot: false)) != nil
                else { continue }
                if entry.isFolder {
                    pending.append((tree.id(entry), path))
                } else {
                    paths.append(path)
                }
            }
        }
        return paths
    }
}
