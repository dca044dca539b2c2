# SPDX-License-Identifier: GPL-3.0-or-later
"""What the contract asks of a depot. Each check is a function whose words say what it wants; it gets the bench that hands out
handhelds, and raises Failure."""
import json
import re
import secrets
import threading
import time

import sm2
from handheld import GENESIS, Skip, decode, encode, expect, make_jws, new_id, now_ms, read_jws

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
DAY_MS = 86400000


# State

def health(bench):
    """says that it lives, to anybody"""
    expect(bench.depot.ask("GET", "/v1/health").good().object() == {"status": "ok"}, "its health is {\"status\":\"ok\"}")


def addresses(bench):
    """has nothing at other addresses, and says what works where another method is tried"""
    bench.depot.ask("GET", "/v1/nothing").problem("not-found")
    answer = bench.depot.ask("DELETE", "/v1/health")
    answer.problem("invalid", 405)
    expect("GET" in answer.headers.get("Allow", ""), "405 comes with Allow")


# Identity

def enrolment(bench):
    """tells a new handheld who it is and whom it may trust"""
    handheld = bench.handheld()
    identity = handheld.enrol().good().object()
    expect(UUID7.fullmatch(identity["device"]), f"a device's id is a UUIDv7, not {identity['device']}")
    expect(sm2.is_point(identity["depot_key"]), "the depot's key is a point of SM2's curve in lower-case hexadecimal")
    expect(isinstance(identity["courier"]["id"], str) and isinstance(identity["courier"]["name"], str),
           "the courier has an id and a name")
    expect("BEGIN CERTIFICATE" in identity["ca"] and identity["depot_name"], "there are an authority and a name")


def enrolment_again(bench):
    """gives the same answer to the same code and key, and none to another key"""
    handheld, other = bench.handheld(), bench.handheld()
    first = handheld.enrol().good().object()
    expect(handheld.enrol().good().object() == first, "the same request has another answer the second time")
    other.code = handheld.code
    other.enrol().problem("conflict")


def enrolment_bad(bench):
    """refuses codes it never gave, proofs that are none and bodies that are none, and uses up no code by that"""
    handheld = bench.handheld()
    handheld.enrol(proof_key=sm2.Key()).problem("unauthorised")
    handheld.enrol(public_key="04abcd").problem("invalid", 400)
    handheld.enrol(model="x" * 101).problem("invalid", 400)
    bench.depot.ask("POST", "/v1/devices", b"[]").problem("invalid", 400)
    bench.depot.ask("POST", "/v1/devices", b"{").problem("invalid", 400)
    code, handheld.code = handheld.code, "never-given"
    handheld.enrol().problem("not-found")
    handheld.code = code
    handheld.enrol().good()


def tokens(bench):
    """gives a token to who signs for it, and lets in nobody without one"""
    handheld = bench.joined()
    said = handheld.ask_token().good().object()
    expect(said["expires_in_s"] > 0, "a token ends some time")
    handheld.token = said["token"]
    handheld.pull().good()
    for token in (None, "nonsense", handheld.token[:-2] + ("AA" if handheld.token[-2:] != "AA" else "BB")):
        for method, path in (("GET", "/v1/feed"), ("POST", "/v1/journal"), ("PUT", f"/v1/blobs/{GENESIS}")):
            answer = bench.depot.ask(method, path, None if method == "GET" else b"x", token)
            answer.problem("unauthorised", 401)
            expect(answer.headers.get("WWW-Authenticate", "").startswith("Bearer"), "401 comes with WWW-Authenticate")


def assertions(bench):
    """takes an assertion only from the handheld's own key, for itself, and of a known handheld"""
    handheld = bench.joined()
    handheld.ask_token(key=sm2.Key()).problem("unauthorised")
    handheld.ask_token(audience="another").problem("unauthorised")
    claims = {"device": new_id(), "aud": "depot", "at_ms": now_ms(), "nonce": "a nonce of today"}
    bench.depot.ask("POST", "/v1/tokens",
                    {"assertion": make_jws(handheld.key, claims["device"], claims)}).problem("unauthorised")
    bench.depot.ask("POST", "/v1/tokens", {"assertion": "a.b"}).problem("invalid", 400)
    bench.depot.ask("POST", "/v1/tokens", {}).problem("invalid", 400)


