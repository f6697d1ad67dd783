#!/usr/bin/env bash
# The table of the seed's detectors: parameters, FLOPs, size, time, and the ratio to YOLOv5s v5.0.
#
#   benchmarks/table.sh [--threads 1] [--rounds 101] [--models pplcnet-yolo,…] [--into FILE.md] [--json FILE]
#
# Prints Markdown; --into also writes it between the markers of a page, such as docs/bench.md.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11 with the zoo's packages, which
# ZOO_PYTHON may name; else an environment is made in target/zoo-env. Nothing else should run.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
if [ ! -d "$app" ]; then
  printf 'table.sh: nothing is built; run ./ovkit --version first\n' >&2
  exit 1
fi

python=${ZOO_PYTHON:-$root/target/zoo-env/bin/python}
if [ -z "${ZOO_PYTHON:-}" ] && [ ! -e "$root/target/zoo-env/done" ]; then
  python3 -m venv --clear "$root/target/zoo-env"
  "$python" -m pip install --quiet --require-hashes --no-deps --only-binary=:all: \
    -r "$root/converter-scripts/requirements/zoo.txt"
  touch "$root/target/zoo-env/done"
fi
mkdir -p "$root/target/table"

command -v g++ >/dev/null || { printf 'table.sh: g++ is missing; on Debian or Ubuntu: apt-get install g++\n' >&2; exit 1; }
g++ -O2 -std=c++17 "$root/benchmarks/baselines/peak.cpp" -o "$root/target/table/peak"

exec java --enable-native-access=ALL-UNNAMED -Xmx1g \
  -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}" \
  -cp "$app/*" "$root/benchmarks/Table.java" "$python" "$root/converter-scripts" "$root/target/table" "$root/target/table/peak" "$@"
