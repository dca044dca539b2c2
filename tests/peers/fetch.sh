#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fetches the npm packages of a package.json (second argument; by default the one here) into the folder that is given,
# once. Exit status 77, after a sentence on why,
# where they cannot be had.
set -eu
packages=$1
wanted=${2:-$(dirname "$0")/package.json}

command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || {
  echo "node and npm are not on this machine: sh data/setup.sh --peers"
  exit 77
}
mkdir -p "$packages"
# The tests of the suite begin together.
exec 9>"$packages/lock"
flock 9
cmp -s "$wanted" "$packages/fetched.json" && exit 0
cp "$wanted" "$packages/package.json"
# No package's own programs are run.
(cd "$packages" && npm install --ignore-scripts --no-audit --no-fund --no-package-lock --loglevel=error >npm.log 2>&1) || {
  echo "the npm packages cannot be fetched, is there a network? $(head -n 1 "$packages/npm.log")"
  exit 77
}
cp "$wanted" "$packages/fetched.json"
