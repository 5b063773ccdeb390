// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Says which files of a machine are looked at.
package struct FileScope: Sendable, Hashable {
    /// A folder, or one file.
    ///
    /// `$NAME` and `${NAME}` stand for the agent's environment.
    package var path: String
    /// Globs of file names; none means all.
    package var pattern: [String]
    package var recursive: Bool
    package var dirScanLimit: Int

    package init(
        path: String,
        pattern: [String] = [],
        recursive: Bool = false,
        dirScanLimit: Int = 5000
    ) {
        self.path = path
        self.pattern = pattern
        self.recursive = recursive
        self.dirScanLimit = dirScanLimit
    }
}

/// Walks declared folders: in order of names, within limits that are said when they are met.
///
/// Links to folders are never followed, so there are no loops; links to files only when they are
/// relative and stay below the declared folder. Other file systems below are walked as well.
struct FileWalk {
    struct Limits {
        var files = 500
        var folders = 5000
        /// As deep as a path can be, and the stack allows.
        var depth = 64
    }

    struct Found {
        var path: String
        var folder: String
        var name: String
        var status: HostFileStatus
    }

    /// A folder by how it is reached: its declared root, and the bytes from there on.
    private struct Place {
        let root: HostFolder
        var path: String
        var below: [UInt8] = []
        var depth = 0

        func path(of name: String) -> String { (path == "/" ? "" : path) + "/" + name }

        func folder(_ name: [UInt8]) -> Place {
            var inner = self
            inner.path = path(of: String(decoding: name, as: UTF8.self))
            inner.below += name + [UInt8(ascii: "/")]
            inner.depth += 1
            return inner
        }
    }

    private let context: GatherContext
    private let limits: Limits
    private let visit: (Found, Descriptor) -> Void
    private var files = 0
    private var folders = 0
    private(set) var remarks: [String] = []
    private var unreadable: [String] = []
    private var isFull = false

    init(
        _ context: GatherContext,
        limits: Limits = Limits(),
        visit: @escaping (Found, Descriptor) -> Void
    ) {
        self.context = context
        self.limits = limits
        self.visit = visit
    }

    /// Visits what the scopes name, in their order.
    ///
    /// *Errors*: `invalid` for a path that is none. What is not there is no error.
    mutating func walk(_ scopes: [FileScope]) throws(HostError) {
        for scope in scopes {
            let path = try Self.expand(scope.path)
            guard path.hasPrefix("/"), !path.utf8.contains(0) else {
                throw HostError(.invalid, "'\(scope.path)' is not an absolute path")
            }
            let globs = scope.pattern.map(GlobPattern.init)
            var scanned = 0
            do throws(HostError) {
                let folder = try HostFolder(context.files, path)
                try walk(folder, Place(root: folder, path: path), scope, globs, &scanned)
            } catch  where error.code == .notFound {
                try visitFile(at: path)
            } catch {
                note(error)
            }
        }
        if let first = unreadable.first {
            let more = unreadable.count == 1 ? "" : " (and \(unreadable.count - 1) more)"
            remarks.append(first + more)
        }
    }

    /// A declared path that is a file: its folder is opened, so that the same rules hold.
    private mutating func visitFile(at path: String) throws(HostError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.index(before: path.endIndex)
        else { return }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        do throws(HostError) {
            let folder = try HostFolder(context.files, parent)
            let name = Array(path[path.index(after: slash)...].utf8)
            take(name, in: Place(root: folder, path: parent))
        } catch  where error.code == .notFound {
            return
        }
    }

    private mutating func walk(
        _ folder: HostFolder,
        _ place: Place,
        _ scope: FileScope,
        _ globs: [GlobPattern],
        _ scanned: inout Int
    ) throws(HostError) {
        folders += 1
        scanned += 1
        var inner: [[UInt8]] = []
        for entry in try folder.entries() where !isFull {
            let type = entry.type ?? folder.status(entry.name)?.type
            switch type {
            case .directory: inner.append(entry.name)
            case .file, .symlink:
                guard globs.isEmpty || globs.contains(where: { $0.matches(entry.name) }) else {
                    continue
                }
                take(entry.name, in: place)
            case .other, nil: break
            }
        }
        guard scope.recursive else { return }
        for name in inner where !isFull {
            guard folders < limits.folders, scanned < scope.dirScanLimit else {
                stop("only \(scanned) folders below \(scope.path) were scanned: the limit is met")
                return
            }
            let inner = place.folder(name)
            guard inner.depth <= limits.depth else {
                unreadable.append("\(inner.path) is too deep")
                continue
            }
            do throws(HostError) {
                try walk(try folder.folder(name), inner, scope, globs, &scanned)
            } catch {
                note(error)
            }
        }
    }

    private mutating func take(_ name: [UInt8], in place: Place) {
        guard !isFull else { return }
        let text = String(decoding: name, as: UTF8.self)
        do throws(HostError) {
            let (file, status) = try place.root.file(place.below + name)
            guard files < limits.files else {
                stop("only \(limits.files) files are listed: the limit is met")
                return
            }
            files += 1
            visit(
                Found(
                    path: place.path(of: text),
                    folder: place.path,
                    name: text,
                    status: status
                ),
                file
            )
        } catch
            where error.code == .invalid || error.code == .notFound || error.number == EXDEV
            || error.number == ELOOP
        {
            // A device, a link out of the folder, to nowhere or to itself: none of our files.
        } catch {
            note(error)
        }
    }

    private mutating func stop(_ why: String) {
        if !isFull { remarks.append(why) }
        isFull = true
    }

    private mutating func note(_ error: HostError) {
        if unreadable.count < 1000 { unreadable.append(error.message) }
    }

    /// Fills in variables of the environment that the agent gives to what it runs.
    static func expand(_ path: String) throws(HostError) -> String {
        var result = ""
        var rest = path[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            if isBraced { rest = rest.dropFirst() }
            let name = rest.prefix { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
            rest = rest[name.endIndex...]
            if isBraced { rest = rest.dropFirst() }
            guard let value = ProcessRequest.baseEnvironment[String(name)] else {
                throw HostError(.invalid, "'\(path)': there is no variable \(name)")
            }
            result += value
        }
        return result + rest
    }
}
