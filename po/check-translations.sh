#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every source with strings is listed in POTFILES, and every string is translated into every language.
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -rlE '\b(N|C|NC)?_ \("|\bngettext \(|translatable="yes"' src --include='*.c' --include='*.ui' | sort >"$work/used"
grep '^src/' po/POTFILES | sort >"$work/listed"
if ! diff "$work/used" "$work/listed" >"$work/diff"; then
  echo "po/POTFILES does not list just the sources that have strings (< used, > listed):"
  cat "$work/diff"
  exit 1
fi

# The same keywords as meson's preset "glib".
xgettext --from-code=UTF-8 --add-comments -k_ -kN_ -kC_:1c,2 -kNC_:1c,2 -kngettext:1,2 -kg_dcgettext:2 -kg_dngettext:2,3 \
  -kg_dpgettext2:2c,3 --files-from=po/POTFILES -o "$work/doorstep.pot"

status=0
for language in $(cat po/LINGUAS); do
  msgfmt --check --statistics -o /dev/null "po/$language.po" || status=1
  msgcmp "po/$language.po" "$work/doorstep.pot" || status=1
done
exit $status
