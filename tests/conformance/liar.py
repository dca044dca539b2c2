# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy before a good depot that makes a bad one of it: each fault is one that a depot could have."""
import gzip
import http.client
import http.server
import json
import ssl
import threading
import urllib.parse


class Exchange:
    """A request and its answer, to be changed."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.status, self.reply_headers, self.reply = 0, {}, b""

    def is_(self, method, path):
        return self.method == method and urllib.parse.urlsplit(self.path).path.startswith(path)

    def change_object(self, change):
        said = json.loads(self.reply)
        change(said)
        self.reply = json.dumps(said).encode()

    def change_query(self, **members):
        parts = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(parts.query)) | members
        self.path = parts._replace(query=urllib.parse.urlencode(
            {name: value for name, value in query.items() if value is not None})).geturl()

    def lines(self):
        return self.reply.splitlines(keepends=True)

    def is_problem(self, name):
        return self.status >= 400 and name.encode() in self.reply

    def say(self, status, said):
        self.status, self.reply, self.reply_headers = status, json.dumps(said).encode(), {"Content-Type": "application/json"}


def alter(text, at=-3):
    """Another character in a signature."""
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]


def good_journal(exchange):
    return exchange.is_("POST", "/v1/journal") and exchange.status == 200


def lie_end(exchange, liar):
    if good_journal(exchange):
        exchange.change_object(lambda said: said.update(acknowledged=said["acknowledged"] + 1))


def lie_signature(exchange, liar):
    if good_journal(exchange):
        exchange.change_object(lambda said: said.update(acknowledgement=alter(said["acknowledgement"])))


def lie_refused(exchange, liar):
    if good_journal(exchange):
        exchange.change_object(lambda said: said.update(refused=[]))


def lie_fork_untold(exchange, liar):
    if good_journal(exchange):
        exchange.change_object(lambda said: said.pop("forks_at", None))


def lie_fork_taken(exchange, liar):
    if exchange.is_problem("problem:fork"):
        exchange.say(200, {"acknowledged": 2, "head": "0" * 64, "acknowledgement": "a.b.c", "refused": []})


def lie_gap_taken(exchange, liar):
    if exchange.is_problem("problem:gap"):
        exchange.say(200, {"acknowledged": 4, "head": "0" * 64, "acknowledgement": "a.b.c", "refused": []})


def lie_gap_unnamed(exchange, liar):
    if exchange.is_problem("problem:gap"):
        exchange.change_object(lambda said: said.pop("expected"))


def lie_repeat(exchange, liar):
    if good_journal(exchange):
        if exchange.body in liar.seen:
            exchange.say(409, {"type": "urn:doorstep:problem:conflict", "title": "Twice", "status": 409, "detail": "Again"})
            exchange.reply_headers = {"Content-Type": "application/problem+json"}
        liar.seen.add(exchange.body)


def lie_type(exchange, liar):
    if exchange.status >= 400:
        exchange.change_object(lambda said: said.update(type="about:blank"))


def lie_media(exchange, liar):
    if exchange.status >= 400:
        exchange.reply_headers["Content-Type"] = "text/plain"


def lie_too_large(exchange, liar):
    if exchange.status == 413:
        exchange.say(200, {})


def lie_nonce(exchange, liar):
    if exchange.is_("POST", "/v1/tokens"):
        if exchange.status == 200:
            liar.kept = exchange.reply
        elif liar.kept is not None and b"used before" in exchange.reply:
            exchange.say(200, json.loads(liar.kept))


def lie_clock(exchange, liar):
    if exchange.is_problem("problem:clock"):
        exchange.change_object(lambda said: said.pop("now_ms"))


def lie_anybody(exchange, liar):
    if exchange.status == 401 and exchange.is_("GET", "/v1/feed"):
        exchange.say(200, {})


def lie_revoked(exchange, liar):
    if exchange.status == 403:
        exchange.say(200, {})


def lie_enrolled_twice(exchange, liar):
    if exchange.is_("POST", "/v1/devices"):
        if exchange.status == 200:
            liar.kept = exchange.reply
        elif liar.kept is not None and exchange.status == 409:
            exchange.say(200, json.loads(liar.kept))


def lie_key(exchange, liar):
    if exchange.is_("POST", "/v1/devices") and exchange.status == 200:
        exchange.change_object(lambda said: said.update(depot_key=alter(said["depot_key"].upper())))


def lie_after(exchange, liar):
    if exchange.is_("GET", "/v1/feed"):
        exchange.change_query(after="0", wait=None)


def lie_order(exchange, liar):
    if exchange.is_("GET", "/v1/feed") and exchange.status == 200:
        exchange.reply = b"".join(reversed(exchange.lines()))


def lie_more(exchange, liar):
    exchange.reply_headers.pop("Doorstep-More", None)


def lie_wait(exchange, liar):
    if exchange.is_("GET", "/v1/feed"):
        exchange.change_query(wait=None)


def lie_held(exchange, liar):
    if "Doorstep-Acknowledged" in exchange.reply_headers:
        exchange.reply_headers["Doorstep-Acknowledged"] = "0"


def lie_gzip(exchange, liar):
    if exchange.is_("GET", "/v1/feed") and exchange.status == 200 and "Content-Encoding" not in exchange.reply_headers:
        exchange.reply_headers["Content-Encoding"] = "gzip"
        exchange.reply = gzip.compress(exchange.reply)


def lie_statement(exchange, liar):
    if exchange.is_("GET", "/v1/feed") and exchange.status == 200:
        items = [json.loads(line) for line in exchange.lines()]
        for item in items:
            if item["type"] == "statement":
                item["data"]["jws"] = alter(item["data"]["jws"])
        exchange.reply = b"".join(json.dumps(item).encode() + b"\n" for item in items)


def lie_blob(exchange, liar):
    if exchange.is_("PUT", "/v1/blobs/") and exchange.status == 400:
        exchange.say(201, {})


def lie_piece(exchange, liar):
    exchange.reply_headers.pop("Doorstep-Held", None)


# Each fault, and the check that must notice it. Those of the first kind change the request, too.
BEFORE = {lie_after, lie_wait}
FAULTS = {
    lie_end: "acknowledgement", lie_signature: "acknowledgement", lie_refused: "refusals", lie_fork_untold: "forks",
    lie_fork_taken: "forks", lie_gap_taken: "gaps", lie_gap_unnamed: "gaps", lie_repeat: "repeats", lie_type: "addresses",
    lie_media: "assertions", lie_too_large: "limits_journal", lie_nonce: "nonces", lie_clock: "clocks",
    lie_anybody: "tokens", lie_revoked: "revoked", lie_enrolled_twice: "enrolment_again", lie_key: "enrolment", lie_after: "feed_order",
    lie_order: "feed_order", lie_more: "feed_pages", lie_wait: "feed_waits", lie_held: "feed_held", lie_gzip: "feed_gzip",
    lie_statement: "statement", lie_blob: "blobs", lie_piece: "blobs_in_pieces",
}


class Liar:
    """Serves on a port of loopback, with the good depot's own certificate."""

    def __init__(self, depot, certificate, key):
        self.depot, self.fault, self.seen, self.kept = depot, None, set(), None
        liar = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                liar.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def set_fault(self, fault):
        self.fault, self.seen, self.kept = fault, set(), None

    def answer(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        exchange = Exchange(handler.command, handler.path, handler.headers, handler.rfile.read(length))
        fault = self.fault
        if fault in BEFORE:
            fault(exchange, self)
        sent = {name: value for name, value in handler.headers.items() if name.lower() not in ("host", "connection")}
        connection = http.client.HTTPSConnection(self.depot.url.hostname, self.depot.url.port, timeout=90,
                                                 context=self.depot.context)
        connection.request(exchange.method, exchange.path, exchange.body or None, sent)
        reply = connection.getresponse()
        exchange.status, exchange.reply = reply.status, reply.read()
        exchange.reply_headers = {name: value for name, value in reply.getheaders()
                                  if name.lower() not in ("content-length", "connection", "transfer-encoding")}
        connection.close()
        if fault is not None and fault not in BEFORE:
            fault(exchange, self)
        handler.send_response_only(exchange.status)
        for name, value in exchange.reply_headers.items():
            handler.send_header(name, value)
        if exchange.status != 204:
            handler.send_header("Content-Length", str(len(exchange.reply)))
        handler.end_headers()
        handler.wfile.write(exchange.reply)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
