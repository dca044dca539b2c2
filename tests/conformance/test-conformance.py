#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our own depot passes every check, and each fault of the liar's is noticed: test-conformance.py PROGRAM"""
import importlib.machinery
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
import checks  # noqa: E402
import liar  # noqa: E402
from handheld import Depot  # noqa: E402

loader = importlib.machinery.SourceFileLoader("run", os.path.join(here, "run"))
run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
loader.exec_module(run)

program = sys.argv[1]
directory = tempfile.mkdtemp()
number = 0


def check(words, good, said=()):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} {words}", flush=True)
    if not good:
        for line in said:
            print(f"# {line}")


def attempt(bench, wanted):
    said = []
    return run.run(bench, wanted, said.append), said


server = subprocess.Popen([program, "--dir", directory, "serve", "--sandbox"], stdout=subprocess.PIPE, text=True)
proxy = None
try:
    ready = json.loads(server.stdout.readline())
    give = run.make_giver(f"'{program}' --dir '{directory}' enrol --courier {{courier}} --name Conformance", [])
    depot = Depot(ready["listening"], ready["ca"])
    revoke = f"'{program}' --dir '{directory}' revoke {{device}} --reason conformance"
    failed, said = attempt(run.Bench(depot, give, revoke), checks.ALL)
    check(f"our own depot passes all {len(checks.ALL)} checks", failed == 0 and not any("SKIP" in line for line in said), said)

    proxy = liar.Liar(depot, os.path.join(directory, "server.pem"), os.path.join(directory, "server-key.pem"))
    bad = run.Bench(Depot(proxy.url, ready["ca"]), give, revoke)
    noticing = [item for item in checks.ALL if item.__name__ in liar.FAULTS.values()]
    failed, said = attempt(bad, noticing)
    check("and so it does behind a proxy that tells the truth", failed == 0, said)
    for fault, name in liar.FAULTS.items():
        proxy.set_fault(fault)
        failed, said = attempt(bad, [getattr(checks, name)])
        check(f"{fault.__name__.replace('_', '-')} is noticed", failed == 1, said)
    told = subprocess.run([os.path.join(here, "run"), "--depot", "https://127.0.0.1:1", "--ca", ready["ca"], "--code", "x",
                           "--only", "health"], capture_output=True, text=True, timeout=60)
    check("a depot that is not there fails", told.returncode == 1 and "not ok 1 health" in told.stdout, [told.stderr])
finally:
    if proxy is not None:
        proxy.close()
    server.terminate()
    server.wait(timeout=60)
    shutil.rmtree(directory)
print(f"1..{number}")
