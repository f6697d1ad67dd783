#!/usr/bin/env bash
# Compares `ovkit quantize` with NNCF's mixed preset: mAP@.5:.95 on this CPU, and as on a CPU with AVX2 alone.
#
#   benchmarks/nncf.sh [--models v5lite-e-coco,yolox_nano-416] [--shared DIR]
#
# Both calibrate with SHARED/pictures (default: ../shared) and are measured by `ovkit eval` on SHARED/eval. Prints
# Markdown; progress goes to stderr. Exit codes: 0 ovkit is no worse than NNCF minus 0.005, 1 failed, 2 wrong usage,
# 4 it is worse.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11; the first run makes an environment of 300 MB in
# target/nncf.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

models=v5lite-e-coco,yolox_nano-416
shared="$root/../shared"
while [ $# -gt 0 ]; do
  case "$1 ${2:+value}" in
    "--models value") models=$2 ;;
    "--shared value") shared=$2 ;;
    *) printf 'nncf.sh: %s? It takes --models NAMES and --shared DIR\n' "$1" >&2; exit 2 ;;
  esac
  shift 2
done
[ -d "$shared/eval" ] || fail "there is no '$shared/eval' to measure on; --shared takes another folder"

work="$root/target/nncf"
mkdir -p "$work"
environment "$work/env" "$root/converter-scripts/requirements/nncf.txt"

# map ISA IR: its mAP, with the instruction set limited.
map() {
  ONEDNN_MAX_CPU_ISA=$1 "$root/ovkit" eval --ir "$2" --coco "$shared/eval/instances.json" --images "$shared/eval/images" --json |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["map"])'
}

printf '| model | kernels of | f32 | NNCF 3.4 mixed | ovkit | ovkit less NNCF |\n'
printf '| --- | --- | ---: | ---: | ---: | ---: |\n'
worse=0
for model in ${models//,/ }; do
  printf 'nncf.sh: %s\n' "$model" >&2
  "$root/ovkit" convert "$shared/models/$model.onnx" --data-type FP32 --labels "$shared/models/coco.names" -o "$work/f32" >/dev/null
  "$root/ovkit" quantize --ir "$work/f32/$model.xml" --images "$shared/pictures" -o "$work/ovkit" >/dev/null
  mkdir -p "$work/nncf" "$work/home"
  CI=true HOME="$work/home" "$work/env/bin/python" -I "$root/converter-scripts/nncf/quantize_with_nncf.py" \
    --ir "$work/f32/$model.xml" --images "$shared/pictures" --output "$work/nncf/$model.xml" >/dev/null
  for isa in AVX2 ALL; do
    python3 - "$model" "$isa" "$(map $isa "$work/f32/$model.xml")" "$(map $isa "$work/nncf/$model.xml")" \
      "$(map $isa "$work/ovkit/$model.xml")" <<'PY' || worse=4
import sys

model, isa = sys.argv[1:3]
f32, nncf, ovkit = map(float, sys.argv[3:])
where = "AVX2" if isa == "AVX2" else "this CPU"
print(f"| {model} | {where} | {f32:.4f} | {nncf:.4f} | {ovkit:.4f} | {ovkit - nncf:+.4f} |", flush=True)
sys.exit(ovkit < nncf - 0.005)
PY
  done
done
exit $worse
