// SPDX-License-Identifier: Apache-2.0
import AWSSigning
import FleetModel
import Foundation
import Synchronization
import SystemsManagerAPI
import TestSupport
import Testing

@testable import AWSSystemsManager

/// A server that answers as it is told, in turn, and writes down what it was asked.
private let server = """
    import http.server, json, sys
    answers, log = json.loads(sys.argv[1]), open(sys.argv[2], "w")

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def date_time_string(self, timestamp=None): return "Fri, 15 Jan 2027 09:00:00 GMT"
        def log_message(self, *_): pass
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            log.write(self.headers["X-Amz-Date"] + " " + self.headers["amz-sdk-request"] + "\\n")
            log.flush()
            answer = answers.pop(0) if answers else {"status": 200}
            if answer["status"] == 0:
                self.close_connection = True
                return
            body = answer.get("body", "{}").encode()
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(listener.server_address[1], flush=True)
    listener.serve_forever()
    """

private struct Reply: Encodable {
    var status = 200
    var body = "{}"

    static func error(_ code: String, _ message: String = "", status: Int = 400) -> Reply {
        Reply(status: status, body: #"{"__type": "\#(code)", "message": "\#(message)"}"#)
    }
}

/// A client of a scripted server.
private final class Exchange {
    let client: AWSClient
    private let running: Running
    private let log: URL
    let pauses = Pauses()

    final class Pauses: Sendable {
        private let all = Mutex<[Duration]>([])
        func add(_ pause: Duration) { all.withLock { $0.append(pause) } }
        var seen: [Duration] { all.withLock { $0 } }
    }

    init(_ replies: [Reply]) throws {
        log = FileManager.default.temporaryDirectory
            .appending(path: "aplomb-log-\(UUID().uuidString)")
        let answers = String(decoding: try JSONEncoder().encode(replies), as: UTF8.self)
        running = try Running(["python3", "-c", server, answers, log.path])
        let port = try running.firstLine()
        let pauses = pauses
        client = try AWSClient(
            AWSClient.Configuration(
                url: "http://127.0.0.1:\(port)",
                region: "r",
                credentials: AWSCredentials(accessKeyID: "A", secretAccessKey: "s"),
                now: { Timestamp(seconds: 1_800_000_000) },
                makeUUID: { "uuid" },
                pause: { pauses.add($0) },
                jitter: { 0.5 }
            )
        )
    }

    /// One line for each request: its date, and the number of the attempt.
    var requests: [String] {
        get throws {
            try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    deinit { try? FileManager.default.removeItem(at: log) }
}

@Suite("client")
struct ClientTests {
    private let command = SendCommand(documentName: "d", instanceIds: ["mi-1"])
    private let sent = Reply(
        body: """
            {"Command": {"CommandId": "c", "DocumentName": "d", "DocumentVersion": "1", "Comment": "",
            "Parameters": {}, "InstanceIds": ["mi-1"], "Targets": [], "RequestedDateTime": 1.5,
            "Status": "Futuristic", "StatusDetails": "Pending", "MaxConcurrency": "50", "MaxErrors": "0",
            "TargetCount": 1, "CompletedCount": 0, "ErrorCount": 0, "DeliveryTimedOutCount": 0,
            "TimeoutSeconds": 3600, "Invented": {"Deep": [1, null]}}}
            """
    )

    @Test("members and words that are not known are data")
    func future() async throws {
        let exchange = try Exchange([sent])
        let answer = try await exchange.client.perform(command).command
        #expect(answer.status == "Futuristic")
        #expect(answer.requestedDateTime == Timestamp(milliseconds: 1500))
        await exchange.client.close()
    }

    @Test(
        "a look is tried again after a failure, three times in all",
        arguments: [500, 502, 503, 504, 0]
    )
    func reads(status: Int) async throws {
        let exchange = try Exchange([
            Reply(status: status, body: ""), Reply(body: #"{"Commands": []}"#),
        ])
        #expect(try await exchange.client.perform(ListCommands()).commands.isEmpty)
        #expect(exchange.pauses.seen == [.milliseconds(500)])
        #expect(
            try exchange.requests.map { $0.suffix(16) } == ["attempt=1; max=3", "attempt=2; max=3"]
        )
        await exchange.client.close()
        let hopeless = try Exchange([Reply](repeating: Reply(status: status, body: ""), count: 5))
        await #expect(throws: SystemsManagerError.self) {
            try await hopeless.client.perform(ListCommands())
        }
        #expect(try hopeless.requests.count == 3)
        #expect(hopeless.pauses.seen == [.milliseconds(500), .seconds(1)])
        await hopeless.client.close()
    }

    @Test("a command that may have been taken is not sent again", arguments: [500, 502, 503, 0])
    func once(status: Int) async throws {
        let exchange = try Exchange([Reply(status: status, body: ""), sent])
        await #expect(throws: SystemsManagerError.self) {
            try await exchange.client.perform(command)
        }
        #expect(try exchange.requests.count == 1)
        await exchange.client.close()
    }

