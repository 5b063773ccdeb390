// SPDX-License-Identifier: Apache-2.0

/// What inventory says of a certificate (RFC 5280).
struct X509Certificate: Equatable {
    var serialNumber: String
    /// As RFC 4514 writes names, the most specific part first; texts stay UTF-8.
    var issuer: String
    var subject: String
    var notBefore: String
    var notAfter: String
    var dnsNames: [String]

    /// Reads the structure; `nil` for what is no certificate.
    init?(_ bytes: [UInt8]) {
        var outer = DERReader(bytes[...])
        guard let certificate = outer.next(DERReader.sequence) else { return nil }
        var signed = DERReader(certificate)
        guard let content = signed.next(DERReader.sequence) else { return nil }
        var fields = DERReader(content)
        _ = fields.next(0xA0)  // version
        guard let serial = fields.next(DERReader.integer),
            fields.next(DERReader.sequence) != nil,  // algorithm
            let issuer = fields.next(DERReader.sequence),
            let validity = fields.next(DERReader.sequence),
            let subject = fields.next(DERReader.sequence)
        else { return nil }
        var times = DERReader(validity)
        guard let from = times.next().flatMap(DERReader.time),
            let until = times.next().flatMap(DERReader.time)
        else { return nil }
        serialNumber = Self.hexadecimal(serial)
        self.issuer = Self.name(issuer)
        self.subject = Self.name(subject)
        notBefore = from
        notAfter = until
        dnsNames = []
        while let field = fields.next() {
            if field.tag == 0xA3 { dnsNames = Self.dnsNames(field.content) }
        }
    }

    /// Upper-case digits without leading zero bytes, as `openssl x509 -serial` writes them.
    private static func hexadecimal(_ integer: ArraySlice<UInt8>) -> String {
        var bytes = integer
        while bytes.count > 1, bytes.first == 0 { bytes = bytes.dropFirst() }
        return FileReader.hexadecimal(bytes).uppercased()
    }

    /// The names of hosts among the alternative names of the subject.
    private static func dnsNames(_ wrapped: ArraySlice<UInt8>) -> [String] {
        var wrapper = DERReader(wrapped)
        guard let list = wrapper.next(DERReader.sequence) else { return [] }
        var extensions = DERReader(list)
        var names: [String] = []
        while let each = extensions.next(DERReader.sequence) {
            var fields = DERReader(each)
            guard let id = fields.next(DERReader.objectIdentifier),
                DERReader.dotted(id) == "2.5.29.17"
            else { continue }
            _ = fields.next(0x01)  // critical
            guard let value = fields.next(DERReader.octets) else { continue }
            var inner = DERReader(value)
            guard let general = inner.next(DERReader.sequence) else { continue }
            var alternatives = DERReader(general)
            while let name = alternatives.next() {
                if name.tag == 0x82 { names.append(String(decoding: name.content, as: UTF8.self)) }
            }
        }
        return names
    }

    // MARK: - Names

    private static func name(_ content: ArraySlice<UInt8>) -> String {
        var parts: [String] = []
        var sets = DERReader(content)
        while let set = sets.next(DERReader.set) {
            var values: [String] = []
            var pairs = DERReader(set)
            while let pair = pairs.next(DERReader.sequence) {
                var fields = DERReader(pair)
                guard let id = fields.next(DERReader.objectIdentifier), let value = fields.next()
                else { continue }
                let dotted = DERReader.dotted(id)
                let text = DERReader.text(value) ?? "#" + FileReader.hexadecimal(value.content)
                values.append("\(shortNames[dotted] ?? dotted)=\(escaped(text))")
            }
            parts.append(values.reversed().joined(separator: "+"))
        }
        return parts.reversed().joined(separator: ",")
    }

    /// *Source*: RFC 4514, section 2.4; control characters as pairs of hexadecimal digits.
    private static func escaped(_ text: String) -> String {
        var result = ""
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let isEdge = index == 0 || index == scalars.count - 1
            switch scalar {
            case ",", "+", "\"", "\\", "<", ">", ";": result += "\\" + String(scalar)
            case "#" where index == 0: result += "\\#"
            case " " where isEdge: result += "\\ "
            case let control where control.value < 0x20 || control.value == 0x7F:
                result += "\\" + FileReader.hexadecimal([UInt8(control.value)]).uppercased()
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The names that openssl gives to the types of attributes.
    private static let shortNames = [
        "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "serialNumber", "2.5.4.6": "C",
        "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.9": "street", "2.5.4.10": "O", "2.5.4.11": "OU",
        "2.5.4.12": "title", "2.5.4.13": "description", "2.5.4.15": "businessCategory",
        "2.5.4.17": "postalCode", "2.5.4.42": "GN", "2.5.4.46": "dnQualifier",
        "2.5.4.97": "organizationIdentifier", "0.9.2342.19200300.100.1.1": "UID",
        "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "emailAddress",
        "1.3.6.1.4.1.311.60.2.1.1": "jurisdictionL", "1.3.6.1.4.1.311.60.2.1.2": "jurisdictionST",
        "1.3.6.1.4.1.311.60.2.1.3": "jurisdictionC",
    ]
}
