#!/usr/bin/env bash
# Whether inference leaks: 200,000 inferences of a small model in one JVM of 48 MB heap; see Soak.
#
#   benchmarks/soak.sh [--bundle DIR] [--ir model.xml] [--inferences N] [--leak BYTES]
#
# --bundle, which comes first, runs it on the JRE and the libraries of a bundle: a folder of `ovkit package`.
# Without --ir it runs a model of 64x64 of its own. --leak keeps that many native bytes an inference, and must
# fail: the measure's own test. Prints one JSON object; progress goes to stderr. Exit codes: 0 it does not leak,
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
