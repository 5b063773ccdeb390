# SPDX-License-Identifier: Apache-2.0
"""Sends `aplomb serve` what no client should, and prints how each was answered.

Usage: bad.py PORT; keys come from the environment. Prints one JSON object: name, status and error code.
"""

import http.client
import json
import os
import socket
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials

port = int(sys.argv[1])
key = botocore.credentials.Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
answers = {}


def signed(body=b"{}", target="AmazonSSM.ListCommands", content="application/x-amz-json-1.1", credentials=key,
           method="POST", path="/", service="ssm", number=[0]):
    number[0] += 1
    headers = {"X-Amz-Target": target, "Content-Type": content, "X-Number": str(number[0])}
    request = botocore.awsrequest.AWSRequest(
        method=method, url=f"http://127.0.0.1:{port}{path}", headers=headers, data=body)
    botocore.auth.SigV4Auth(credentials, service, "eu-central-1").add_auth(request)
    return method, path, body, dict(request.headers.items())


def send(name, request, change=None):
    method, path, body, headers = request
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    if change:
        method, path, body, headers = change(method, path, body, headers)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read()
        try:
            code = json.loads(text).get("__type", "")
        except ValueError:
            code = text.decode(errors="replace")[:40]
        answers[name] = [response.status, code]
    except (ConnectionError, http.client.HTTPException) as error:
        answers[name] = [0, type(error).__name__]
    finally:
        connection.close()


def raw(name, data):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        try:
            text = connection.recv(4096)
        except ConnectionError:
            text = b""
        answers[name] = [int(text.split()[1]) if text.startswith(b"HTTP/") else 0, ""]


def without(name):
    def change(method, path, body, headers):
        return method, path, body, {k: v for k, v in headers.items() if k.lower() != name}
    return change


send("good", signed())
send("unsigned", signed(), without("authorization"))
send("no date", signed(), without("x-amz-date"))
send("wrong key", signed(credentials=botocore.credentials.Credentials("AKIAAAAAAAAAAAAAAAAA", key.secret_key)))
send("key that is a path", signed(credentials=botocore.credentials.Credentials("..", key.secret_key)))
send("wrong secret", signed(credentials=botocore.credentials.Credentials(key.access_key, "other")))
send("a session token", signed(credentials=botocore.credentials.Credentials(key.access_key, key.secret_key, "t")))
send("tampered body", signed(), lambda m, p, b, h: (m, p, b'{"MaxResults": 1}', h))
send("tampered path", signed(), lambda m, p, b, h: (m, "/groups", b, h))
send("a query that was not signed", signed(), lambda m, p, b, h: (m, "/?a=b", b, h))
send("tampered target", signed(), lambda m, p, b, h: (m, p, b, {**h, "X-Amz-Target": "AmazonSSM.SendCommand"}))
send("stale date", signed(), lambda m, p, b, h: (m, p, b, {**h, "X-Amz-Date": "20150830T123600Z"}))
create = json.dumps({"Name": "once", "Content": json.dumps({"schemaVersion": "2.2", "mainSteps": [
    {"action": "aws:runShellScript", "name": "a", "inputs": {"runCommand": ["true"]}}]})}).encode()
once = signed(create, "AmazonSSM.CreateDocument")
send("once", once)
send("replay", once)
send("oversize", signed(b'{"a": "' + b"x" * (3 << 20) + b'"}'))
send("oversize in chunks", signed(), lambda m, p, b, h: (m, p, (b"x" * 65536 for _ in range(64)), h))
send("unknown target", signed(target="AmazonSSM.NoSuchOperation"))
send("another service's target", signed(target="DynamoDB_20120810.ListTables"))
send("no target", signed(target=""))
send("wrong content type", signed(content="text/html"))
send("malformed", signed(b"{"))
send("not UTF-8", signed(b'{"CommandId": "\xff"}'))
send("deep", signed(b"[" * 1_000_000))
send("wrong member type", signed(b'{"MaxResults": "ten"}'))
send("a huge number", signed(b'{"MaxResults": ' + b"9" * 1000 + b"}"))
send("no object", signed(b"[]"))
send("missing member", signed(b"{}", "AmazonSSM.SendCommand"))
send("another method", signed(method="DELETE"))
send("nowhere", signed(path="/nowhere"))
send("odd path", signed(path="/resources/%ff%00/tags", method="GET"))
send("traversal", signed(path="/resources/..%2f..%2fetc/tags", method="GET"))
raw("no HTTP", b"hello\r\n\r\n")
raw("no host", b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}")
raw("two lengths", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
raw("a header without end", b"POST / HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 200_000 + b"\r\n\r\n")
raw("a thousand headers", b"POST / HTTP/1.1\r\nHost: a\r\n" + b"".join(b"X%d: a\r\n" % i for i in range(1000)) + b"\r\n")
send("still good", signed())
print(json.dumps(answers))
