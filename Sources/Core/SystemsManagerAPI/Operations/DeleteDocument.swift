// SPDX-License-Identifier: Apache-2.0

/// Deletes a document with all its versions.
///
/// *Errors*: `InvalidDocument`, `AssociatedInstances`. *Source*: `ssm:DeleteDocument`.
package struct DeleteDocument: Operation {
    package typealias Response = EmptyResponse

    package var name: String

    package init(name: String) {
        self.name = name
    }
}
