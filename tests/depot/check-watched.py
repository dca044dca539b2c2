#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The depot as whoever runs it sees it: its configuration file, its health, its numbers and its log.

check-watched.py PROGRAM EXAMPLE.conf SAMPLE.csv
"""
import json
import os
import resource
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import warnings

warnings.simplefilter("ignore")
from prometheus_client.openmetrics.parser import text_string_to_metric_families  # noqa: E402

PROGRAM, EXAMPLE, SAMPLE = sys.argv[1:]
FLOOD_BYTES = 64 * 1024 * 1024
work = tempfile.mkdtemp()
number = 0


def check(words, good, said=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} {words}")
    if not good:
        print(f"# {said!r}")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60)


def write(name, text):
    path = os.path.join(work, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def ask(path):
    """Status, type and body, of good answers and of bad ones."""
    try:
        with urllib.request.urlopen(monitor + path, timeout=60) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def flood(url, path, length):
    """How much the server grows by a body that it does not want, of which it is told the length or not."""
    def measure():
        with open(f"/proc/{server.pid}/statm", encoding="utf-8") as file:
            return int(file.read().split()[1]) * resource.getpagesize()

    context = ssl.create_default_context(cafile=ready["ca"])
    address = urllib.parse.urlsplit(url)
    piece = b"x" * 0x10000
    before = measure()
    with context.wrap_socket(socket.create_connection((address.hostname, address.port), timeout=60),
                             server_hostname=address.hostname) as line:
        head = f"Content-Length: {2 * FLOOD_BYTES}" if length else "Transfer-Encoding: chunked"
        line.sendall(f"POST {path} HTTP/1.1\r\nHost: depot\r\n{head}\r\n\r\n".encode())
        for _ in range(FLOOD_BYTES // len(piece)):
            line.sendall(piece if length else b"10000\r\n" + piece + b"\r\n")
        return measure() - before


def count(families, name, **labels):
    return sum(sample.value for family in families for sample in family.samples
               if sample.name == name and labels.items() <= sample.labels.items())


def refuses(words, text, line, *hints):
    path = write("bad.conf", text)
    said = run("--config", path, "config")
    check(f"refuses {words}", said.returncode != 0 and f"{path}, line {line}: " in said.stderr
          and all(hint in said.stderr for hint in hints), said.stderr)


# The configuration file

example = run("--config", EXAMPLE, "config")
check("takes the example as it is", example.returncode == 0, example.stderr)
effective = json.loads(example.stdout or "{}")
check("and reads it", effective["listen"] == {"port": 8443, "everywhere": False}
      and effective["depot"]["directory"] == "/var/lib/doorstep" and effective["log"]["format"] == "journal", effective)
keys = {f"{group}.{key}" for group, pairs in effective.items() for key in pairs}
with open(EXAMPLE, encoding="utf-8") as file:
    text = file.read()
check("and it shows every key there is", all(f"{key.split('.')[1]}=" in text for key in keys), keys)
stronger = run("--config", EXAMPLE, "--port", "1", "config")
check("the command line is stronger", json.loads(stronger.stdout)["listen"]["port"] == 1, stronger.stderr)
refuses("a key that there is not", "[listen]\nport=1\nprot=2\n", 3, "prot", "port, everywhere")
refuses("a group that there is not", "\n[listne]\nport=1\n", 2, "listne", "listen")
refuses("a number beyond its range", "[listen]\nport=70000\n", 2, "0 to 65535", "70000")
refuses("what is no number", "[monitor]\nport=many\n", 2, "many")
refuses("what is neither true nor false", "[listen]\neverywhere=perhaps\n", 2, "true or false")
refuses("a word that there is not", "[log]\nlevel=loud\n", 2, "warning notice info debug")
refuses("a key without a value", "[depot]\nhost=\n", 2, "host")
refuses("a key that stands there twice", "[listen]\nport=1\nport=2\n", 3, "twice")
refuses("a line that is none", "[listen]\nport 1\n", 2, "key=value")
refuses("a key before any group", "port=1\n", 1, "group")
missing = run("--config", os.path.join(work, "none.conf"), "config")
check("says when there is no file", missing.returncode != 0 and "none.conf" in missing.stderr, missing.stderr)
loud = run("--config", EXAMPLE, "--log-level", "loud", "config")
check("refuses the same on the command line", loud.returncode != 0 and "warning notice" in loud.stderr, loud.stderr)

# A depot that serves

directory = os.path.join(work, "depot")
conf = write("depot.conf", f"[depot]\ndirectory={directory}\n[sandbox]\nenabled=true\n[monitor]\nport=0\n"
             "[desk]\nport=0\n[log]\nlevel=debug\nformat=json\n")
# A write beyond a limit fails, as on a full disk, and does not kill.
server = subprocess.Popen([PROGRAM, "--config", conf, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          restore_signals=False)
log = []
reader = threading.Thread(target=lambda: log.extend(server.stderr))
reader.start()
ready = json.loads(server.stdout.readline())
monitor = ready["monitor"]
try:
    check("listens for whoever watches on loopback alone", monitor.startswith("http://127.0.0.1:"), ready)
    check("lives", ask("/health/live")[0] == 200)
    status, kind, body = ask("/health/ready")
    checks = {item["check"]: item["ok"] for item in json.loads(body)["checks"]}
    check("is ready", status == 200 and all(checks.values()), body)
    check("having looked at disk, database, queue and operators",
          {"database", "disk", "queue", "operator 003"} <= checks.keys(), checks)
    check("says no more to who asks for more", ask("/secrets")[0] == 404)

    imported = run("--config", conf, "import", SAMPLE, "--courier", "0317")
    check("takes a route meanwhile", imported.returncode == 0, imported.stderr)
    for _ in range(3):
        subprocess.run(["curl", "--silent", "--cacert", ready["ca"], "--header", "X-Request-Id: 0123456789abcdef",
                        "--dump-header", os.path.join(work, "head"), ready["listening"] + "/v1/feed"], check=True,
                       stdout=subprocess.DEVNULL)
    with open(os.path.join(work, "head"), encoding="utf-8") as file:
        head = file.read().lower()
    check("answers with the request's id", "x-request-id: 0123456789abcdef" in head, head)

    status, kind, body = ask("/metrics")
    check("gives numbers as OpenMetrics", status == 200 and kind.startswith("application/openmetrics-text"), kind)
    families = list(text_string_to_metric_families(body))
    check("in its grammar", len(families) > 20, body)
    check("counts requests by route and status",
          count(families, "doorstep_requests_total", route="/v1/feed", status="401") == 3, body)
    check("and how long they took", count(families, "doorstep_request_seconds_count", route="/v1/feed") == 3, body)
    check("counts what operators said", count(families, "doorstep_operator_calls_total", call="create") > 0, body)
    check("has books that sum to zero", count(families, "doorstep_books_sum_fen") == 0)
    check("knows what it weighs", count(families, "doorstep_database_bytes") > 4096
          and count(families, "process_resident_memory_bytes") > 1024 * 1024
          and count(families, "doorstep_disk_free_bytes") > 0, body)
    own = run("--config", conf, "metrics")
    check("gives them to its owner on the command line",
          own.returncode == 0 and len(list(text_string_to_metric_families(own.stdout))) == len(families), own.stderr)
    check("and its health", run("--config", conf, "health").returncode == 0)

    grown = [flood(url, path, length) for url in (ready["listening"], ready["bank"], ready["desk"])
             for path in ("/v1/tokens", "/nowhere") for length in (False, True)]
    check("keeps nothing of a body that nobody wants", max(grown) < FLOOD_BYTES // 2, grown)

    # Nothing can be written any more.
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    status, kind, body = ask("/health/ready")
    checks = {item["check"]: item["ok"] for item in json.loads(body)["checks"]}
    check("is not ready when the database cannot be written", status == 503 and not checks["database"], body)
    check("and lives all the same", ask("/health/live")[0] == 200)
    check("and its owner's command fails", run("--config", conf, "health").returncode != 0)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    check("and is ready again afterwards", ask("/health/ready")[0] == 200)
finally:
    server.terminate()
    server.wait(timeout=60)
    reader.join(timeout=60)

events = [json.loads(line) for line in log]
check("logs one object a line", len(events) > 5 and all({"time", "level", "event"} <= event.keys() for event in events))
check("each request with its id",
      sum(event["event"] == "request" and event["request"] == "0123456789abcdef" and event["status"] == 401
          for event in events) == 3, events)
check("and when it could not work, and could again",
      [event["event"] for event in events if event["event"] in ("ready", "not-ready")] == ["not-ready", "ready"], events)

small = subprocess.Popen([PROGRAM, "--config", conf, "serve", "--min-free-mib", "2000000000", "--log-level", "notice",
                          "--log-format", "journal"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
monitor = json.loads(small.stdout.readline())["monitor"]
status, kind, body = ask("/health/ready")
small.terminate()
said = small.communicate(timeout=60)[1]
check("is not ready on a disk that is nearly full", status == 503 and "MiB are free" in body, body)
if not os.path.exists("/run/systemd/journal/socket"):
    check("where there is no journal it says it all the same, and no more than was asked for",
          [json.loads(line)["event"] for line in said.splitlines()] == ["serving", "not-ready", "ending"], said)
check("tells its owner when nobody serves", run("--config", conf, "health").returncode != 0)

shutil.rmtree(work)
print(f"1..{number}")
