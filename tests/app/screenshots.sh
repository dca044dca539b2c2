#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A picture of every screen in each language and look, into FOLDER. usage: screenshots.sh PROGRAM TRANSLATIONS FOLDER
set -eu
program=$1 translations=$2 folder=$3
rm -rf "$folder"

bad=0

# look NAME VARIABLE=VALUE…
look() {
  name=$1
  shift
  mkdir -p "$folder/$name"
  env LC_ALL=C.UTF-8 DS_PICTURES="$folder/$name" "$@" \
    xvfb-run -a -s "-screen 0 1280x1024x24 -nolisten tcp" "$program" -k >"$folder/$name/log" 2>&1 || bad=1
  echo "$folder/$name: $(find "$folder/$name" -name '*.png' | wc -l) pictures"
  sed -n 's/^# NOT GOOD:/  not good:/p' "$folder/$name/log"
}

chinese="LANGUAGE=zh_CN DS_PICTURES_LOCALE=$translations"
look en-light LANGUAGE=en
look en-dark LANGUAGE=en DS_PICTURES_DARK=1
look en-contrast LANGUAGE=en DS_PICTURES_CONTRAST=1
look en-wide LANGUAGE=en DS_PICTURES_WIDE=1
# shellcheck disable=SC2086
{
  look zh-light $chinese
  look zh-dark $chinese DS_PICTURES_DARK=1
  look zh-large $chinese DS_PICTURES_TEXT=200
  look zh-contrast $chinese DS_PICTURES_CONTRAST=1
  look zh-wide $chinese DS_PICTURES_WIDE=1
  look zh-desktop $chinese DS_PICTURES_DESKTOP=1
}
exit $bad
