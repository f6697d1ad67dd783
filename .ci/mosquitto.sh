#!/usr/bin/env bash
# Prints the command that starts mosquitto, an MQTT broker, one word a line: the installed one, or Debian's packages
# unpacked into target/mosquitto, which needs no root and changes nothing. Says why it cannot, with exit code 1.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if installed=$(command -v mosquitto); then
  printf '%s\n' "$installed"
  exit 0
fi
fail() { printf 'no mosquitto: %s\n' "$*" >&2; exit 1; }

packages=(mosquitto libcjson1 libdlt2 libwrap0)
place=$root/target/mosquitto
mkdir -p "$root/target"
exec 9>"$root/target/mosquitto.lock"
flock 9 # tests run side by side
if [ ! -e "$place/whole" ]; then
  for tool in apt-get dpkg-deb; do command -v "$tool" >/dev/null || fail "there is no $tool"; done
  rm -rf "$place" && mkdir -p "$place/packages"
  download() { (cd "$place/packages" && apt-get -qq download "${packages[@]}") >"$place/apt.txt" 2>&1; }
  # On a new machine the lists of packages are still empty.
  download || { apt-get -qq update >>"$place/apt.txt" 2>&1 || true; download; } ||
    fail "apt-get download: $(grep '^E:' "$place/apt.txt" | head -n 1)"
  for package in "$place"/packages/*.deb; do dpkg-deb -x "$package" "$place/root"; done
  rm -r "$place/packages"
  touch "$place/whole"
fi
printf '%s\n' env "LD_LIBRARY_PATH=$place/root/usr/lib/x86_64-linux-gnu" "$place/root/usr/sbin/mosquitto"