def nonces(bench):
    """takes a nonce once"""
    handheld = bench.joined()
    nonce = secrets.token_urlsafe(12)
    handheld.ask_token(nonce=nonce).good()
    handheld.ask_token(nonce=nonce).problem("unauthorised")


def clocks(bench):
    """sends away a handheld whose clock is wrong by more than five minutes, and tells it the time"""
    handheld = bench.joined()
    for skew_ms in (-600000, 600000, -400 * DAY_MS):
        problem = handheld.ask_token(at_ms=now_ms() + skew_ms).problem("clock", 401)
        expect(abs(problem.get("now_ms", 0) - now_ms()) < 60000, "it tells another time than it is")
    handheld.ask_token(at_ms=now_ms() - 200000).good()


def revoked(bench):
    """keeps out a handheld that it has revoked, whatever it holds"""
    handheld = bench.joined()
    if not bench.revoke(handheld.device):
        raise Skip("no --revoke")
    handheld.note()
    handheld.push().problem("revoked", 403)
    handheld.pull().problem("revoked", 403)
    handheld.ask_token().problem("revoked", 403)


# The journal

def acknowledgement(bench):
    """acknowledges with its signature how far it holds a journal"""
    handheld = bench.joined()
    for _ in range(3):
        handheld.note()
    said = handheld.take_acknowledgement(handheld.push())
    expect(said["acknowledged"] == 3 and said["head"] == handheld.head, "it holds another end than was sent")
    expect(said["refused"] == [], "it refuses what can be applied")


def repeats(bench):
    """takes the same lines again as it took them first, also when some are new"""
    handheld = bench.joined()
    handheld.note()
    handheld.note()
    first = handheld.take_acknowledgement(handheld.push())
    again = handheld.take_acknowledgement(handheld.push())
    expect((again["acknowledged"], again["head"]) == (first["acknowledged"], first["head"]),
           "the repeat has another result")
    handheld.note()
    said = handheld.take_acknowledgement(handheld.push(1))
    expect(said["acknowledged"] == 3 and said["refused"] == [], "held lines before a new one are in its way")
    said = handheld.take_acknowledgement(handheld.push(0))
    expect(said["acknowledged"] == 3, "a repeat of all lines takes it back")


def gaps(bench):
    """names the line that is missing, and takes nothing beyond it"""
    handheld = bench.joined()
    for _ in range(4):
        handheld.note()
    handheld.take_acknowledgement(handheld.send(handheld.lines[:1]))
    problem = handheld.push(2).problem("gap", 409)
    expect(problem.get("expected") == 2, f"line 2 is missing, not {problem.get('expected')}")
    said = handheld.take_acknowledgement(handheld.push(1))
    expect(said["acknowledged"] == 4, "what was missing is there, and it does not go on")


def chains(bench):
    """takes nothing of a push whose lines do not follow each other"""
    handheld = bench.joined()
    first = handheld.note()
    stray = handheld.make_line("note.added", {"stop": "D1", "text": "stray"}, 2, GENESIS)
    handheld.send([first, stray]).problem("invalid", 400)
    held = int(handheld.pull().good().headers["Doorstep-Acknowledged"])
    expect(held == 0, f"it holds {held} of these lines")
    handheld.take_acknowledgement(handheld.push())


def signatures(bench):
    """takes only lines that end in the handheld's own signature and name it"""
    handheld, other = bench.joined(), bench.joined()
    data = {"stop": "D1", "text": "x"}
    handheld.send([handheld.make_line("note.added", data, 1, GENESIS, key=sm2.Key())]).problem("invalid", 400)
    handheld.send([other.make_line("note.added", data, 1, GENESIS)]).problem("invalid", 400)
    good = handheld.note()
    head, body, signature = good.split(".")
    changed = json.loads(decode(body)) | {"type": "note.changed"}
    handheld.send([f"{head}.{encode(json.dumps(changed).encode())}.{signature}"]).problem("invalid", 400)
    handheld.send(["nonsense"]).problem("invalid", 400)
    handheld.send([]).problem("invalid", 400)
    handheld.take_acknowledgement(handheld.push())


