#!/usr/bin/env bash
# Measures what INT8 is worth: size, time and mAP of the zoo's detectors and the demo's in f32, FP16 and INT8.
#
#   benchmarks/int8.sh [--threads 1] [--rounds 41] [--models pplcnet-yolo,…] [--into FILE.md] [--json FILE]
#
# Prints Markdown; --into also writes it between the markers of a page, such as docs/performance.md. Below the table is
# the seed's factor: YOLOv5s v5.0 by the stock route (Model Optimizer, no rewrites, f32) over PPLcnet-yolo in INT8. With
# one thread and ONEDNN_MAX_CPU_ISA=AVX2 the bars of a CPU without VNNI are checked: exit code 4 if one is not reached.
# The demo detector's mAP is measured on its held-out pictures, that of real models on ../shared/eval, if it exists.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11; environments are made in target/ on first use.
# Run nothing else meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python

work="$root/target/int8"
mkdir -p "$work/stock" "$work/best"
if [ ! -e "$work/held-out/instances.json" ]; then
  python3 -m venv --clear "$work/render-env"
  "$work/render-env/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --only-binary=:all: -r "$root/converter-scripts/requirements/render.txt"
  render() { (cd "$root/converter-scripts/demo" && PYTHONDONTWRITEBYTECODE=1 "$work/render-env/bin/python" render.py "$@") >/dev/null; }
  render --out "$work/calibration" --count 40 --seed 101
  render --out "$work/held-out" --count 200 --seed 2028
fi
(cd "$root/converter-scripts" && PYTHONDONTWRITEBYTECODE=1 "$python" -m zoo --system yolov5s-v5 --out "$work/yolov5s.onnx") >/dev/null 2>&1
"$root/ovkit" convert "$work/yolov5s.onnx" --backend mo --no-rewrite --data-type FP32 -o "$work/stock" >/dev/null
best=()
if [ "${ONEDNN_MAX_CPU_ISA:-}" = AVX2 ]; then
  best=(--target-cpu avx2)
fi
"$root/ovkit" convert "$work/yolov5s.onnx" "${best[@]}" --data-type FP32 -o "$work/best" >/dev/null

program 1g dev.ovkit.benchmarks.Int8 "$@"
