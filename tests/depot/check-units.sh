#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# systemd understands all of the units that are shipped: check-units.sh UNITS-DIRECTORY PROGRAM
set -u
units=$1 program=$(realpath "$2")
command -v systemd-analyze >/dev/null || {
  echo "1..0 # SKIP systemd-analyze is not installed"
  exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

n=0
say() { # STATUS WORDS: one test, with what was said
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n $2"; else
    echo "not ok $n $2"
    sed 's/^/# /' "$work/said"
  fi
}

# It looks whether the program is there, too.
for unit in "$units"/*.service "$units"/*.timer; do
  sed "s#/usr/local/bin/doorstep-depot#$program#" "$unit" >"$work/${unit##*/}"
done
echo 1..5
for unit in "$work"/*.service "$work"/*.timer; do
  systemd-analyze verify --man=no --recursive-errors=no "$unit" >"$work/said" 2>&1
  status=$?
  # What it does not know it ignores with a warning and status 0.
  [ -s "$work/said" ] && status=1
  say $status "${unit##*/} is understood"
done
systemd-analyze calendar "$(sed -n 's/^OnCalendar=//p' "$units/doorstep-depot-morning.timer")" >"$work/said" 2>&1
say $? "the timer's time is one"
sed 's/^RestartSec=/RestartSeconds=/' "$work/doorstep-depot-morning.service" >"$work/doorstep-depot-wrong.service"
! systemd-analyze verify --man=no --recursive-errors=no "$work/doorstep-depot-wrong.service" 2>&1 | grep -q RestartSeconds
[ $? = 1 ]
say $? "and a wrong word is noticed"
