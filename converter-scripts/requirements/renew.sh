#!/usr/bin/env bash
# Renews every lock in this folder from the .in file beside it, with the package index that uv is configured for.
#
#   converter-scripts/requirements/renew.sh              keeps the versions that still fit
#   converter-scripts/requirements/renew.sh --upgrade    takes the newest versions
#   converter-scripts/requirements/renew.sh zoo ovc      renews only these locks
#
# Prints one JSON object with the locks that changed. Needs Python 3.11 and the network.
# Exit codes: 0 done, 1 failed, 2 wrong usage.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
env="$here/../../target/renew"
# Made again when the pin changes.
if ! cmp -s "$here/renew.txt" "$env/renew.txt"; then
  python3 -m venv --clear "$env"
  "$env/bin/pip" install -q --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: -r "$here/renew.txt" >&2
  cp "$here/renew.txt" "$env/renew.txt"
fi
exec "$env/bin/python" "$here/renew.py" --uv "$env/bin/uv" "$@"
