#!/usr/bin/env python3
"""An HTTP server that pages, fails and limits as the real feeds do. Prints its port, ends at /quit."""
import gzip
import http.server
import json
import threading
import urllib.parse

XINFADI_ROWS = 45
SKIPPED_ROWS = 25
attempts = {}


def xinfadi_row(i):
    return {"prodName": f"p{i}", "lowPrice": "1", "highPrice": "3", "avgPrice": "2", "specInfo": "",
            "unitInfo": "斤", "pubDate": "2025-02-08 00:00:00"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, status, body, headers=()):
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.path == "/echo":
            self.answer(200, json.dumps({"form": form, "type": self.headers["Content-Type"],
                                         "agent": self.headers["User-Agent"], "x": self.headers["X-Test"]}))
            return
        limit, current = min(int(form["limit"]), 20), int(form["current"])
        rows = [xinfadi_row(i) for i in range(XINFADI_ROWS)][(current - 1) * limit:current * limit]
        self.answer(200, json.dumps({"current": current, "limit": limit, "count": XINFADI_ROWS, "list": rows}))

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        attempts[url.path] = attempts.get(url.path, 0) + 1
        getattr(self, "get_" + url.path.strip("/"), self.get_missing)(query)

    def get_missing(self, query):
        self.answer(404, "no such page")

    def get_hello(self, query):
        self.answer(200, "hello", [("X-Answer", "42")])

    def get_redirect(self, query):
        self.answer(302, "", [("Location", "/hello")])

    def get_loop(self, query):
        self.answer(302, "", [("Location", "/loop")])

    def get_escape(self, query):
        self.answer(302, "", [("Location", "file:///etc/passwd")])

    def get_gzip(self, query):
        self.answer(200, gzip.compress(b"x" * 100_000), [("Content-Encoding", "gzip")])

    def get_silent(self, query):
        self.rfile.read(1)  # until the client goes away
        self.close_connection = True

    def get_flaky(self, query):
        n = attempts["/flaky"]
        if n == 1:
            self.answer(429, "slow down", [("Retry-After", "7")])
        elif n == 2:
            self.answer(503, "busy")
        else:
            self.answer(200, "at last")

    def get_down(self, query):
        self.answer(500, "down")

    def get_tw(self, query):
        skip, top = int(query["$skip"]), int(query["$top"])
        rows = [{"TransDate": "115.05.15", "CropName": f"c{i}", "MarketName": "台北二", "MarketCode": "104",
                 "Avg_Price": 1.5} for i in range(SKIPPED_ROWS)][skip:skip + top]
        self.answer(200, json.dumps({"RS": "OK", "Next": skip + top < SKIPPED_ROWS, "Data": rows}))

    def get_twold(self, query):
        skip, top = int(query["$skip"]), int(query["$top"])
        rows = [{"交易日期": "103.08.16", "作物名稱": f"c{i}", "市場名稱": "台北二", "市場代號": "104", "平均價": "1.5"}
                for i in range(SKIPPED_ROWS)][skip:skip + top]
        self.answer(200, json.dumps(rows))

    def get_gov(self, query):
        offset, limit = int(query["offset"]), int(query["limit"])
        rows = [{"state": "Kerala", "market": "M", "commodity": f"c{i}", "arrival_date": "01/02/2026",
                 "modal_price": 5} for i in range(SKIPPED_ROWS)][offset:offset + limit]
        self.answer(200, json.dumps({"total": SKIPPED_ROWS, "count": len(rows), "records": rows}))

    def get_stuck(self, query):
        self.answer(200, json.dumps({"RS": "OK", "Next": True, "Data": [{"CropName": "x"}]}))

    def get_quit(self, query):
        self.answer(200, "bye")
        threading.Thread(target=self.server.shutdown).start()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
