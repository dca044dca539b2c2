#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The contract is a good OpenAPI description, and its examples are what it says: lint.sh PACKAGES OPENAPI
set -eu
here=$(dirname "$0")
sh "$here/../peers/fetch.sh" "$1" "$here/package.json"
exec "$1/node_modules/.bin/spectral" lint --fail-severity warn --ruleset "$here/spectral.yaml" "$2"
