// SPDX-License-Identifier: Apache-2.0

/// Why no manifest can say what an object is.
struct Inexpressible: Error {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}
