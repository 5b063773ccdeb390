// SPDX-License-Identifier: Apache-2.0
import Adoption
import FoundationEssentials
import SystemPackage

/// The files of an adoption on disk: new ones only.
enum AdoptionFiles {
    /// Gives up the objects whose files are there already, whatever is in them.
    static func refuseExisting(_ draft: inout AdoptionDraft, in folder: FilePath) {
        for file in draft.files where exists(file.path, in: folder) {
            for object in draft.objects(in: file.path) {
                draft.refuse(object, ["the file '\(file.path)' exists, and is not overwritten"])
            }
        }
    }

    private static func exists(_ path: String, in folder: FilePath) -> Bool {
        let place = folder.pushing(FilePath(path)).string
        // A dangling link is there, too.
        return FileManager.default.fileExists(atPath: place)
            || (try? FileManager.default.destinationOfSymbolicLink(atPath: place)) != nil
    }

    /// Writes all of them or none.
    ///
    /// *Errors*: `unwritable`, for the first that cannot be written.
    static func write(_ files: [AdoptedFile], to folder: FilePath) throws(ReconcileError) {
        var written: [String] = []
        for file in files {
            let place = folder.pushing(FilePath(file.path))
            do {
                try FileManager.default.createDirectory(
                    atPath: place.removingLastComponent().string,
                    withIntermediateDirectories: true
                )
                try Data(file.text.utf8).write(
                    to: URL(filePath: place.string),
                    options: .withoutOverwriting
                )
                written.append(place.string)
            } catch {
                for path in written { try? FileManager.default.removeItem(atPath: path) }
                throw ReconcileError(
                    .unwritable,
                    "cannot write '\(file.path)': \(error)",
                    hint: "nothing was written"
                )
            }
        }
    }
}
