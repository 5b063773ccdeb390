// SPDX-License-Identifier: Apache-2.0
import CLibgit2

/// Reads and writes raw objects of one repository.
///
/// Not an actor and not sendable: it lives inside a `Repository`.
struct ObjectStore: ~Copyable {
    private let odb: Owned

    /// Opens the object database of a repository.
    init(repository: borrowing Owned) throws(GitError) {
        let pointer = unsafe repository.raw
        odb = try unsafe Owned.make("cannot open the object database", free: git_odb_free) {
            unsafe git_repository_odb($0, pointer)
        }
    }

    /// Reads kind and size without inflating the object.
    func header(_ id: ObjectID) throws(GitError) -> (kind: git_object_t, size: Int) {
        var size = 0
        var kind = GIT_OBJECT_INVALID
        var oid = id.oid
        let code = unsafe git_odb_read_header(&size, &kind, odb.raw, &oid)
        try Self.check(code, id)
        return (kind, size)
    }

    /// Reads an object of a given kind, if it is no larger than the limit.
    ///
    /// *Errors*: `.corrupt` when it is missing, damaged or of another kind; `.fileTooLarge`, from
    /// the header.
    func read(_ id: ObjectID, _ kind: git_object_t, bytesMax: Int) throws(GitError) -> [UInt8] {
        let header = try header(id)
        guard header.kind == kind else {
            throw GitError(.corrupt, "the object \(id.short) is of the wrong type")
        }
        guard header.size <= bytesMax else {
            throw GitError(
                .fileTooLarge,
                "the object \(id.short) has \(header.size) bytes, more than \(bytesMax)"
            )
        }
        var oid = id.oid
        var object: OpaquePointer?
        let code = unsafe git_odb_read(&object, odb.raw, &oid)
        try Self.check(code, id)
        let owned = try unsafe Self.take(object, id)
        let count = unsafe git_odb_object_size(owned.raw)
        guard count == header.size, let data = unsafe git_odb_object_data(owned.raw) else {
            if header.size == 0 { return [] }
            throw GitError(.corrupt, "the object \(id.short) has another size than its header says")
        }
        return unsafe Array(UnsafeRawBufferPointer(start: data, count: count))
    }

    private static func take(
        _ object: OpaquePointer?,
        _ id: ObjectID
    ) throws(GitError) -> Owned {
        guard let object = unsafe object else {
            throw GitError(.corrupt, "the object \(id.short) cannot be read")
        }
        return unsafe Owned(object, git_odb_object_free)
    }

    /// Reads and parses a tree.
    ///
    /// *Errors*: `.corrupt`.
    func tree(_ id: ObjectID) throws(GitError) -> RawTree {
        let bytes = try read(id, GIT_OBJECT_TREE, bytesMax: 64 << 20)
        guard let tree = RawTree(bytes) else {
            throw GitError(.corrupt, "the tree \(id.short) is malformed")
        }
        return tree
    }

    /// Tells whether an object is there, without looking for new packs.
    func contains(_ id: ObjectID) -> Bool {
        var oid = id.oid
        return unsafe git_odb_exists_ext(odb.raw, &oid, GIT_ODB_LOOKUP_NO_REFRESH.rawValue) == 1
    }

    /// Writes one loose object, synced to disk.
    ///
    /// *Errors*: `.storage`.
    func write(_ bytes: [UInt8], _ kind: git_object_t) throws(GitError) -> ObjectID {
        var oid = git_oid()
        let code = unsafe bytes.withUnsafeBytes { data in
            unsafe git_odb_write(&oid, odb.raw, data.baseAddress, data.count, kind)
        }
        guard code >= 0 else {
            throw Self.storage(Libgit2.failure(code, "cannot write an object"))
        }
        return ObjectID(oid)
    }

    /// Computes the id of an object without writing it.
    static func id(of bytes: [UInt8], _ kind: git_object_t) throws(GitError) -> ObjectID {
        var oid = git_oid()
        let code = unsafe bytes.withUnsafeBytes { data in
            unsafe git_odb_hash(&oid, data.baseAddress, data.count, kind)
        }
        try Libgit2.check(code, "cannot hash an object")
        return ObjectID(oid)
    }

    private static func check(_ code: Int32, _ id: ObjectID) throws(GitError) {
        guard code < 0 else { return }
        let failure = Libgit2.failure(code, "cannot read the object \(id.short)")
        throw GitError(
            .corrupt,
            code == GIT_ENOTFOUND.rawValue
                ? "the object \(id.short) is missing" : "the object \(id.short) is damaged",
            underlying: failure.underlying
        )
    }

    private static func storage(_ error: GitError) -> GitError {
        GitError(
            .storage,
            error.message,
            hint: "check the free space and the rights",
            underlying: error.underlying
        )
    }
}
