// SPDX-License-Identifier: Apache-2.0

/// Remembers which packs a mirror had when it was last in good order.
///
/// libgit2 overlooks a pack that has vanished: the tip may still be there while what it stands on
/// is not, and a fetch would promise the server objects that are gone. Nothing but a rebuild takes
/// packs away from a mirror, so a missing or shorter one means damage (F-07).
enum PackLedger {
    private static let name = "/aplomb-packs"
    private static let sizeMax = 8 << 20

    /// Compares the packs with the ledger, and deletes halves of packs that it does not list.
    ///
    /// *Errors*: `.corrupt`.
    static func check(_ mirror: String) throws(GitError) {
        let folder = mirror + "/objects/pack"
        var listed: Set<String> = []
        let text = Files.read(mirror + name, bytesMax: sizeMax)
        for line in String(decoding: text ?? [], as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 2, let size = Int(fields[0]), !fields[1].contains("/") else {
                throw GitError(.corrupt, "the list of the mirror's packs is damaged")
            }
            let pack = String(fields[1])
            guard Files.size(folder + "/" + pack) == size else {
                throw GitError(.corrupt, "the mirror's pack '\(pack)' is missing or cut short")
            }
            listed.insert(pack)
        }
        // The child writes an index before its pack: a kill between the two leaves the index.
        let names = Set(packs(in: folder))
        for name in names where !listed.contains(name) {
            let isIndex = name.hasSuffix(".idx")
            let other = String(name.dropLast(isIndex ? 4 : 5)) + (isIndex ? ".pack" : ".idx")
            if !names.contains(other) { Files.delete(folder + "/" + name) }
        }
    }

    /// Writes down the packs that are there now.
    static func record(_ mirror: String) throws(GitError) {
        let folder = mirror + "/objects/pack"
        var text = ""
        for name in packs(in: folder).sorted() {
            if let size = Files.size(folder + "/" + name) { text += "\(size) \(name)\n" }
        }
        let old = Files.read(mirror + name, bytesMax: sizeMax)
        if old != Array(text.utf8) { try Files.write(mirror + name, text) }
    }

    private static func packs(in folder: String) -> [String] {
        Files.names(in: folder).filter { $0.hasSuffix(".pack") || $0.hasSuffix(".idx") }
    }
}
