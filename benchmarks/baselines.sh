#!/usr/bin/env bash
# Ovkit against a plain C++ loop, benchmark_app, the stock route, ONNX Runtime and a Python pipeline.
#
#   benchmarks/baselines.sh [--threads 1] [--rounds 21] [--models v5lite-e,…] [--pictures DIR] [--json FILE]
#   benchmarks/baselines.sh [--start] [--memory] [--throughput] [the same options]
#
# --start: from the start of the process until its first boxes, against ONNX Runtime in Java. --memory:
# resident memory against the C++ loop. --throughput: many pictures on two cores, against the Python
# pipeline and against one stream on one thread. Of these PPLcnet-yolo, YOLOv5s and v5Lite-e at 320x320; ovkit has -Xmx64m.
#
# Needs a built checkout (./ovkit --version builds it), g++, and Python 3.11; the first run makes a
# Python environment in target/baselines. Takes about ten minutes with one thread; nothing else
# should run. ONEDNN_MAX_CPU_ISA=AVX2 measures what a CPU without AVX-512 would do.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
work="$root/target/baselines"
headers="$root/native-config/target/build/openvino/include"
libraries="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}"
fail() { printf 'baselines.sh: %s\n' "$*" >&2; exit 1; }
[ -d "$app" ] || fail "nothing is built; run ./ovkit --version first"
[ -d "$headers" ] || fail "OpenVINO's headers are not in $headers; run ./ovkit --version first"
command -v g++ >/dev/null || fail "g++ is missing; on Debian or Ubuntu: apt-get install g++"

mkdir -p "$work"
python="$work/env/bin/python"
requirements="$root/converter-scripts/requirements/baselines.txt"
if ! cmp -s "$requirements" "$work/env/requirements"; then
  python3 -m venv --clear "$work/env"
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
    --only-binary=:all: -r "$requirements"
  cp "$requirements" "$work/env/requirements"
fi

here="$root/benchmarks/baselines"
g++ -O2 -std=c++17 -I"$headers" "$here/loop.cpp" "$libraries/libopenvino.so.2641" \
  -Wl,-rpath,"$libraries" -o "$work/loop"
g++ -O2 -std=c++17 "$here/peak.cpp" -o "$work/peak"
javac -d "$work" -cp "$app/*" "$here"/*.java

pictures="$root/ir-models/pictures"
exec java --enable-native-access=ALL-UNNAMED -Xmx512m \
  -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="$libraries" \
  -cp "$app/*:$work" Baselines --app "$app" --work "$work" --python "$python" \
  --scripts "$root/converter-scripts" --pictures "$pictures" "$@"
