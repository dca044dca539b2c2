#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants bugs in a copy of the real sources, one at a time, and sees that a test of the layer fails.

plant.py SOURCES WORK [NUMBER ...]: copies SOURCES to WORK, builds there (again and again in one folder, so that only what
a bug touches is compiled), and runs for each of plants.py's bugs, or those with the given numbers, the test that must
notice it. Before that each of these tests must pass without any bug. A bug is noticed by what a test asserts alone: one
that the compiler complains of, or that makes the test's program crash or hang, shows nothing, and is no good plant. Ends
well when every bug was noticed, and when plants.py's counterexamples were not taken for noticed.
"""
import json
import os
import pathlib
import re
import subprocess
import sys

from plants import COUNTEREXAMPLES, PLANTS

PARTS = ["COPYING", "data", "meson.build", "meson_options.txt", "po", "src", "tests"]
TIMEOUT_S = 300
# A campaign that notices a bug does so early.
ENVIRONMENT = {"DS_CASES": "8000"}


def list_files(root):
    return {path.relative_to(root) for part in PARTS for path in [root / part, *(root / part).rglob("*")]
            if path.is_file() and "__pycache__" not in path.parts}


def copy_sources(sources, tree):
    """Writes only what differs, so that what was built of it before is built again, and nothing else is."""
    wanted = list_files(sources)
    for file in list_files(tree) - wanted:
        (tree / file).unlink()
    for file in wanted:
        bytes_ = (sources / file).read_bytes()
        if not (tree / file).exists() or (tree / file).read_bytes() != bytes_:
            (tree / file).parent.mkdir(parents=True, exist_ok=True)
            (tree / file).write_bytes(bytes_)
            (tree / file).chmod((sources / file).stat().st_mode)


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          **options)


def set_up(tree, build):
    """Returns meson's record of the tests, by name."""
    action = ["--reconfigure"] if (build / "build.ninja").exists() else []
    result = run(["meson", "setup", *action, str(build), str(tree), "-Dbuildtype=debug", "-Doptimization=1"])
    if result.returncode != 0:
        sys.exit(result.stdout)
    tests = json.loads(run(["meson", "introspect", "--tests", str(build)]).stdout)
    return {test["name"]: test for test in tests}


def make(build, test):
    """Returns the compiler's first complaint, a warning too, or nothing."""
    program = os.path.relpath(test["cmd"][0], build)
    result = run(["ninja", "-C", str(build), program])
    complaints = [line for line in result.stdout.splitlines() if re.search(r"\b(warning|error):", line)]
    if result.returncode != 0 and not complaints:
        complaints = result.stdout.splitlines()[-1:]
    return complaints[0][:160] if complaints else None


# GLib's assertions, a campaign's violations, the simulation's oracles, and the scenarios' watchdog: what a test says, not
# how a program dies.
ASSERTION = re.compile(r"ERROR:\S+:\d+:\S+: |^not ok |DS_SEED=|^seed \d+: VIOLATED: "
                       r"| ERROR \*\*: .*nothing happened for ")


def judge(status, output):
    """Returns a verdict ("passed", "asserted", "crashed") on a test's program, and a line of why."""
    if status == 0:
        return "passed", ""
    told = [line for line in output.splitlines() if ASSERTION.search(line)]
    if told:
        return "asserted", told[0][:160]
    return "crashed", f"it ended with {status}"


def run_test(build, test):
    environment = {**os.environ, **test["env"], **ENVIRONMENT}
    try:
        result = run(test["cmd"], env=environment, cwd=build, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return "crashed", f"it did not end within {TIMEOUT_S} s"
    return judge(result.returncode, result.stdout)


def try_plant(tree, build, tests, entry):
    """Returns the verdict on a planted bug: what judge() says, or "complained" when the compiler does."""
    _, file, old, new, name = entry
    text = plant(tree, file, old, new)
    try:
        trouble = make(build, tests[name])
        return ("complained", trouble) if trouble else run_test(build, tests[name])
    finally:
        (tree / file).write_text(text, encoding="utf-8")


def plant(tree, file, old, new):
    """Returns the text before it."""
    path = tree / file
    text = path.read_text(encoding="utf-8")
    if text.count(old) != 1:
        sys.exit(f"{file}: {text.count(old)} places for the bug, not one: {old!r}")
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text


def main():
    sources, work = (pathlib.Path(name).resolve() for name in sys.argv[1:3])
    chosen = [int(number) for number in sys.argv[3:]] or range(1, len(PLANTS) + 1)
    tree, build = work / "sources", work / "build"

    copy_sources(sources, tree)
    tests = set_up(tree, build)
    for name in sorted({PLANTS[number - 1][4] for number in chosen} | {entry[4] for entry, _ in COUNTEREXAMPLES}):
        trouble = make(build, tests[name])
        verdict, why = ("complained", trouble) if trouble else run_test(build, tests[name])
        if verdict != "passed":
            sys.exit(f"{name} fails without a bug: {why}")

    n_wrong = 0
    for entry, expected in COUNTEREXAMPLES:
        verdict, why = try_plant(tree, build, tests, entry)
        n_wrong += verdict != expected
        print(f" -. {entry[0]}: {verdict}" + ("" if verdict == expected else f", NOT {expected}: {why}"), flush=True)
    for number in chosen:
        what, file, name = (PLANTS[number - 1][at] for at in (0, 1, 4))
        verdict, why = try_plant(tree, build, tests, PLANTS[number - 1])
        n_wrong += verdict != "asserted"
        told = why if verdict == "asserted" else f"NOT NOTICED, {verdict}: {why}"
        print(f"{number:2}. {what} ({file}): {name}: {told}", flush=True)
    print(f"campaign: planted, {len(chosen)} cases, {n_wrong} violations")
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
