// SPDX-License-Identifier: Apache-2.0

/// What the process tells its caller: a contract, printed by `aplomb help exit-codes`.
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
    package var rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    /// Done or in sync, changes or not, so that cron stays quiet.
    package static let success = ExitStatus(rawValue: 0)
    /// The work could not be done, or is not known to be right.
    package static let failed = ExitStatus(rawValue: 1)
    /// With `--detailed-exitcode`: changes or drift exist, or were made.
    package static let changed = ExitStatus(rawValue: 2)
    /// A reconcile finished, and some targets failed or are still not compliant.
    package static let partial = ExitStatus(rawValue: 3)
    /// Limits, signature, stale plan digest, invalid revision.
    package static let refused = ExitStatus(rawValue: 4)
    /// With `--detailed-exitcode`: a run that only waits.
    package static let waiting = ExitStatus(rawValue: 5)
    /// The command line is wrong.
    ///
    /// *Source*: `EX_USAGE` of sysexits(3).
    package static let usage = ExitStatus(rawValue: 64)
    /// Another run holds the lock, or the fleet is suspended.
    ///
    /// *Source*: `EX_TEMPFAIL`.
    package static let notRun = ExitStatus(rawValue: 75)
    /// *Source*: `EX_NOPERM` of sysexits(3).
    package static let notAuthorised = ExitStatus(rawValue: 77)
    /// Ended by SIGINT.
    package static let interrupted = ExitStatus(rawValue: 130)
    /// Ended by SIGTERM.
    package static let terminated = ExitStatus(rawValue: 143)

    static let reference = """
          0  done or in sync, changes or not
          1  failed: the work could not be done, or is not known to be right
          2  with --detailed-exitcode: changes or drift exist (plan), were made (reconcile), or
             would be made (rehearse)
          3  reconcile finished, and some targets failed or are still not compliant; a step failed
             in a rehearsal
          4  refused: limits, signature, stale plan digest, invalid revision
          5  with --detailed-exitcode: nothing to do now, something waits
         64  the command line is wrong
         75  not run: another run holds the lock, or the fleet is suspended
         77  not authorised
        130  interrupted (SIGINT)
        143  terminated (SIGTERM)
        """
}
