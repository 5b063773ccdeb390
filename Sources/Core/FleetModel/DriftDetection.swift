// SPDX-License-Identifier: Apache-2.0

/// How it is found out that a node is no longer what an association made it: by rehearsing.
///
/// It is for documents that have no check mode: a rehearsal that would change something says that
/// the node drifted.
package struct DriftDetection: Hashable, Sendable, Codable {
    /// How old what is known of a node may get.
    package var rehearsalIntervalSeconds: Int

    package init(rehearsalIntervalSeconds: Int) {
        self.rehearsalIntervalSeconds = rehearsalIntervalSeconds
    }
}

extension DesiredAssociation {
    /// What a rehearsal tells of: the content of the document and its parameters.
    ///
    /// `version` is the document's at the provider, for one that git does not declare.
    package func rehearsedDigest(in desired: DesiredState, version: String) -> ContentDigest {
        let declared = desired.documents.first { $0.name == document }
        var builder = DigestBuilder()
        builder.add([document, declared?.digest.rawValue ?? version])
        for (name, values) in parameters.sorted(by: { $0.key < $1.key }) {
            builder.add(name)
            builder.add(values)
        }
        return builder.finalize()
    }
}
