#!/usr/bin/env bash
# Measures ovkit against a plain C++ loop, benchmark_app, the stock route, ONNX Runtime and a Python pipeline.
#
#   benchmarks/baselines.sh [--threads 1] [--rounds 21] [--models v5lite-e,…] [--pictures DIR] [--json FILE]
#   benchmarks/baselines.sh [--start] [--memory] [--throughput] [the same options]
#
# --start: time from process start to the first boxes, against ONNX Runtime in Java. --memory: resident
# memory, against the C++ loop. --throughput: many pictures on two cores, against the Python pipeline and
# against one stream on one thread. These three use PPLcnet-yolo, YOLOv5s and v5Lite-e at 320x320, and -Xmx64m.
#
# Needs a built checkout (./ovkit --version builds it), g++, and Python 3.11; the first run makes a
# Python environment in target/baselines. Takes about ten minutes with one thread. Run nothing else
# meanwhile. ONEDNN_MAX_CPU_ISA=AVX2 holds OpenVINO, but not ONNX Runtime, to a CPU without AVX-512.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

work="$root/target/baselines"
headers="$root/native-config/target/build/openvino/include"
[ -d "$headers" ] || fail "OpenVINO's headers are not in $headers; run ./ovkit --version first"
need g++

mkdir -p "$work"
environment "$work/env" "$root/converter-scripts/requirements/baselines.txt"
python="$work/env/bin/python"

here="$root/benchmarks/baselines"
g++ -O2 -std=c++17 -I"$headers" "$here/loop.cpp" "$natives/libopenvino.so.2641" \
  -Wl,-rpath,"$natives" -o "$work/loop"
g++ -O2 -std=c++17 "$here/peak.cpp" -o "$work/peak"

program 512m dev.ovkit.benchmarks.baselines.Baselines "$@"
