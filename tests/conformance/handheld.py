# SPDX-License-Identifier: GPL-3.0-or-later
"""A handheld as the contract (data/api/openapi.yaml) has it, in as few lines as tell it, and a depot's answers."""
import base64
import datetime
import gzip
import http.client
import json
import secrets
import ssl
import time
import urllib.parse

import sm2

GENESIS = "0" * 64
PROBLEMS = {f"urn:doorstep:problem:{name}": status for name, status in {
    "invalid": (400, 405), "unauthorised": (401,), "clock": (401,), "revoked": (403,), "not-found": (404,),
    "conflict": (409,), "fork": (409,), "gap": (409,), "gone": (410,), "too-large": (413,), "overloaded": (429, 503),
}.items()}
TIMEOUT_S = 90


class Failure(Exception):
    """The depot is not as the contract wants it."""


class Skip(Exception):
    """What would be needed to ask is not there."""


def expect(good, words):
    if not good:
        raise Failure(words)


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_id():
    """UUIDv7 (RFC 9562)."""
    value = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def now_ms():
    return int(time.time() * 1000)


def make_jws(key, kid, payload):
    head = encode(json.dumps({"alg": "SM2SM3", "kid": kid}, separators=(",", ":")).encode())
    body = encode(json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode())
    return f"{head}.{body}.{encode(key.sign(f'{head}.{body}'.encode()))}"


def read_jws(text, public_hex):
    """The payload, its signature verified."""
    parts = text.split(".")
    expect(len(parts) == 3, f"no JWS: {text[:80]}")
    head = json.loads(decode(parts[0]))
    expect(head.get("alg") == "SM2SM3" and head.get("kid") == "depot", f"a JWS of the depot has another head: {head}")
    expect(sm2.verify(public_hex, f"{parts[0]}.{parts[1]}".encode(), decode(parts[2])),
           "the signature is not that of the depot's key")
    return json.loads(decode(parts[1]))


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    def object(self):
        kind = self.headers.get_content_type()
        expect(kind in ("application/json", "application/problem+json"), f"JSON was expected, not {kind}")
        return json.loads(self.body)

    def lines(self):
        expect(self.status == 200, f"status {self.status} instead of 200: {self.body[:200]}")
        expect(self.headers.get_content_type() == "application/x-ndjson", "lines are application/x-ndjson")
        return [json.loads(line) for line in self.body.decode().splitlines()]

    def good(self, status=200):
        expect(self.status == status, f"status {self.status} instead of {status}: {self.body[:300]}")
        return self

    def problem(self, name, *statuses):
        """RFC 9457, with a type of the contract that goes with its status."""
        expect(self.status >= 400, f"status {self.status} where {name} was expected: {self.body[:300]}")
        expect(self.headers.get_content_type() == "application/problem+json",
               f"a problem is application/problem+json, not {self.headers.get_content_type()}")
        problem = json.loads(self.body)
        kind = problem.get("type")
        expect(kind in PROBLEMS, f"the contract has no problem {kind}")
        expect(self.status in PROBLEMS[kind], f"{kind} does not go with status {self.status}")
        expect(problem.get("status") == self.status, "the problem's status is another than the answer's")
        expect(all(isinstance(problem.get(member), str) and problem[member] for member in ("title", "detail")),
               "a problem has a title and a detail")
        expect(kind == f"urn:doorstep:problem:{name}", f"{kind} where {name} was expected")
        expect(not statuses or self.status in statuses, f"status {self.status} instead of {statuses}")
        return problem


