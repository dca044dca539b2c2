#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds what handhelds journal to data/api/openapi.yaml: every type there is has its schema, and lines that the door's
tests leave are as their schemas say.

check-journals.py OPENAPI PROJECTION (TEST SUBTEST)…: the source that names all types, and tests with what to run of them
"""
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "depot"))
contract_check = __import__("check-openapi")

# What a courier needs a window for, or a clock that jumps; tests/app and tests/store have it.
ELSEWHERE = {"clock.jumped", "device.signed-out", "entry.corrected", "entry.escalated", "entry.retried", "note.added",
             "parcel.loaded", "proof.added", "proof.refused", "route.resequenced", "shift.loaded"}


def name_schema(kind):
    return "".join(part.capitalize() for part in re.split("[.-]", kind)) + "Data"


def read_lines(tests):
    with tempfile.TemporaryDirectory() as directory:
        for program, subtest in zip(tests[::2], tests[1::2]):
            subprocess.run([program, "-p", subtest], check=True, capture_output=True,
                           env=dict(os.environ, DS_TEST_JOURNALS=directory))
        for name in os.listdir(directory):
            with open(os.path.join(directory, name), encoding="ascii") as file:
                yield from file.read().splitlines()


def main():
    path, projection, *tests = sys.argv[1:]
    contract = contract_check.load(path)
    with open(projection, encoding="utf-8") as file:
        types = set(re.findall(r'^  \{ "([a-z.-]+)", [a-z_]*project', file.read(), re.MULTILINE))
    described = {name for name in contract.schemas if name.endswith("Data")}
    assert described == {name_schema(kind) for kind in types}, described ^ {name_schema(kind) for kind in types}
    listed = {one["$ref"].rpartition("/")[2] for one in contract.schemas["JournalEntry"]["properties"]["data"]["anyOf"]}
    assert listed == described, listed ^ described

    seen = set()
    for line in read_lines(tests):
        entry = contract_check.read_payload(line)
        contract.check(contract.schemas["JournalEntry"], entry, f"entry {entry['seq']}")
        contract.check(contract.schemas[name_schema(entry["type"])], entry["data"], entry["type"])
        seen.add(entry["type"])
    assert seen == types - ELSEWHERE, seen ^ (types - ELSEWHERE)


main()
