#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Doorstep at work. Installs what is missing, builds, and then
#   with a display: opens Doorstep in practice, with a depot and a customer's phone of its own beside it, and a guide;
#   without one: drives the same window through a whole shift on a virtual display, prints the story and the statement,
#   and leaves a picture of every screen in build/demo/. Ends with a failure unless everything balances to the fen.
# --route FILE.csv takes another route for the driven shift, --headless drives it although there is a display, and --chinese
# drives a window in Chinese.
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
    --chinese) export LANGUAGE=zh_CN; shift ;;
    *) echo "usage: sh data/demo.sh [--route FILE.csv] [--headless] [--chinese]" >&2; exit 2 ;;
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
    --wallet "$build/src/wallet/doorstep-wallet" --route "$route" --pictures build/demo --words "$build/po"
  echo "Pictures of every screen: $root/build/demo/"
  exit 0
fi

# To try by hand: practice brings its own depot and its own customer, and ends with its window.
exec "$build/src/app/doorstep" --practice
