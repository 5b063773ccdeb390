// SPDX-License-Identifier: Apache-2.0
import Controller
import Diagnostics
import Git
import SystemsManagerAPI

/// A failure as the user sees it: what, why, what to try, and the exit status that goes with it.
package struct CommandError: Error, Sendable, CustomStringConvertible {
    package var status: ExitStatus
    package var message: String
    package var hint: String?

    package init(_ status: ExitStatus = .failed, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    package var description: String { message }

    /// Puts any error into the user's terms.
    ///
    /// Hints are made here and nowhere below.
    package init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as GitError:
            self.init(Self.status(of: error), error.explanation, hint: error.hint)
        case let error as FleetLock.Held:
            self.init(
                .notRun,
                error.description,
                hint: "it ends by itself; nothing was done, and a run from cron may ignore this"
            )
        case let error as SystemsManagerError:
            self.init(
                error.isAccessError ? .notAuthorised : .failed,
                "the provider answered \(error)"
            )
        case let error as ReconcileError:
            let status: ExitStatus =
                error.code == .suspended ? .notRun : error.isRefusal ? .refused : .failed
            self.init(status, error.message, hint: error.hint)
        case is CancellationError: self.init(.interrupted, "interrupted")
        default: self.init(.failed, "\(error)")
        }
    }

    private static func status(of error: GitError) -> ExitStatus {
        switch error.code {
        case .authenticationFailed, .hostKeyUnknown, .hostKeyMismatch, .certificateRejected:
            .notAuthorised
        case .diverged, .gone: .refused
        default: .failed
        }
    }
}

extension SystemsManagerError {
    /// Whether the caller may not do this, or is not known.
    ///
    /// *Source*: the common errors of AWS's APIs.
    fileprivate var isAccessError: Bool {
        [
            "AccessDeniedException", "UnrecognizedClientException", "InvalidSignatureException",
            "ExpiredTokenException", "MissingAuthenticationTokenException",
        ].contains(code.rawValue)
    }
}
