#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run-slice.sh NAME TARGET SOURCE BUILD: fuzzes for DS_FUZZ_SECONDS (10) from the seeds in SOURCE and from what earlier
# runs found, which BUILD/fuzz-corpus keeps; with DS_CASES=N for N inputs, however long they take. An input that breaks
# the target is printed in base64 and kept in BUILD/fuzz-failures, and every later run begins with it.
#
# One allocation beyond 8 MiB is a failure, for no input is longer than 64 KiB: no reader may trust a length.
set -eu
name=$1 target=$2 source=$3 build=$4
seconds=${DS_FUZZ_SECONDS:-10}
limit=-max_total_time=$seconds
if [ -n "${DS_CASES:-}" ]; then
  limit=-runs=$DS_CASES seconds=3600
fi
max_bytes=65536 patience=5
# A frame full of what looks like codes is tried in every way there is: that the application gives up after 300 ms is what
# the decoder process is for. Reading a few bytes never takes long.
[ "$name" != frame ] || patience=60

corpus=$build/fuzz-corpus/$name failures=$build/fuzz-failures/$name log=$build/fuzz-corpus/$name.log
mkdir -p "$corpus" "$failures"
touch "$log.start"

export ASAN_OPTIONS=quarantine_size_mb=16:detect_stack_use_after_return=0
status=0
"$target" "$limit" -max_len=$max_bytes -timeout=$patience -malloc_limit_mb=8 -rss_limit_mb=512 \
  -dict="$source/dictionaries/$name.dict" -artifact_prefix="$failures/" -print_final_stats=1 \
  "$corpus" "$failures" "$source/seeds/$name" >"$log" 2>&1 || status=$?

cases=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
violations=0
if [ $status -ne 0 ]; then
  violations=1
  tail -n 60 "$log"
  find "$failures" -type f -newer "$log.start" | while read -r input; do
    echo "kept: $input"
    base64 -w 0 "$input"
    echo
  done
elif [ "$seconds" -gt 60 ]; then
  # What a long run gathered is thinned out to what reaches something of its own.
  rm -rf "$corpus.thin"
  mkdir "$corpus.thin"
  if "$target" -merge=1 -max_len=$max_bytes "$corpus.thin" "$corpus" >>"$log" 2>&1; then
    rm -rf "$corpus"
    mv "$corpus.thin" "$corpus"
  fi
fi
echo "campaign: fuzz-$name, ${cases:-0}, $violations"
exit $violations
