// SPDX-License-Identifier: Apache-2.0
import FleetModel
import Foundation
import TestSupport
import Testing

@testable import AWSSigning

/// Random requests with the signatures of botocore, the arbiter where the documentation is silent.
private let oracle = """
    import base64, datetime, json, random, sys, urllib.parse
    import botocore.auth, botocore.awsrequest, botocore.credentials

    seed = int(sys.argv[1])
    choose = random.Random(seed)
    letters = "abcXYZ019-._~ /+%&=?#:;,'\\"()[]{}@!$*\\\\<>|^`\\u00e9\\u1234\\U0001f600"

    def text(longest):
        return "".join(choose.choice(letters) for _ in range(choose.randint(0, longest)))

    def header_value():
        plain = [c for c in letters if c.isascii()] + [" ", "  "]
        return "".join(choose.choice(plain) for _ in range(choose.randint(1, 20))).strip() or "v"

    class Fixed(datetime.datetime):
        moment = None
        @classmethod
        def utcnow(cls): return cls.moment
        @classmethod
        def now(cls, tz=None): return cls.moment

    result = []
    for _ in range(int(sys.argv[2])):
        moment = datetime.datetime(2010, 1, 1) + datetime.timedelta(seconds=choose.randrange(10**9))
        botocore.auth.get_current_datetime = lambda *a, **k: moment
        path = "/" + "/".join(choose.choice([
            urllib.parse.quote(text(6), safe=""), ".", "..", "", "plain"]) for _ in range(choose.randint(0, 5)))
        pairs = [(urllib.parse.quote(text(5) or "k", safe="-_.~"), urllib.parse.quote(text(8), safe="-_.~"))
                 for _ in range(choose.randint(0, 4))]
        query = "&".join(f"{k}={v}" for k, v in pairs)
        headers = {f"X-Header{i}": header_value() for i in range(choose.randint(0, 4))}
        if choose.random() < 0.5: headers["Content-Type"] = "application/x-amz-json-1.1"
        if choose.random() < 0.5: headers["User-Agent"] = "a client"
        host = choose.choice(["example.org", "127.0.0.1:8080", "ssm.eu-central-1.amazonaws.com"])
        body = text(40).encode() if choose.random() < 0.7 else b""
        key = botocore.credentials.Credentials(
            "AKIA" + str(choose.randrange(10**12)), text(30) or "s",
            "token/" + str(choose.randrange(10**9)) if choose.random() < 0.3 else None)
        region, service = choose.choice(["us-east-1", "eu-central-1"]), choose.choice(["ssm", "resource-groups"])
        method = choose.choice(["GET", "POST", "PUT", "PATCH", "DELETE"])
        url = f"http://{host}{path}" + (f"?{query}" if query else "")
        request = botocore.awsrequest.AWSRequest(method=method, url=url, headers=dict(headers), data=body)
        botocore.auth.SigV4Auth(key, service, region).add_auth(request)
        result.append({
            "method": method, "path": path, "query": query, "host": host,
            "headers": headers, "body": base64.b64encode(body).decode(),
            "accessKey": key.access_key, "secret": key.secret_key, "token": key.token,
            "region": region, "service": service,
            "time": moment.strftime("%Y%m%dT%H%M%SZ"),
            "date": request.headers["X-Amz-Date"],
            "authorization": request.headers["Authorization"]})
    print(json.dumps(result))
    """

private struct Signed: Decodable {
    var method: String
    var path: String
    var query: String
    var host: String
    var headers: [String: String]
    var body: Data
    var accessKey: String
    var secret: String
    var token: String?
    var region: String
    var service: String
    var time: String
    var date: String
    var authorization: String
}

@Suite("signature version 4: botocore is the arbiter")
struct BotocoreTests {
    @Test("hundreds of random requests are signed alike, and verified", arguments: [1, 2, 3])
    func agreement(seed: Int) throws {
        let data = try Boto.run(oracle, [String(seed), "200"])
        let requests = try JSONDecoder().decode([Signed].self, from: data)
        #expect(requests.count == 200)
        for theirs in requests {
            #expect(theirs.date == theirs.time)
            let time = try #require(SigningTime(theirs.time))
            let request = SigningRequest(
                method: theirs.method,
                path: theirs.path,
                query: theirs.query,
                headers: [.init("Host", theirs.host)]
                    + theirs.headers.map { .init($0.key, $0.value) },
                body: [UInt8](theirs.body)
            )
            let credentials = AWSCredentials(
                accessKeyID: theirs.accessKey,
                secretAccessKey: theirs.secret,
                sessionToken: theirs.token
            )
            let ours = SigningScheme.sign(
                request,
                with: credentials,
                region: theirs.region,
                service: theirs.service,
                at: time.timestamp
            )
            #expect(
                ours[header: "Authorization"] == theirs.authorization,
                "seed \(seed): \(theirs.method) \(theirs.path)?\(theirs.query)"
            )
            try SignedRequest(ours).verify(
                credentials,
                services: [theirs.service],
                now: time.timestamp
            )
        }
    }
}
