// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Time since the machine booted, which no one sets, and the name of the boot.
package enum BootClock {
    /// Seconds since the boot, those asleep included.
    ///
    /// *Source*: clock_gettime(2), `CLOCK_BOOTTIME`.
    package static var seconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec
    }

    /// The kernel's name of this boot; another path is for machines that share a kernel.
    ///
    /// *Source*: random(4), `boot_id`.
    package static func bootID(
        at path: String = "/proc/sys/kernel/random/boot_id"
    ) throws(HostError) -> String {
        guard let text = contents(path) else {
            throw HostError(errno: errno, "cannot read the boot id at \(path)")
        }
        let name = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !name.isEmpty else { throw HostError(.invalid, "the boot id at \(path) is empty") }
        return name
    }
}