class Depot:
    """The other side, by URL."""

    def __init__(self, url, ca):
        self.url, self.ca = urllib.parse.urlsplit(url), ca
        self.context = ssl.create_default_context(cafile=ca)

    def ask(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPSConnection(self.url.hostname, self.url.port or 443, timeout=TIMEOUT_S,
                                                 context=self.context)
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if isinstance(body, dict):
            sent.setdefault("Content-Type", "application/json")
            body = json.dumps(body).encode()
        began = time.monotonic()
        try:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            data = reply.read()
        finally:
            connection.close()
        if reply.headers.get("Content-Encoding") == "gzip":
            expect("gzip" in sent.get("Accept-Encoding", ""), "compressed without being asked to")
            data = gzip.decompress(data)
        return Answer(reply.status, reply.headers, data, time.monotonic() - began)


class Handheld:
    """One that is enrolled, with its key and its journal."""

    def __init__(self, depot, code):
        self.depot, self.code, self.key = depot, code, sm2.Key()
        self.seq, self.head, self.lines = 0, GENESIS, []
        self.identity = self.token = None
        self.boot = new_id()
        self.began = time.monotonic()

    def enrol(self, proof_key=None, **others):
        proof = (proof_key or self.key).sign(f"{self.code}.{self.key.public_hex}".encode())
        request = {"code": self.code, "public_key": self.key.public_hex, "model": "conformance", "app_version": "1",
                   "proof": encode(proof)}
        return self.depot.ask("POST", "/v1/devices", request | others)

    def join(self):
        self.identity = self.enrol().good().object()
        self.token = self.ask_token().good().object()["token"]
        return self

    @property
    def device(self):
        return self.identity["device"]

    def ask_token(self, at_ms=None, nonce=None, audience="depot", key=None):
        claims = {"device": self.device, "aud": audience, "at_ms": now_ms() if at_ms is None else at_ms,
                  "nonce": nonce or secrets.token_urlsafe(12)}
        return self.depot.ask("POST", "/v1/tokens", {"assertion": make_jws(key or self.key, self.device, claims)})

    def make_line(self, kind, data, seq, prev, entry_id=None, key=None, device=None):
        at = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        payload = {"seq": seq, "prev": prev, "id": entry_id or new_id(), "at": at, "boot": self.boot,
                   "mono_ms": int((time.monotonic() - self.began) * 1000), "type": kind, "data": data}
        return make_jws(key or self.key, device or self.device, payload)

    def append(self, kind, data, **others):
        line = self.make_line(kind, data, self.seq + 1, self.head, **others)
        self.seq += 1
        self.head = sm2.sm3(line.encode()).hex()
        self.lines.append(line)
        return line

    def note(self, text="x"):
        return self.append("note.added", {"stop": "D1", "text": text})

    def send(self, lines):
        return self.depot.ask("POST", "/v1/journal", "".join(line + "\n" for line in lines).encode(), self.token,
                              {"Content-Type": "application/x-ndjson"})

    def push(self, first=0):
        return self.send(self.lines[first:])

    def take_acknowledgement(self, answer):
        """Of a good push: what it says, verified."""
        said = answer.good().object()
        expect(isinstance(said.get("refused"), list), "an acknowledgement names what was refused")
        signed = read_jws(said["acknowledgement"], self.depot_key(said))
        expect(signed.get("device") == self.device, "the acknowledgement is another handheld's")
        expect(signed.get("acknowledged") == said["acknowledged"] and signed.get("head") == said["head"],
               "what is signed differs from what stands beside it")
        expect(abs(signed.get("at_ms", 0) - now_ms()) < 600000, "the acknowledgement's time is not now")
        return said

    def depot_key(self, said):
        """The one that signs now: the first, or the last of those that were announced and have begun."""
        key = self.identity["depot_key"]
        for announcement in said.get("depot_keys", []):
            following = read_jws(announcement, key)
            if following["from_ms"] > now_ms():
                break
            key = following["depot_key"]
        return key

    def pull(self, after=0, **query):
        headers = query.pop("headers", None)
        return self.depot.ask("GET", "/v1/feed?" + urllib.parse.urlencode({"after": after} | query), None, self.token,
                              headers)

    def wait_for(self, kind, seconds=30):
        """The newest item of a type, once there is one."""
        end = time.monotonic() + seconds
        after, found = 0, None
        while found is None and time.monotonic() < end:
            answer = self.pull(after, wait=2)
            for item in answer.lines():
                if item["type"] == kind:
                    found = item
            after = int(answer.headers["Doorstep-Cursor"])
        expect(found is not None, f"there is no {kind} in the feed after {seconds} s")
        return found
