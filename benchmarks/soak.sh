#!/usr/bin/env bash
# Checks whether inference leaks: 200,000 inferences of a small model in one JVM with a heap of 48 MB; see Soak.
#
#   benchmarks/soak.sh [--bundle DIR] [--ir model.xml] [--inferences N] [--reopen] [--leak BYTES]
#
# --bundle, which comes first, uses the JRE and the libraries of a bundle (a folder made by `ovkit package`).
# --reopen opens and closes the detector for each inference. Without --ir it runs a 64x64 model of its own. --leak leaks that many native bytes with each inference; the
# check must then fail, which tests the check itself. Prints one JSON object; progress goes to stderr. Exit codes: 0 it does not leak,
# 1 failed, 2 wrong usage, 4 it leaks.
# Needs a built checkout (./ovkit --version builds it).
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

if [ "${1:-}" = --bundle ]; then
  bundle=${2:?soak.sh: --bundle needs a folder}
  shift 2
  java="$bundle/jre/bin/java" natives="$bundle/native" classes="$bundle/lib/*"
fi
jvm=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1)
program 48m dev.ovkit.benchmarks.Soak "$@"
