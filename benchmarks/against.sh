#!/usr/bin/env bash
# Measures this checkout against a build of another one in one run: start (process to boxes), loading (Detector.open),
# inference (picture file to boxes) and its allocation, with an A/A control (the other build against itself).
#
#   benchmarks/against.sh OLD_CHECKOUT [--ir MODEL.xml] [--picture FILE] [--rounds N] [--start-rounds N] [--clock cpu]
#     [--bound 1.03] [--loading-extra-ms N]          --help lists the rest
#
# Builds of the same ovkit differ by nothing but noise: a result counts only if its control is within 1 ± 0.03. Exit codes:
# 0 every interval is within the bound, 1 failed, 2 wrong usage, 4 one is not, is undecided, or its control is void.
# Both checkouts must be built (./ovkit --version builds one).
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

# The classes of both builds have the same names, so each side gets a worker compiled against it.
workers() {
  local side=$1 app=$2/src/target/app
  [ -d "$app" ] || fail "'$2' is not built; run '$2/ovkit --version'"
  rm -rf "$root/target/against/$side"
  mkdir -p "$root/target/against/$side"
  "${java}c" -proc:none -d "$root/target/against/$side" -cp "$app/*" "$root/benchmarks/against/AgainstWorker.java"
}
if [ $# -ge 1 ] && [ -d "$1" ]; then
  workers old "$1"
  workers new "$root"
fi
program 256m dev.ovkit.benchmarks.Against "$@"