def forks(bench):
    """keeps apart the lines of a second handheld with the same identity, and tells both"""
    handheld = bench.joined()
    handheld.note()
    handheld.note()
    handheld.take_acknowledgement(handheld.push())
    prev = sm2.sm3(handheld.lines[0].encode()).hex()
    other = handheld.make_line("note.added", {"stop": "D1", "text": "elsewhere"}, 2, prev)
    problem = handheld.send([other]).problem("fork", 409)
    expect(problem.get("forks_at") == 2, f"it forks at 2, not {problem.get('forks_at')}")
    expect(problem.get("kept") == 2, "it says up to where it keeps them")
    handheld.send([other]).problem("fork", 409)
    handheld.note()
    said = handheld.take_acknowledgement(handheld.push(2))
    expect(said["acknowledged"] == 3, "whoever goes on with what is held is in its own way")
    expect(said.get("forks_at") == 2, "whoever goes on does not learn of the fork")
    item = handheld.wait_for("fork")["data"]
    expect(item["device"] == handheld.device and item["forks_at"] == 2, "the feed tells of another fork")


def refusals(bench):
    """holds an entry that it cannot apply, names it each time, and goes on"""
    handheld = bench.joined()
    handheld.note()
    handheld.append("payment.query", {"payment": "nonsense"})
    handheld.note()
    for _ in range(2):
        said = handheld.take_acknowledgement(handheld.push())
        expect(said["acknowledged"] == 3, "one entry that cannot be applied is in the way of others")
        expect([entry["seq"] for entry in said["refused"]] == [2], "it does not name what it refuses")
        expect(said["refused"][0]["reason"] and said["refused"][0]["id"], "a refusal has a reason and the entry's id")


def entries_once(bench):
    """applies an entry once by its id"""
    handheld = bench.joined()
    same = new_id()
    handheld.append("note.added", {"stop": "D1", "text": "a"}, entry_id=same)
    handheld.append("note.added", {"stop": "D1", "text": "b"}, entry_id=same)
    said = handheld.take_acknowledgement(handheld.push())
    expect([entry["seq"] for entry in said["refused"]] == [2], "an id that comes twice is applied twice")


def payments_once(bench):
    """takes a payment once by its id, whatever entry brings it"""
    handheld = bench.joined()
    shift, payment = new_id(), new_id()
    handheld.append("shift.opened", {"shift": shift, "courier": handheld.identity["courier"]["id"],
                                     "accounting_date": "2026-11-22", "float_fen": 0})
    for _ in range(2):
        handheld.append("payment.cash", {"payment": payment, "shift": shift, "stop": "D1", "parcels": ["W1"],
                                         "amount_fen": 700, "tendered_fen": 700, "change_fen": 0})
    said = handheld.take_acknowledgement(handheld.push())
    expect([entry["seq"] for entry in said["refused"]] == [3], "the same payment is taken twice")


# Limits

def limits_journal(bench):
    """takes at most 1000 lines of 64 KiB, and 4 MiB together"""
    handheld = bench.joined()
    line = handheld.make_line("note.added", {"stop": "D1", "text": "x"}, 1, GENESIS)
    handheld.send([line] * 1001).problem("too-large", 413)
    # Nobody signs what is longer than anybody reads.
    handheld.send(["a" * (64 * 1024 + 1)]).problem("too-large", 413)
    handheld.send(["a" * 60000] * 80).problem("too-large", 413)
    handheld.note()
    handheld.take_acknowledgement(handheld.push())


def limits_objects(bench):
    """reads no object that is larger than any it needs, or nested deeper than 32"""
    bench.depot.ask("POST", "/v1/tokens", {"assertion": "a" * 20000}).problem("too-large", 413)
    bench.depot.ask("POST", "/v1/tokens", b'{"assertion":' + b"[" * 1000 + b"]" * 1000 + b"}").problem("invalid", 400)


# The feed

