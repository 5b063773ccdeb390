// SPDX-License-Identifier: Apache-2.0
import Dispatch
import FoundationEssentials
import Glibc

/// The body of `aplomb-git`: does one network operation and ends.
///
/// libgit2 has no timeouts (F-04), so this process is made to be killed. It ends by itself when its
/// standard input ends, which is when its parent is gone.
package enum GitHelper {
    /// Reads the request, does it, writes the answer, and ends the process.
    package static func run() -> Never {
        _ = signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        guard let line = readRequest(),
            let request = try? JSONDecoder().decode(HelperRequest.self, from: Data(line))
        else {
            send(.failed(GitError(.helperFailed, "the request is malformed")))
            exit(64)
        }
        limitResources(request)
        watchParent()
        do throws(GitError) {
            send(try RemoteSession(request).perform())
            exit(0)
        } catch {
            send(.failed(error))
            exit(1)
        }
    }

    /// Writes one line; a parent that is gone ends the process.
    static func send(_ answer: HelperAnswer) {
        guard let data = try? JSONEncoder().encode(answer) else { _exit(70) }
        var bytes = Array(data)
        bytes.append(UInt8(ascii: "\n"))
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe write(1, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { _exit(70) }
            sent += count
        }
    }

    private static func readRequest() -> [UInt8]? {
        var line: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while line.count < 16 << 20 {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe read(0, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            line += chunk[..<count]
            if line.last == UInt8(ascii: "\n") { return line }
        }
        return nil
    }

    private static func watchParent() {
        DispatchQueue(label: "parent").async {
            var byte: UInt8 = 0
            while true {
                let count = unsafe read(0, &byte, 1)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { _exit(75) }
            }
        }
    }

    /// Bounds what a hostile server can make this process use (TH-07-a).
    private static func limitResources(_ request: HelperRequest) {
        let limits: [(__rlimit_resource, UInt)] = [
            (RLIMIT_CORE, 0),
            (RLIMIT_NOFILE, 256),
            (RLIMIT_CPU, UInt(request.cpuSecondsMax)),
            (RLIMIT_FSIZE, UInt(request.packBytesMax) + (64 << 20)),
            (RLIMIT_AS, 8 << 30),
        ]
        for (resource, most) in limits {
            var limit = rlimit(rlim_cur: most, rlim_max: most)
            unsafe setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        }
    }
}
