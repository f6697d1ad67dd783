#!/usr/bin/env bash
# JMH benchmarks of what surrounds the network: decoding heads, suppression, pictures, garbage.
#
#   benchmarks/jmh.sh [PATTERN] [JMH's own options, such as -prof gc -f 1]
#
# Builds on first use: mvn -q -DskipTests package.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
if [ ! -d "$root/benchmarks/target/jars" ]; then
  (cd "$root" && mvn -q -DskipTests -Dspotless.check.skip package)
fi
exec java --enable-native-access=ALL-UNNAMED \
  -cp "$root/benchmarks/target/classes:$root/benchmarks/target/jars/*" org.openjdk.jmh.Main \
  -jvmArgsAppend "--enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.cacheLibraries=false -Dovkit.native.dir=${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}" \
  -p ir="$root/ir-models/conveyor-parts.xml" -p picture="$(ls "$root"/ir-models/pictures/*.jpg | head -n 1)" "$@"
