#!/usr/bin/env bash
# Whether inference leaks: 200,000 inferences of a small model in one JVM of 48 MB heap; see Soak.java.
#
#   benchmarks/soak.sh [--bundle DIR] [--ir model.xml] [--inferences N] [--leak BYTES]
#
# --bundle, which comes first, runs it on the JRE and the libraries of a bundle: a folder of `ovkit package`.
# Without --ir it runs a model of 64x64 of its own. --leak keeps that many native bytes an inference, and must
# fail: the measure's own test. Prints one JSON object; progress goes to stderr. Exit codes: 0 it does not leak,
# 1 failed, 2 wrong usage, 4 it leaks.
# Needs a built checkout (./ovkit --version builds it).
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
if [ ! -d "$app" ]; then
  printf 'soak.sh: nothing is built; run ./ovkit --version first\n' >&2
  exit 1
fi

java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
natives="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}"
classes="$app/*"
if [ "${1:-}" = --bundle ]; then
  bundle=${2:?soak.sh: --bundle wants a folder}
  shift 2
  compiled=$(mktemp -d)
  trap 'rm -rf "$compiled"' EXIT
  "${java}c" --release 17 -proc:none -d "$compiled" -cp "$classes" "$root/benchmarks/Soak.java" # a JRE cannot
  java="$bundle/jre/bin/java" natives="$bundle/native" classes="$compiled:$bundle/lib/*" program=Soak
fi

"$java" --enable-native-access=ALL-UNNAMED -Xmx48m -XX:+UseSerialGC \
  -XX:TieredStopAtLevel=1 -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="$natives" -cp "$classes" "${program:-$root/benchmarks/Soak.java}" "$@"
