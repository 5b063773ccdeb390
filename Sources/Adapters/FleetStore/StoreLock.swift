// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The claim of one process to be the only writer of a store.
///
/// Invariant: at most one writer per file, which alone checkpoints. SQLite before 3.51.3 can damage
/// a WAL database when two connections checkpoint at once (reliability F-10).
///
/// A record lock (`fcntl`) and not `flock`: children inherit the latter, so that a supervisor that
/// outlives its parent would keep the store locked. Record locks do not exclude within a process,
/// for which there is the registry.
struct StoreLock: ~Copyable {
    private struct FileIdentity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    private static let held = Mutex<Set<FileIdentity>>([])

    private let descriptor: Int32
    private let identity: FileIdentity
    /// The last writer closed the store in an orderly way, or there was none.
    let wasClean: Bool

    /// Takes the lock.
    ///
    /// *Errors*: `StoreLocked` naming the holder, `StoreCannotOpen`.
    init(path: String) throws(StoreError) {
        let attempt = Self.held.withLock { held -> Result<(Int32, FileIdentity), StoreError> in
            // Closing any descriptor of the file drops the process's lock: look before opening.
            if let identity = Self.identity(path: path), held.contains(identity) {
                return .failure(Self.locked(path, by: "this process"))
            }
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else {
                let reason = String(cString: strerror(errno)).lowercased()
                return .failure(
                    StoreError(.cannotOpen, "cannot open the lock file \(path): \(reason)")
                )
            }
            guard let identity = Self.identity(descriptor: descriptor), Self.take(descriptor) else {
                let holder = Self.holder(descriptor)
                close(descriptor)
                return .failure(Self.locked(path, by: holder))
            }
            held.insert(identity)
            return .success((descriptor, identity))
        }
        (descriptor, identity) = try attempt.get()
        let text = Self.content(descriptor)
        wasClean = text.isEmpty || text.hasPrefix("closed")
        Self.write("process \(getpid())\n", to: descriptor)
    }

    /// Notes that the store was closed in an orderly way and gives it up.
    consuming func release() {
        Self.write("closed by process \(getpid())\n", to: descriptor)
    }

    deinit {
        // Order: while the descriptor is open, nobody may believe the file to be free.
        let (descriptor, identity) = (self.descriptor, self.identity)
        Self.held.withLock { held in
            close(descriptor)
            held.remove(identity)
        }
    }

    private static func locked(_ path: String, by holder: String) -> StoreError {
        StoreError(
            .locked,
            "the store is in use by \(holder) (lock file \(path))",
            context: ["holder": holder]
        )
    }

    private static func take(_ descriptor: Int32) -> Bool {
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        return fcntl(descriptor, F_SETLK, &request) == 0
    }

    private static func holder(_ descriptor: Int32) -> String {
        var request = flock()
        request.l_type = Int16(F_WRLCK)
        request.l_whence = Int16(SEEK_SET)
        // The kernel's word is truer than the file's, except across pid namespaces.
        if fcntl(descriptor, F_GETLK, &request) == 0, request.l_pid > 0 {
            return "process \(request.l_pid)"
        }
        let text = content(descriptor).prefix { $0 != "\n" }
        return text.isEmpty ? "another process" : String(text)
    }

    private static func content(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        ftruncate(descriptor, 0)
        // A lost note only makes the next start look twice.
        _ = pwrite(descriptor, bytes, bytes.count, 0)
    }

    private static func identity(path: String) -> FileIdentity? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    private static func identity(descriptor: Int32) -> FileIdentity? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }
}
