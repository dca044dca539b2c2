#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The depot's log in systemd's journal: what a socket of the test's own gets in the journal's place.

check-journal.py PROGRAM LOG-LARGE SAMPLE.csv

The journal's socket has one path, so this runs in a mount namespace where /run is empty, and is skipped, saying so, where
there is none to be had.
"""
import array
import csv
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

INSIDE = "--inside"
SOCKET = "/run/systemd/journal/socket"
END = b"END\n"
LARGE = 1024 * 1024
REQUEST = "0123456789abcdef"

if INSIDE not in sys.argv:
    # Who is not root may be it in a namespace of his own.
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None:
        print("1..0 # SKIP there is no unshare")
        sys.exit(0)
    tried = subprocess.run([*unshare, "mount", "-t", "tmpfs", "none", "/run"], capture_output=True, text=True)
    if tried.returncode != 0:
        print(f"1..0 # SKIP no namespace with a /run of its own: {tried.stderr.strip()}")
        sys.exit(0)
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv, INSIDE])

PROGRAM, LOG_LARGE, SAMPLE = sys.argv[1:4]
subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
os.makedirs(os.path.dirname(SOCKET))
work = tempfile.mkdtemp()
number = 0


def check(words, good, said=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} {words}")
    if not good:
        print("# " + repr(said)[:4000])


def read_fields(message):
    """The journal's own form: NAME=text, or NAME, a length of eight bytes, and so many bytes."""
    fields = {}
    while message:
        head, message = message.split(b"\n", 1)
        if b"=" in head:
            name, value = head.split(b"=", 1)
        else:
            name, size = head, int.from_bytes(message[:8], "little")
            value, message = message[8:8 + size], message[8 + size + 1:]
        fields[name.decode()] = value.decode()
    return fields


def receive(listener, messages, kinds):
    """What is too large for a datagram comes as a sealed file in memory, and the datagram is empty."""
    while True:
        data, ancillary, flags, _ = listener.recvmsg(LARGE * 4, socket.CMSG_SPACE(4))
        if data == END:
            return
        if ancillary:
            descriptor = array.array("i", ancillary[0][2])[0]
            with open(descriptor, "rb") as file:
                file.seek(0)
                data = file.read()
        kinds.append("file" if ancillary else "datagram")
        messages.append(data)


listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(SOCKET)
messages, kinds = [], []
reader = threading.Thread(target=receive, args=(listener, messages, kinds), daemon=True)
reader.start()

directory = os.path.join(work, "depot")
with open(os.path.join(work, "depot.conf"), "w", encoding="utf-8") as file:
    file.write(f"[depot]\ndirectory={directory}\n[sandbox]\nenabled=true\n[log]\nlevel=debug\nformat=journal\n")
depot = [PROGRAM, "--config", file.name]
server = subprocess.Popen([*depot, "serve"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
try:
    ready = json.loads(server.stdout.readline())
    subprocess.run([*depot, "import", SAMPLE, "--courier", "0317"], check=True, capture_output=True)
    subprocess.run([*depot, "enrol", "--courier", "0317", "--name", "韩师傅"], check=True, capture_output=True)
    answer = subprocess.run(["curl", "--silent", "--cacert", ready["ca"], "--header", f"X-Request-Id: {REQUEST}",
                             ready["listening"] + "/v1/feed?recipient=" + "%E6%9D%8E%E5%8D%8E"],
                            capture_output=True, text=True, check=True)
finally:
    server.terminate()
    said = server.communicate(timeout=60)[1]
large = subprocess.run([LOG_LARGE, str(LARGE)], capture_output=True, text=True, check=True)
# All of it has been sent by then, and a socket keeps its order.
closer = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
closer.sendto(END, SOCKET)
reader.join(timeout=60)

check("says nothing beside the journal", said == "" and large.stderr == "", said + large.stderr)
entries = [read_fields(message) for message in messages]
events = [entry.get("DOORSTEP_EVENT") for entry in entries]
check("says when it begins and when it ends", {"serving", "ending"} <= set(events), events)
check("names itself in every entry", all(entry["SYSLOG_IDENTIFIER"] == "doorstep-depot" for entry in entries), entries)
check("and how grave it is", all(entry["PRIORITY"] in "34567" for entry in entries), entries)
requests = [entry for entry in entries if entry.get("DOORSTEP_EVENT") == "request"]
check("has the request in fields of their own",
      [(entry["DOORSTEP_REQUEST"], entry["DOORSTEP_METHOD"], entry["DOORSTEP_ROUTE"], entry["DOORSTEP_STATUS"])
       for entry in requests] == [(REQUEST, "GET", "/v1/feed", "401")], requests)
check("and says it in the message, too", all(REQUEST in entry["MESSAGE"] for entry in requests), requests)

with open(SAMPLE, encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
secrets = {row[column] for row in rows for column in ("recipient", "phone", "address", "waybill")}
secrets |= {"韩师傅", "%E6%9D%8E", "李华"}
text = "\n".join(value for entry in entries for value in entry.values() if len(value) < LARGE)
check("names nobody, whatever was asked", rows and not [secret for secret in secrets if secret in text], text)

of = {entry["DOORSTEP_EVENT"]: entry for entry in entries}
check("loses nothing of a field of a mebibyte", len(of["large"]["DOORSTEP_TEXT"]) == LARGE
      and set(of["large"]["DOORSTEP_TEXT"]) == {"x"} and of["large"]["DOORSTEP_N_BYTES"] == str(LARGE),
      len(of["large"].get("DOORSTEP_TEXT", "")))
check("which is more than a datagram takes", "file" in kinds, kinds)
check("keeps lines in a field", of["lines"]["DOORSTEP_TEXT"] == "one\ntwo=2\n", of["lines"])
check("hands on what libraries say", of["library"]["DOORSTEP_TEXT"] == "a library speaks", of["library"])

shutil.rmtree(work)
print(f"1..{number}")
