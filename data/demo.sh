#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Doorstep at work. Installs what is missing, builds, and then
#   with a display: opens the handheld with a depot and a customer's wallet of its own beside it, to try;
#   without one: drives the same window through a whole shift on a virtual display, prints the story and the statement,
#   and leaves a picture of every screen in build/demo/. Ends with a failure unless everything balances to the fen.
# --route FILE.csv takes another route; --headless drives the shift although there is a display.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
route=$root/data/routes/hangzhou.csv
display=${WAYLAND_DISPLAY:-}${DISPLAY:-}
while [ $# -gt 0 ]; do
  case $1 in
    --route)
      [ $# -ge 2 ] && [ -r "$2" ] || { echo "--route wants a CSV file that can be read." >&2; exit 2; }
      route=$(realpath "$2")
      shift 2
      ;;
    --headless) display=; shift ;;
    *) echo "usage: sh data/demo.sh [--route FILE.csv] [--headless]" >&2; exit 2 ;;
  esac
done

cd "$root"
sh data/setup.sh
build=$root/build/out
[ -f "$build/build.ninja" ] || meson setup "$build" . >/dev/null
ninja -C "$build" --quiet
export GSETTINGS_SCHEMA_DIR="$build/data"
# The program that drives the window lies elsewhere than the application, which finds its helpers by itself.
export DOORSTEP_CAMERAS="$build/src/camera/doorstep-cameras" DOORSTEP_DECODER="$build/src/decoder/doorstep-decoder"

if [ -z "$display" ]; then
  mkdir -p build/demo
  rm -f build/demo/*.png
  LC_ALL=C.UTF-8 sh tests/on-display.sh "$build/tests/window/doorstep-shift" --depot "$build/src/depot/doorstep-depot" \
    --wallet "$build/src/wallet/doorstep-wallet" --route "$route" --pictures build/demo
  echo "Pictures of every screen: $root/build/demo/"
  exit 0
fi

# To try by hand: everything in one folder that goes away with the demo.
work=$(mktemp -d)
pids=
trap 'for pid in $pids; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT
mkfifo "$work/ready"
"$build/src/depot/doorstep-depot" --dir "$work/depot" serve --port 0 --bank-port 0 --sandbox >"$work/ready" &
pids=$!
read -r ready <"$work/ready"
bank=$(printf '%s' "$ready" | sed 's/.*"bank" *: *"\([^"]*\)".*/\1/')
"$build/src/depot/doorstep-depot" --dir "$work/depot" import "$route" --courier 0317 --limit 40
"$build/src/wallet/doorstep-wallet" --dir "$work/wallet" create --bank "$bank" --ca "$work/depot/ca.pem" --operator 003 \
  --name "Customer" --balance 2000 --red-packet 20
"$build/src/depot/doorstep-depot" --dir "$work/depot" enrol --courier 0317 --name 韩师傅 --picture "$work/enrol.png"
echo "The enrolment code is above, and as a picture in $work/enrol.png: paste it into the handheld."
"$build/src/wallet/doorstep-wallet" --dir "$work/wallet" window &
pids="$pids $!"
"$build/src/app/doorstep" --dir "$work/handheld"
