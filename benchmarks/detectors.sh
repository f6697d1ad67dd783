#!/usr/bin/env bash
# Measures small detectors on this CPU: parameters, GFLOPs, time in f32 and INT8, and mAP where weights are trained.
#
#   benchmarks/detectors.sh [--rounds 41] [--models picodet_xs_320,…] [--into FILE.md] [--json FILE]
#
# Prints Markdown; --into also writes it between the markers of a page, such as docs/performance.md. One thread. The AVX2
# columns are of a run with ONEDNN_MAX_CPU_ISA=AVX2. The columns beside ONNX Runtime are of a run without it, because that
# variable does not hold ONNX Runtime; it gets the same file with the initializers taken out of the inputs. Times are the
# smallest of interleaved passes of the network alone. Models, pictures and truth are those of ../shared; a model that is
# not there is left out. Needs a built checkout (./ovkit --version builds it). Run nothing else meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

mkdir -p "$root/target/detectors"
module
# The first run writes for the second alone.
measured=() skip=
for argument in "$@"; do
  case $skip$argument in
    --into | --json) skip=yes ;;
    yes*) skip= ;;
    *) measured+=("$argument") ;;
  esac
done
(
  export ONEDNN_MAX_CPU_ISA=AVX2
  program 1g dev.ovkit.benchmarks.Detectors ${measured[@]+"${measured[@]}"} --json "$root/target/detectors/avx2.json"
) >/dev/null
program 1g dev.ovkit.benchmarks.Detectors --avx2 "$root/target/detectors/avx2.json" "$@"
