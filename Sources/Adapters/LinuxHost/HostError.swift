// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Says what could not be done on a machine, and what would have to change for it.
package struct HostError: Error, Sendable, CustomStringConvertible {
    /// Names a class of failures; unknown codes are data.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        /// The rights for it are missing (root, or a capability).
        package static let notPermitted = Code(rawValue: "notPermitted")
        /// The kernel, or the container around us, does not offer it.
        package static let notSupported = Code(rawValue: "notSupported")
        /// A file or program is not there.
        package static let notFound = Code(rawValue: "notFound")
        /// Somebody else uses it now.
        package static let busy = Code(rawValue: "busy")
        /// Disk, inodes, memory, processes or descriptors are used up.
        package static let exhausted = Code(rawValue: "exhausted")
        /// An argument cannot be used as it is.
        package static let invalid = Code(rawValue: "invalid")
        /// The sandbox is not running any more.
        package static let gone = Code(rawValue: "gone")
        /// It did not happen within its deadline.
        package static let timedOut = Code(rawValue: "timedOut")
        /// Any other failed system call.
        package static let failed = Code(rawValue: "failed")
    }

    package let code: Code
    /// Lower case, names the thing, without the cause.
    package let message: String
    /// What to do about it, where that is known.
    package let remedy: String?
    /// The `errno` of the system call that failed, or 0.
    package let number: Int32

    package init(_ code: Code, _ message: String, remedy: String? = nil, number: Int32 = 0) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.number = number
    }

    /// Makes an error of a failed system call; the code follows from `errno`.
    init(errno number: Int32, _ message: String, remedy: String? = nil) {
        self.init(
            Self.code(of: number),
            "\(message): \(Self.text(of: number))",
            remedy: remedy,
            number: number
        )
    }

    /// One line: the message, then the remedy.
    package var description: String {
        guard let remedy else { return message }
        return "\(message); \(remedy)"
    }

    static func text(of number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text).lowercased()
    }

    private static func code(of number: Int32) -> Code {
        switch number {
        case EPERM, EACCES: .notPermitted
        case ENOSYS, EOPNOTSUPP, ENODEV: .notSupported
        case ENOENT, ENOTDIR: .notFound
        case EBUSY, ETXTBSY: .busy
        case ENOSPC, EDQUOT, ENOMEM, EMFILE, ENFILE, EAGAIN: .exhausted
        case EINVAL, ENAMETOOLONG, E2BIG: .invalid
        case ESRCH: .gone
        case ETIMEDOUT: .timedOut
        default: .failed
        }
    }
}
