#!/usr/bin/env bash
# Runs the seed's protocol once in full, unattended: the zoo's PPLcnet-yolo against its YOLOv5s v5.0.
#
#   benchmarks/seed-run.sh SIZE PASSES [bench's own options, such as --threads 1 --inference-only]
#
# 50 pictures, PASSES over each (the seed: 640 and 1000), and the first model once more as a control.
# Pictures come from the folder PICTURES, else from ../shared/pictures, else they are the demo's five, ten
# times each. Leaves bench.json and bench.html in target/seed-run, and writes docs/bench-seed-run.md, or
# the file that SEED_RUN_REPORT names. Needs a built checkout (./ovkit --version builds it) and Python 3.11
# with the zoo's packages, which ZOO_PYTHON may name; else an environment is made in target/zoo-env.
# Run nothing else meanwhile.
set -euo pipefail

if ! [[ ${1:-} =~ ^[0-9]+$ && ${2:-} =~ ^[0-9]+$ ]]; then
  printf 'usage: seed-run.sh SIZE PASSES [options of ovkit bench]\n' >&2
  exit 2
fi
size=$1 passes=$2
shift 2
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python
work="$root/target/seed-run"
report=$(realpath -m "${SEED_RUN_REPORT:-$root/docs/bench-seed-run.md}")

pictures=()
if [ -n "${PICTURES:-}" ]; then
  pictures=("$(realpath "$PICTURES")")
elif [ -d "$root/../shared/pictures" ]; then
  pictures=(../../../shared/pictures)
else
  for i in 0 1 2 3 4 5 6 7 8 9; do pictures+=(../../ir-models/pictures); done
fi

rm -rf "$work"
mkdir -p "$work"
for system in pplcnet-yolo yolov5s-v5; do
  (cd "$root/converter-scripts" && "$python" -m zoo --system $system --size "$size" --out "$work/$system.onnx") >/dev/null
done
# Paths in the report are relative to this folder.
cd "$work"
for system in pplcnet-yolo yolov5s-v5; do
  "$root/ovkit" convert $system.onnx -o . >/dev/null
done
SECONDS=0
"$root/ovkit" bench --ir pplcnet-yolo.xml --ir yolov5s-v5.xml --images "${pictures[@]}" \
  --protocol seed --passes "$passes" "$@" --json --html bench.html >bench.json
(program 256m dev.ovkit.benchmarks.SeedRun bench.json "$size" "$SECONDS") >report.md
mkdir -p "$(dirname "$report")"
cp report.md "$report.part"
mv "$report.part" "$report"
printf 'seed-run.sh: %s, after %d seconds\n' "$report" "$SECONDS" >&2
