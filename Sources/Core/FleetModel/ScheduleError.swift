// SPDX-License-Identifier: Apache-2.0

/// Says why a schedule expression cannot be used.
///
/// *Errors*: the code is always `BAD_SCHEDULE`; the hint is what to write instead.
package struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    package static let code = "BAD_SCHEDULE"

    package var message: String
    package var hint: String?

    package init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    package var description: String { message }
}