    @Test("a command that was refused for its number is sent again, with another time")
    func throttled() async throws {
        let exchange = try Exchange([.error("com.amazon.coral#ThrottlingException"), sent])
        _ = try await exchange.client.perform(command)
        #expect(try exchange.requests.count == 2)
        #expect(exchange.pauses.seen == [.milliseconds(1500)])
        await exchange.client.close()
    }

    @Test("an error has the code and the words of the service")
    func errors() async throws {
        let exchange = try Exchange([.error("aws.ssm#InvalidDocument:http://x", "there is none")])
        let error = await #expect(throws: SystemsManagerError.self) {
            try await exchange.client.perform(command)
        }
        #expect(error == SystemsManagerError("InvalidDocument", "there is none"))
        #expect(try exchange.requests.count == 1)
        await exchange.client.close()
        let page = try Exchange([Reply(status: 404, body: "<html>")])
        let strange = await #expect(throws: SystemsManagerError.self) {
            try await page.client.perform(command)
        }
        #expect(strange?.message.contains("HTTP status 404 and no error of the API") == true)
        await page.client.close()
        let garbage = try Exchange([Reply(body: "{}")])
        let missing = await #expect(throws: SystemsManagerError.self) {
            try await garbage.client.perform(command)
        }
        #expect(missing?.message.contains("'command'") == true)
        await garbage.client.close()
    }

    @Test("a clock that is wrong is set by the server's, once")
    func skew() async throws {
        let expired = Reply.error("InvalidSignatureException", "Signature expired: …")
        let exchange = try Exchange([expired, sent])
        _ = try await exchange.client.perform(command)
        #expect(
            try exchange.requests.map { $0.prefix(16) } == ["20270115T080000Z", "20270115T090000Z"]
        )
        await exchange.client.close()
        let stubborn = try Exchange([expired, expired, expired])
        await #expect(throws: SystemsManagerError.self) {
            try await stubborn.client.perform(command)
        }
        #expect(try stubborn.requests.count == 2)
        await stubborn.client.close()
    }

    @Test("nobody at the address is an error that says so, after three tries")
    func nobody() async throws {
        let pauses = Exchange.Pauses()
        let client = try AWSClient(
            AWSClient.Configuration(
                url: "http://127.0.0.1:1",
                region: "r",
                credentials: AWSCredentials(accessKeyID: "A", secretAccessKey: "s"),
                now: { Timestamp(seconds: 0) },
                makeUUID: { "uuid" },
                pause: { pauses.add($0) },
                jitter: { 0 }
            )
        )
        let error = await #expect(throws: SystemsManagerError.self) {
            try await client.perform(command)
        }
        #expect(error?.code == .endpointConnection)
        #expect(
            error?.message == "cannot connect to http://127.0.0.1:1: connection refused",
            "\(String(describing: error))"
        )
        #expect(pauses.seen.count == 2)
        await client.close()
    }
}
