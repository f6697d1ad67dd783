#!/usr/bin/env bash
# Runs the JMH benchmarks of everything around the network: decoding heads, suppression, pictures, garbage.
#
#   benchmarks/jmh.sh [PATTERN] [JMH's own options, such as -prof gc -f 1]
#
# Needs a built checkout (./ovkit --version builds it).
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

program 256m org.openjdk.jmh.Main \
  -jvmArgsAppend "--enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.cacheLibraries=false -Dovkit.native.dir=$natives" \
  -p ir="$root/ir-models/conveyor-parts.xml" -p picture="$(ls "$root"/ir-models/pictures/*.jpg | head -n 1)" "$@"