def feed_items(bench):
    """has settings and a signed list of operators for a new handheld"""
    handheld = bench.joined()
    items = {item["type"]: item["data"] for item in handheld.pull().lines()}
    settings = items["settings"]
    expect(settings["courier"] == handheld.identity["courier"], "the settings are another courier's")
    for group, members in {"limits": ("voucher_fen", "wallet_fen", "unredeemed_fen", "unredeemed_count",
                                      "voucher_age_s", "trust_age_s", "cash_fen"),
                           "timings": ("live_code_wait_ms", "unknown_after_ms", "query_every_ms", "payer_code_life_ms",
                                       "built_code_life_ms")}.items():
        expect(all(type(settings[group].get(member)) is int for member in members), f"{group} lack something")
    trust = read_jws(items["operators"]["jws"], handheld.identity["depot_key"])
    expect(trust["version"] >= 1 and abs(trust["issued_at_ms"] - now_ms()) < 8 * DAY_MS,
           "the list of operators is old: handhelds take no voucher on it")
    for operator in trust["operators"]:
        expect(re.fullmatch("[0-9]{3}", operator["id"]) and operator["name"] and operator["keys"], "an operator lacks something")
        expect(all(sm2.is_point(key["public_key"]) and key["not_before_ms"] <= key["not_after_ms"]
                   for key in operator["keys"]), "an operator's key is none")


def feed_order(bench):
    """gives items in the order of their cursors, and each once"""
    handheld = bench.joined()
    answer = handheld.pull()
    cursors = [item["cursor"] for item in answer.lines()]
    expect(cursors == sorted(set(cursors)) and cursors[0] >= 1, f"cursors do not grow: {cursors}")
    last = int(answer.headers["Doorstep-Cursor"])
    expect(last == cursors[-1], "Doorstep-Cursor is not the last item's")
    rest = handheld.pull(last)
    expect(rest.lines() == [] and int(rest.headers["Doorstep-Cursor"]) == last, "after the last one there is more")


def feed_pages(bench):
    """gives as many items as are asked for, and says when there are more"""
    handheld = bench.joined()
    whole = [item["cursor"] for item in handheld.pull().lines()]
    found, after, more = [], 0, True
    while more and len(found) <= len(whole):
        answer = handheld.pull(after, limit=1)
        items = answer.lines()
        expect(len(items) == 1, f"{len(items)} items where one was asked for")
        found.append(items[0]["cursor"])
        after = int(answer.headers["Doorstep-Cursor"])
        more = answer.headers.get("Doorstep-More") == "1"
    expect(found == whole, "page by page there are other items than at once")


def feed_waits(bench):
    """keeps who waits for news until there are some, or the time is over"""
    handheld = bench.joined()
    after = int(handheld.pull().good().headers["Doorstep-Cursor"])
    answer = handheld.pull(after, wait=1)
    expect(answer.lines() == [] and 0.8 < answer.seconds < 30, f"it answers after {answer.seconds:.1f} s instead of 1")
    waiting = []
    thread = threading.Thread(target=lambda: waiting.append(handheld.pull(after, wait=60)))
    thread.start()
    # A live code is asked for: there is one, or a word why not.
    payment = new_id()
    handheld.append("payment.requested", {"payment": payment, "shift": new_id(), "stop": "D1", "parcels": ["W1"],
                                          "amount_fen": 100})
    handheld.take_acknowledgement(handheld.push())
    thread.join(timeout=45)
    expect(waiting and [(item["type"], item["data"]["payment"]) for item in waiting[0].lines()] == [("payment", payment)],
           "news do not come to who waits")


def feed_one_wait(bench):
    """has one waiting request a handheld: a second one ends the first"""
    handheld = bench.joined()
    after = int(handheld.pull().good().headers["Doorstep-Cursor"])
    first = []
    thread = threading.Thread(target=lambda: first.append(handheld.pull(after, wait=60)))
    thread.start()
    end = time.monotonic() + 45
    while not first and time.monotonic() < end:
        handheld.pull(after, wait=1)
    thread.join(timeout=1)
    expect(first and first[0].status == 200, "the first waits on beside the second")


def feed_queries(bench):
    """refuses numbers that are none, or beyond their range"""
    handheld = bench.joined()
    for query in ({"after": "x"}, {"after": -1}, {"wait": 61}, {"wait": "x"}, {"limit": 2001}):
        handheld.pull(**({"after": 0} | query)).problem("invalid", 400)


