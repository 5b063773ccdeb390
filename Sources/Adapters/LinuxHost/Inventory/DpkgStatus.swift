// SPDX-License-Identifier: Apache-2.0

/// Reads dpkg's status database: paragraphs of `Field: value` lines, as deb822(5) says.
enum DpkgStatus {
    /// Lists the installed packages as entries of `AWS:Application`, in file order.
    ///
    /// Source: the mapping of the agent's dpkg gatherer; `Architecture` in its names, `PackageId`
    /// in dpkg's. Packages of which only configuration is left are not installed.
    static func applications(_ bytes: [UInt8]) -> [[String: String]] {
        var entries: [[String: String]] = []
        var paragraph = Paragraph()
        bytes.withUnsafeBytes { buffer in
            var position = 0
            while position < buffer.count {
                let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) ?? buffer.count
                let line = UnsafeRawBufferPointer(rebasing: buffer[position..<end])
                position = end + 1
                if line.isEmpty {
                    if let entry = paragraph.entry { entries.append(entry) }
                    paragraph = Paragraph()
                } else if let first = line.first, first != UInt8(ascii: " "),
                    first != UInt8(ascii: "\t")
                {
                    // Lines that start with a blank continue a value of which we want the first.
                    paragraph.take(line)
                }
            }
        }
        if let entry = paragraph.entry { entries.append(entry) }
        return entries
    }

    /// Collects the fields that matter.
    private struct Paragraph {
        private var values = [String](repeating: "", count: Field.allCases.count)

        private enum Field: Int, CaseIterable {
            case package, status, maintainer, version, section, architecture, homepage, description

            static let names = [
                "Package", "Status", "Maintainer", "Version", "Section", "Architecture",
                "Homepage", "Description",
            ].map { Array($0.utf8) }
        }

        private static let starts: [Bool] = {
            var table = [Bool](repeating: false, count: 256)
            for name in Field.names { table[Int(name[0] ^ name[1] &* 7)] = true }
            return table
        }()

        mutating func take(_ line: UnsafeRawBufferPointer) {
            // Most lines are of other fields, so the first two bytes decide.
            guard line.count > 2, Self.starts[Int(line[0] ^ line[1] &* 7)] else { return }
            for (index, name) in Field.names.enumerated() {
                guard line[0] == name[0], line.count > name.count,
                    line[name.count] == UInt8(ascii: ":"),
                    line.prefix(name.count).elementsEqual(name)
                else { continue }
                var value = line.dropFirst(name.count + 1)
                while value.first == UInt8(ascii: " ") { value = value.dropFirst() }
                while let last = value.last, last == 0x20 || last == 0x0D {
                    value = value.dropLast()
                }
                values[index] = String(decoding: value, as: UTF8.self)
                return
            }
        }

        private subscript(_ field: Field) -> String { values[field.rawValue] }

        private var isInstalled: Bool {
            switch self[.status].split(separator: " ").last {
            case "installed", "triggers-pending", "triggers-awaited": true
            default: false
            }
        }

        var entry: [String: String]? {
            guard !self[.package].isEmpty, isInstalled else { return nil }
            let architecture = self[.architecture]
            return InventoryItem.entry([
                ("Name", self[.package]),
                ("Publisher", self[.maintainer]),
                ("Version", self[.version]),
                ("ApplicationType", self[.section]),
                ("Architecture", Architecture.inventoryName(architecture)),
                ("URL", self[.homepage]),
                ("Summary", self[.description]),
                ("PackageId", "\(self[.package])_\(self[.version])_\(architecture).deb"),
            ])
        }
    }
}

/// Translates names of processor architectures.
enum Architecture {
    /// The names that the inventory uses.
    static func inventoryName(_ name: String) -> String {
        switch name {
        case "amd64": "x86_64"
        case "386": "i386"
        default: name
        }
    }
}
