#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every C file is as clang-format would write it.
set -eu
command -v clang-format >/dev/null || exit 77
cd "$1"
find src tests -name '*.[ch]' -print0 | xargs -0 -r clang-format --dry-run --Werror
