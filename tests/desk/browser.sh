#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The settlement desk in headless Chromium: browser.sh PACKAGES COMPANY INSPECT PICTURES
set -eu
here=$(dirname "$0")
sh "$here/../peers/fetch.sh" "$1" "$here/package.json"
exec node "$here/desk.mjs" "$2" "$3" "$1" "$4"
