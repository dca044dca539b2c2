#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants bugs in a copy of the real sources, one at a time, and sees that a test of the layer fails.

plant.py SOURCES WORK [NUMBER ...]: copies SOURCES to WORK, builds there (again and again in one folder, so that only what
a bug touches is compiled), and runs for each of plants.py's bugs, or those with the given numbers, the test that must
notice it. Before that each of these tests must pass without any bug. Ends well when every bug was noticed.
"""
import json
import os
import pathlib
import subprocess
import sys

from plants import PLANTS

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
    """Returns what the compiler complains of, or nothing."""
    program = os.path.relpath(test["cmd"][0], build)
    result = run(["ninja", "-C", str(build), program])
    return result.stdout if result.returncode != 0 else None


def fails(build, test):
    """Returns how the test failed, in a line; nothing when it passed."""
    environment = {**os.environ, **test["env"], **ENVIRONMENT}
    try:
        result = run(test["cmd"], env=environment, cwd=build, timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return f"it did not end within {TIMEOUT_S} s"
    if result.returncode == 0:
        return None
    told = [line for line in result.stdout.splitlines()
            if "DS_SEED" in line or " ERROR **" in line or line.startswith(("ERROR", "not ok", "Bail"))]
    return told[0][:160] if told else f"it ended with {result.returncode}"


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
    for name in sorted({PLANTS[number - 1][4] for number in chosen}):
        trouble = make(build, tests[name]) or fails(build, tests[name])
        if trouble:
            sys.exit(f"{name} fails without a bug: {trouble}")

    n_missed = 0
    for number in chosen:
        what, file, old, new, name = PLANTS[number - 1]
        text = plant(tree, file, old, new)
        trouble = make(build, tests[name])
        if trouble:
            sys.exit(f"{number}. {what}: {trouble}")
        noticed = fails(build, tests[name])
        (tree / file).write_text(text, encoding="utf-8")
        n_missed += noticed is None
        print(f"{number:2}. {what} ({file}): " + (f"{name}: {noticed}" if noticed else f"NOT NOTICED by {name}"), flush=True)
    print(f"campaign: planted, {len(chosen)} cases, {n_missed} violations")
    sys.exit(1 if n_missed else 0)


if __name__ == "__main__":
    main()
