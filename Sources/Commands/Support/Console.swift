// SPDX-License-Identifier: Apache-2.0
import Glibc
package import Reports
import SystemPackage

/// Standard output for data, standard error for everything else.
package struct Console: Sendable {
    package enum Stream: Sendable { case output, error }

    private let variables: [String: String]

    package init(variables: [String: String]) { self.variables = variables }

    /// Writes text as it is; a reader that went away ends nothing (SIGPIPE is ignored).
    package func write(_ text: String, to stream: Stream = .output) {
        let descriptor = stream == .output ? FileDescriptor.standardOutput : .standardError
        _ = try? descriptor.writeAll(text.utf8)
    }

    /// Writes a line of explanation or progress.
    package func note(_ line: String) { write(line + "\n", to: .error) }

    package func isTerminal(_ stream: Stream) -> Bool {
        isatty(stream == .output ? STDOUT_FILENO : STDERR_FILENO) == 1
            && variables["TERM"] != "dumb"
    }

    /// How to draw on a stream: colour only where a person looks, and never by colour alone.
    ///
    /// *Source*: no-color.org, `CLICOLOR_FORCE`.
    package func style(_ stream: Stream, colour wanted: Bool = true) -> TerminalStyle {
        let terminal = isTerminal(stream)
        let refused = !(variables["NO_COLOR"] ?? "").isEmpty || !wanted
        let forced = ["FORCE_COLOR", "CLICOLOR_FORCE"].contains {
            !(variables[$0] ?? "").isEmpty && variables[$0] != "0"
        }
        return TerminalStyle(
            colour: !refused && (terminal || forced),
            width: terminal ? width : nil
        )
    }

    private var width: Int? {
        if let columns = variables["COLUMNS"].flatMap({ Int($0) }), columns > 20 { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return nil
        }
        return Int(size.ws_col)
    }
}
