#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds with warnings as errors, runs every test without a display, and ends with the line
# "N passed, N failed". Takes the build folder as its first argument (default: build/out).
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/out}

sh data/setup.sh

if [ -f "$build/build.ninja" ]; then
  meson setup --reconfigure "$build" . -Dwerror=true >/dev/null
else
  meson setup "$build" . -Dwerror=true >/dev/null
fi
ninja -C "$build" --quiet

# One more than there are processors: many tests wait for a window or for the network.
status=0
meson test -C "$build" --num-processes $(($(nproc) + 1)) --no-rebuild --print-errorlogs --no-suite slow --no-suite peers --no-suite contract --no-suite exports --no-suite desk --no-suite campaign --no-suite planted || status=$?

# The counts, from meson's own record: one line of JSON a test.
python3 - "$build/meson-logs/testlog.json" <<'EOF' || status=1
import json, sys

passed = failed = skipped = 0
for line in open(sys.argv[1], encoding="utf-8"):
    result = json.loads(line)["result"]
    if result in ("OK", "EXPECTEDFAIL"):
        passed += 1
    elif result == "SKIP":
        skipped += 1
    else:
        failed += 1
if skipped:
    print(f"({skipped} test programs were skipped: what they need is not on this machine)")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed or not passed else 0)
EOF
exit $status
