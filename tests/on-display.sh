#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program on a virtual display and a session bus of its own, quietly and the same everywhere.
set -eu
command -v xvfb-run >/dev/null && command -v dbus-run-session >/dev/null || exit 77

home=$(mktemp -d)
# Services of the session bus may have mounted something in it, and let go of it a moment later.
trap 'rm -rf "$home" 2>/dev/null || true' EXIT
mkdir -m 700 "$home/run"
export XDG_DATA_HOME="$home/data" XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache" XDG_STATE_HOME="$home/state" \
  XDG_RUNTIME_DIR="$home/run"
export GSETTINGS_BACKEND=memory GTK_A11Y=test GSK_RENDERER=cairo GDK_BACKEND=x11 GDK_DEBUG=gl-disable NO_AT_BRIDGE=1
unset WAYLAND_DISPLAY || true

# When its last client goes, the display would begin anew, under the hands of the next one: a program that is killed and
# started again at once would not find it.
xvfb-run -a -s "-screen 0 800x1000x24 -nolisten tcp -noreset" dbus-run-session -- "$@"
