#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# run-slice.sh SECONDS TARGET SEEDS: fuzzes for a moment from the seeds. What breaks the target is printed in base64.
# For longer: run TARGET by itself with a corpus folder of your own and then SEEDS.
set -eu
seconds=$1 target=$2 seeds=$3

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"$target" -max_total_time="$seconds" -max_len=4096 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
  -artifact_prefix="$corpus/" "$corpus" "$seeds"