def feed_held(bench):
    """says with the feed how far it holds the journal"""
    handheld = bench.joined()
    headers = handheld.pull().good().headers
    expect(headers["Doorstep-Acknowledged"] == "0" and headers["Doorstep-Head"] == GENESIS, "before the first entry it holds some")
    handheld.note()
    handheld.take_acknowledgement(handheld.push())
    headers = handheld.pull().good().headers
    expect(headers["Doorstep-Acknowledged"] == "1" and headers["Doorstep-Head"] == handheld.head, "it holds another entry")


def feed_gzip(bench):
    """compresses only for who asks, and the same comes out"""
    handheld = bench.joined()
    plain = handheld.pull()
    expect("Content-Encoding" not in plain.headers, "compressed without being asked to")
    packed = handheld.pull(headers={"Accept-Encoding": "gzip"})
    expect(packed.lines() == plain.lines(), "compressed there are other items")


# A shift

def statement(bench):
    """settles a closed shift with a signed statement that balances"""
    handheld = bench.joined()
    shift = new_id()
    handheld.append("shift.opened", {"shift": shift, "courier": handheld.identity["courier"]["id"],
                                     "accounting_date": "2026-11-22", "float_fen": 1000})
    handheld.append("payment.cash", {"payment": new_id(), "shift": shift, "stop": "D1", "parcels": ["W1"],
                                     "amount_fen": 700, "tendered_fen": 1000, "change_fen": 300})
    handheld.append("shift.closed", {"shift": shift, "cash_counted_fen": 1690})
    said = handheld.take_acknowledgement(handheld.push())
    expect(said["refused"] == [], f"it refuses a shift: {said['refused']}")
    data = handheld.wait_for("statement")["data"]
    expect(data["shift"] == shift, "it is another shift's")
    payload = read_jws(data["jws"], handheld.identity["depot_key"])
    expect(payload["shift"] == shift and payload["device"] == handheld.device and payload["books_sum_fen"] == 0,
           "its books do not sum to zero, or are another's")
    expect(payload["cash"] == {"expected_fen": 1700, "counted_fen": 1690, "float_fen": 1000},
           f"the drawer holds 1700 and was counted as 1690, not {payload['cash']}")
    expect(payload["difference_fen"] == -10 and payload["balanced"] is False, "10 fen are missing and it does not say so")
    expect([line["device_fen"] for line in payload["lines"]] == [700], "the payment does not stand in it once")


# Proofs

def blobs(bench):
    """keeps the content of a proof under its SM3, and nothing under another's"""
    handheld = bench.joined()
    content = secrets.token_bytes(1000)
    path = f"/v1/blobs/{sm2.sm3(content).hex()}"
    bench.depot.ask("PUT", path, content[:-1] + bytes([content[-1] ^ 1]), handheld.token).problem("invalid", 400)
    bench.depot.ask("PUT", "/v1/blobs/ABC", content, handheld.token).problem("invalid", 400)
    bench.depot.ask("PUT", path, content, handheld.token).good(201)
    bench.depot.ask("PUT", path, content, handheld.token).good(204)


def blobs_in_pieces(bench):
    """keeps pieces, and says where to go on"""
    handheld = bench.joined()
    content = secrets.token_bytes(3000)
    path = f"/v1/blobs/{sm2.sm3(content).hex()}?size=3000&offset="
    answer = bench.depot.ask("PUT", path + "0", content[:1000], handheld.token).good(202)
    expect(answer.headers.get("Doorstep-Held") == "1000", "it holds another part than was sent")
    for offset in (0, 2000):
        problem = bench.depot.ask("PUT", path + str(offset), content[offset:offset + 1000], handheld.token).problem("gap", 409)
        expect(problem.get("expected") == 1000, "it expects another piece than the next")
    bench.depot.ask("PUT", path + "1000", content[1000:], handheld.token).good(201)
    bench.depot.ask("PUT", path + "3001", b"x", handheld.token).problem("invalid", 400)


def blobs_large(bench):
    """keeps no proof of more than 8 MiB"""
    handheld = bench.joined()
    bench.depot.ask("PUT", f"/v1/blobs/{GENESIS}", b"x" * (8 * 1024 * 1024 + 1), handheld.token).problem("too-large", 413)


ALL = [check for check in list(globals().values()) if callable(check) and getattr(check, "__module__", "") == __name__]
