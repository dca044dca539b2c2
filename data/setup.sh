#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what Doorstep needs to be built, run and tested, where it is missing. Knows Debian 12 and later (apt).
# Asks the network for nothing when nothing is missing. --peers installs besides what `meson test --suite peers` wants,
# --exports what `--suite exports` does, --desk what `--suite desk` does.
set -eu

build="build-essential meson ninja-build pkg-config gettext libglib2.0-dev libgtk-4-dev libgtk-4-bin libadwaita-1-dev
  libsoup-3.0-dev libsqlite3-dev libqrencode-dev libzbar-dev libjansson-dev libssl-dev libpng-dev libicu-dev
  libturbojpeg0-dev libseccomp-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libportal-dev"
run="glib-networking adwaita-icon-theme librsvg2-common fonts-cantarell fonts-wqy-microhei dbus xvfb xauth at-spi2-core
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-pipewire"
check="openssl sqlite3 clang clang-format libclang-rt-14-dev desktop-file-utils appstream libxml2-utils zbar-tools
  python3 python3-yaml python3-prometheus-client curl flatpak-builder pipewire wireplumber libpipewire-0.3-dev
  xdg-desktop-portal xdotool nginx-light poppler-utils"
if [ "${1:-}" = --peers ]; then
  check="$check libzxing-dev"
  # Where npm comes from elsewhere, Debian's would clash with it.
  command -v npm >/dev/null 2>&1 || check="$check npm"
fi
if [ "${1:-}" = --desk ]; then
  check="$check chromium"
  command -v npm >/dev/null 2>&1 || check="$check npm"
fi
[ "${1:-}" != --exports ] || check="$check libreoffice-calc-nogui"

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "data/setup.sh knows Debian and its relatives (apt). On another system install by its own means:" >&2
  echo $build $run $check >&2
  exit 1
fi

missing=
for package in $build $run $check; do
  case "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" in
    'install ok installed') ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

echo "Installing:$missing"
sudo=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || { echo "Installing needs root: run this as root, or install sudo." >&2; exit 1; }
  sudo=sudo
fi
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null
