// SPDX-License-Identifier: Apache-2.0
import Crypto
import FoundationEssentials

/// Reads `Custom:Certificate`: the certificates of PEM and DER files.
///
/// Private keys in such files are passed over; nothing of them is kept.
enum CertificateReader {
    /// Where servers keep their own certificates.
    ///
    /// The stores of trusted authorities are bundles and links that lead out of these folders, and
    /// are left out for it.
    static let wellKnown: [FileScope] = [
        "/etc/letsencrypt", "/etc/ssl", "/etc/pki/tls/certs", "/etc/nginx", "/etc/apache2",
        "/etc/httpd", "/etc/haproxy", "/etc/postfix", "/etc/dovecot", "/etc/kubernetes/pki",
    ].map { path in
        FileScope(path: path, pattern: ["*.pem", "*.crt", "*.cer", "*.cert"], recursive: true)
    }

    private static let bundles: Set<String> = [
        "ca-certificates.crt", "ca-bundle.crt", "ca-bundle.trust.crt", "tls-ca-bundle.pem",
    ]
    private static let fileBytesMax = 1 << 20
    private static let certificatesMax = 2000

    static func entries(
        _ scopes: [FileScope],
        _ context: GatherContext
    ) throws(HostError) -> (entries: [[String: String]], remarks: [String]) {
        var entries: [[String: String]] = []
        var broken: [String] = []
        var limits = FileWalk.Limits()
        limits.files = 5000
        let usesWellKnown = scopes.isEmpty
        var walk = FileWalk(context, limits: limits) { found, file in
            guard entries.count < certificatesMax, found.status.bytes <= fileBytesMax,
                !(usesWellKnown && isLeftOut(found)),
                let bytes = try? file.readHead(found.path, bytes: fileBytesMax)
            else { return }
            let all = certificates(bytes)
            for encoded in all {
                guard let entry = entry(encoded, found.path) else {
                    broken.append(found.path)
                    continue
                }
                entries.append(entry)
            }
        }
        try walk.walk(usesWellKnown ? wellKnown : scopes)
        var remarks = walk.remarks
        if let first = broken.first {
            let more = broken.count == 1 ? "" : " (and \(broken.count - 1) more)"
            remarks.append("\(first)\(more) holds what is no certificate")
        }
        if entries.count >= certificatesMax {
            remarks.append("only \(certificatesMax) certificates are listed: the limit is met")
        }
        return (entries, remarks)
    }

    /// Bundles of authorities, and the old versions that certbot keeps.
    private static func isLeftOut(_ found: FileWalk.Found) -> Bool {
        bundles.contains(found.name) || found.folder.hasPrefix("/etc/letsencrypt/archive")
    }

    static func entry(_ encoded: [UInt8], _ path: String) -> [String: String]? {
        guard let certificate = X509Certificate(encoded) else { return nil }
        return InventoryItem.entry([
            ("Path", path), ("Subject", certificate.subject), ("Issuer", certificate.issuer),
            ("NotBefore", certificate.notBefore), ("NotAfter", certificate.notAfter),
            ("SerialNumber", certificate.serialNumber),
            ("DNSNames", certificate.dnsNames.joined(separator: ",")),
            ("Fingerprint", FileReader.hexadecimal(SHA256.hash(data: encoded))),
        ])
    }

    /// The encoded certificates of a file: one in DER, or those between the marks of PEM.
    static func certificates(_ bytes: [UInt8]) -> [[UInt8]] {
        if bytes.first == DERReader.sequence { return [bytes] }
        let begin = "-----BEGIN "
        var result: [[UInt8]] = []
        var body: [UInt8]?
        for line in TextFields.lines(bytes) {
            let line = TextFields.trimmed(line)
            if line.starts(with: begin.utf8) {
                let kind = TextFields.text(line.dropFirst(begin.utf8.count))
                let isOne = ["CERTIFICATE-----", "X509 CERTIFICATE-----"].contains(kind)
                body = isOne ? [] : nil
            } else if line.starts(with: "-----END ".utf8) {
                if let body { result.append(Data(base64Encoded: Data(body)).map(Array.init) ?? []) }
                body = nil
            } else {
                body?.append(contentsOf: line)
            }
        }
        return result
    }
}
