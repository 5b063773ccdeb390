// SPDX-License-Identifier: Apache-2.0

/// The Python program behind `Servers`: one loopback listener, what it does is its one argument.
///
/// It prints its port, and ends with its standard input, or by itself after five minutes.
let serverScript = #"""
    import base64, http.server, json, os, select, signal, socket, ssl, struct, subprocess, sys
    import threading, time
    signal.alarm(300)
    o = json.loads(sys.argv[1])

    def watch():
        sys.stdin.buffer.read()
        os._exit(0)
    threading.Thread(target=watch, daemon=True).start()

    class Git(http.server.BaseHTTPRequestHandler):
        "Smart HTTP by git http-backend, behind a token."
        protocol_version = "HTTP/1.1"

        def reply(self, status, headers=(), body=b""):
            self.send_response(status)
            for name, value in headers: self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def body(self):
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") != "chunked": return data
            while True:
                size = int(self.rfile.readline(), 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if size == 0: return data

        def answer(self):
            path, _, query = self.path.partition("?")
            body = self.body()
            if path.startswith("/moved"):
                port = self.server.server_address[1]
                target = "http://localhost:%d/remote%s?%s" % (port, path[6:], query)
                return self.reply(302, [("Location", target)])
            if path.startswith("/page"):
                return self.reply(200, [("Content-Type", "text/html")], b"<p>hello")
            if path.startswith("/forbidden"):
                return self.reply(403)
            given = self.headers.get("Authorization")
            if o["login"] and given != "Basic " + base64.b64encode(o["login"].encode()).decode():
                return self.reply(401, [("WWW-Authenticate", 'Basic realm="git"')])
            env = dict(os.environ, GIT_PROJECT_ROOT=o["root"], GIT_HTTP_EXPORT_ALL="1",
                PATH_INFO=path, QUERY_STRING=query, REQUEST_METHOD=self.command,
                REMOTE_USER="somebody", CONTENT_TYPE=self.headers.get("Content-Type", ""),
                CONTENT_LENGTH=str(len(body)))
            run = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True)
            head, _, rest = run.stdout.partition(b"\r\n\r\n")
            fields = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
            status = [int(v.split()[0]) for k, v in fields if k == "Status"] or [200]
            self.reply(status[0], [f for f in fields if f[0] != "Status"], rest)

        do_GET = do_POST = answer
        def log_message(self, *a): pass

    def tcp(client):
        "What a connection meets: an sshd, a fault, or a fault after some bytes of a real server."
        mode = o["mode"]
        if mode == "sshd":
            subprocess.run(["/usr/sbin/sshd", "-i", "-f", o["config"]], stdin=client,
                stdout=client, stderr=subprocess.DEVNULL)
            return client.close()
        if mode == "silent": return time.sleep(300)
        if mode == "close": return client.close()
        if mode == "garbage":
            client.sendall(b"\x00\xffnonsense\r\n" * 64)
            return client.close()
        server = socket.create_connection(("127.0.0.1", o["upstream"]))
        left = o.get("after", 1 << 60)
        if o["trigger"] and os.path.exists(o["trigger"]): left = int(open(o["trigger"]).read())
        faulty = lambda: left == 0 and mode != "drip"
        while not faulty():
            ready = select.select([client, server], [], [])[0]
            if client in ready:
                if not (data := client.recv(65536)): return
                server.sendall(data)
            if server in ready:
                if not (data := server.recv(min(left, 65536) or 1)): break
                client.sendall(data)
                if left == 0: time.sleep(0.05)
                left = max(left - len(data), 0)
        if mode == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if mode == "pause":
            open(o["marker"], "a").write("paused\n")
            time.sleep(300)
        client.close()

    def guarded(client):
        try: tcp(client)
        except OSError: pass

    if o["mode"] == "http":
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Git)
        if o["certificate"]:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(o["certificate"], o["key"])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        server.handle_error = lambda *a: None
        server.serve_forever()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    while True:
        threading.Thread(target=guarded, args=(listener.accept()[0],), daemon=True).start()
    """#
