// SPDX-License-Identifier: Apache-2.0
import AWSWire
import FleetModel
import SystemsManagerAPI

/// An operation as it is served: its name, its pages, and how a body becomes an answer.
struct ServedOperation: Sendable {
    typealias Answer =
        @Sendable (_ body: JSONValue, _ engine: any SystemsManager) async throws -> JSONValue

    var name: String
    /// The page sizes that are allowed; the last is the one of who names none.
    ///
    /// `nil`: all at once.
    var pageSizes: ClosedRange<Int>?
    var answer: Answer
    /// Whether members have the bounds of AWS's API.
    var hasLimits = false

    /// An operation that the engine has in just this shape.
    ///
    /// - Parameter hide: takes out of an answer what the served API has no word for.
    init<O: SystemsManagerAPI.Operation>(
        _ type: O.Type,
        pages: ClosedRange<Int>? = nil,
        hide: @escaping @Sendable (inout O.Response) -> Void = { _ in }
    ) {
        self.init(O.operationName, pages: pages) { (request: O, engine) in
            var response = try await engine.perform(request)
            hide(&response)
            return response
        }
    }

    /// An operation that is put together from the engine's.
    init<Request: Decodable & Sendable, Response: Encodable & SendableMetatype>(
        _ name: String,
        pages: ClosedRange<Int>? = nil,
        _ perform:
            @escaping @Sendable (Request, any SystemsManager) async throws -> Response
    ) {
        self.name = name
        pageSizes = pages
        answer = { body, engine in
            let request = try WireDecoding.decode(Request.self, from: body, unknown: .refuse)
            return try WireEncoding.encode(try await perform(request, engine))
        }
    }
}

extension ServedOperation {
    /// Answers a body: pages bounded, tokens opened and sealed.
    ///
    /// *Errors*: `SystemsManagerError`, `WireProblem`.
    func perform(
        _ body: JSONValue,
        secret: String,
        on engine: any SystemsManager
    ) async throws -> JSONValue {
        var body = body
        let tokens = PageTokens(operation: name, secret: secret, body: body)
        if hasLimits { try SSMLimits.check(body, of: name) }
        if let pageSizes { try bound(&body, to: pageSizes) }
        if let sealed = body["NextToken"], sealed != .null {
            guard let text = sealed.text else {
                throw WireProblem(
                    .type("\(sealed) can not be converted to String"),
                    at: "nextToken"
                )
            }
            // An empty token is the first page, as AWS takes it.
            body.set("NextToken", text.isEmpty ? nil : .string(try tokens.open(text)))
        }
        var answer = try await answer(body, engine)
        if let next = answer["NextToken"]?.text {
            answer.set("NextToken", .string(tokens.seal(next)))
        }
        return answer
    }

    private func bound(_ body: inout JSONValue, to sizes: ClosedRange<Int>) throws {
        guard let wanted = body["MaxResults"], wanted != .null else {
            return body.set("MaxResults", .number("\(sizes.upperBound)"))
        }
        // A number of another form is refused by who reads it.
        guard case .number(let text) = wanted, let size = Int(text), !sizes.contains(size) else {
            return
        }
        let bound =
            size < sizes.lowerBound
            ? "greater than or equal to \(sizes.lowerBound)"
            : "less than or equal to \(sizes.upperBound)"
        throw WireProblem(
            .value(text, constraint: "Member must have value \(bound)"),
            at: "maxResults"
        )
    }
}

/// One page of a list that was put together here; the token is the key of the last element.
struct Window<Element> {
    var elements: [Element]
    var nextToken: String?

    init(_ all: [Element], maxResults: Int?, nextToken: String?, key: (Element) -> String) {
        var rest = all.sorted { key($0) < key($1) }[...]
        if let nextToken { rest = rest.drop { key($0) <= nextToken } }
        elements = Array(rest.prefix(maxResults ?? .max))
        self.nextToken = rest.count > elements.count ? elements.last.map(key) : nil
    }
}

/// A filter as newer operations have it.
struct Filter: Codable, Sendable {
    var key: String
    var values: [String]
}

/// A filter as older operations have it: its members begin with a small letter.
struct LegacyFilter: Codable, Sendable {
    var key: String
    var value: String
}

func invalidFilterKey(_ key: String) -> SystemsManagerError {
    SystemsManagerError("InvalidFilterKey", "the filter key '\(key)' is not known here")
}
