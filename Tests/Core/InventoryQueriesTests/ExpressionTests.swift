// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import InventoryQueries

@Suite("Inventory expressions")
struct ExpressionTests {
    private static let openssl = [
        "Name": "openssl", "Version": "3.0.14-1~deb12u2", "Architecture": "x86_64",
        "PackageId": "openssl_3.0.14-1~deb12u2_amd64.deb", "Publisher": "",
    ]
    private static let socket = ["Protocol": "tcp", "Port": "22", "Address": "0.0.0.0"]

    struct Case: CustomTestStringConvertible {
        var text: String
        var isTrue: Bool
        var entry = ExpressionTests.openssl
        var type = "AWS:Application"
        var testDescription: String { text }
    }

    @Test(
        "an expression holds or does not",
        arguments: [
            Case(text: #"Name = "openssl""#, isTrue: true),
            Case(text: #"Name = 'openssl' and Version < "3.0.15""#, isTrue: true),
            Case(text: #"AWS:Application.Name = "openssl" and Version >= "3.0.15""#, isTrue: false),
            Case(text: #"Version > "3.0.9""#, isTrue: true),
            Case(text: #"Name != "vim""#, isTrue: true),
            Case(text: #"Name in ("vim", "openssl")"#, isTrue: true),
            Case(text: #"Name like "open*" and not Name like "*x""#, isTrue: true),
            Case(text: #"Name like "o?en""#, isTrue: false),
            Case(text: "Publisher exists", isTrue: false),
            Case(text: "Version exists", isTrue: true),
            Case(text: #"URL = "x""#, isTrue: false),
            Case(text: #"URL != "x""#, isTrue: true),
            Case(text: #"Name = "vim" or Name = "openssl" and Version = "1""#, isTrue: false),
            Case(text: #"(Name = "vim" or Name = "openssl") and Version != "1""#, isTrue: true),
            Case(text: #"NOT (Name = "vim")"#, isTrue: true),
            Case(
                text: "Port = 22",
                isTrue: true,
                entry: socket,
                type: "Custom:ListeningSocket"
            ),
            Case(text: "Port < 3", isTrue: false, entry: socket, type: "Custom:ListeningSocket"),
            Case(
                text: "Address < 3",
                isTrue: false,
                entry: socket,
                type: "Custom:ListeningSocket"
            ),
            Case(
                text: #"Anything = "x""#,
                isTrue: true,
                entry: ["Anything": "x"],
                type: "Custom:Mine"
            ),
        ]
    )
    func holds(_ test: Case) throws {
        let expression = try InventoryExpression(parsing: test.text, typeName: test.type)
        #expect(expression.matches(test.entry, at: 0) == test.isTrue)
        let again = try InventoryExpression(parsing: expression.description, typeName: test.type)
        #expect(again == expression)
        #expect(again.description == expression.description)
    }

    @Test("a query names its type once, or is the type alone")
    func queries() throws {
        let query = try InventoryQuery(
            parsing: #"AWS:Application.Name = "openssl" and Version < "3.0.15""#
        )
        #expect(
            query.description == #"AWS:Application where Name = "openssl" and Version < "3.0.15""#
        )
        #expect(query.selects(Self.openssl, at: 0))
        #expect(try InventoryQuery(parsing: query.description) == query)
        let error = #expect(throws: ExpressionError.self) {
            try InventoryQuery(parsing: "AWS:Application where Nmae = 1")
        }
        #expect(error?.range == 22..<26)
        #expect(
            try InventoryQuery(parsing: "Custom:Mine") == InventoryQuery(typeName: "Custom:Mine")
        )
    }

    /// The wrong part stands between the marks.
    @Test(
        "a mistake is named where it is, with a hint",
        arguments: [
            (#"‹Nmae› = "x""#, "did you mean 'Name'?"),
            (#"Name ‹"x"›"#, "comparisons are = != < <= > >= like in exists"),
            (#"Name = ‹openssl›"#, "put texts in quotes: \"openssl\""),
            (#"Version < ‹3.0.15›"#, "put versions and other texts in quotes: \"3.0.15\""),
            (#"Name = ‹"x›"#, "close it with \""),
            (#"Name ‹=>› "x""#, "comparisons are = != < <= > >= like in exists"),
            (#"Name = "x" ‹Version› = "1""#, "join conditions with 'and' or 'or'"),
            (#"Name in ‹"x"›"#, "Name in (\"nginx\", \"apache2\")"),
            (
                #"Name = "x" and ‹AWS:Service.Name› = "y""#,
                "combine several types in a resource group"
            ),
            (#"(Name = "x"‹›"#, nil), (#"Name = ‹›"#, nil), (#"‹›"#, nil),
            (#"Name = "x" and‹›"#, nil),
            (#"Name = ‹;›"#, nil),
        ] as [(String, String?)]
    )
    func mistakes(marked: String, hint: String?) {
        let parts = marked.split(separator: "‹", omittingEmptySubsequences: false)
        let tail = parts[1].split(separator: "›", omittingEmptySubsequences: false)
        let text = parts[0] + tail[0] + tail[1]
        let error = #expect(throws: ExpressionError.self) {
            _ = try InventoryExpression(parsing: String(text), typeName: "AWS:Application")
        }
        let range = parts[0].utf8.count..<(parts[0].utf8.count + tail[0].utf8.count)
        #expect(error?.range == range, "\(error?.message ?? "")")
        #expect(error?.hint == hint)
    }

    @Test("a query without a type, and one that is nested or long beyond reason, are refused")
    func refusals() {
        #expect(throws: ExpressionError.self) { try InventoryQuery(parsing: #"Name = "x""#) }
        let deep = String(repeating: "not ", count: 100) + #"Name = "x""#
        #expect(throws: ExpressionError.self) {
            try InventoryExpression(parsing: deep, typeName: "AWS:Application")
        }
        let long = #"Name = "\#(String(repeating: "x", count: 5000))""#
        #expect(throws: ExpressionError.self) {
            try InventoryExpression(parsing: long, typeName: "AWS:Application")
        }
    }
}
