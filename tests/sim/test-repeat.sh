#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same seed gives the same trace in another process; another seed another one.
set -eu
sim=$1
digest() { "$sim" --seed "$1" | sed 's/.*: //'; }

echo 1..4
n=0
for seed in 5 7 8; do
  n=$((n + 1))
  first=$(digest $seed)
  second=$(digest $seed)
  if [ ${#first} -eq 64 ] && [ "$first" = "$second" ]; then
    echo "ok $n - seed $seed twice: $first"
  else
    echo "not ok $n - seed $seed: $first, then $second"
  fi
done
if [ "$first" != "$(digest 9)" ]; then
  echo "ok 4 - another seed, another trace"
else
  echo "not ok 4 - another seed, the same trace"
fi
