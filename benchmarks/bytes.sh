#!/usr/bin/env bash
# Prints the sha256 of the IRs that a build makes of all systems of the zoo and, where it is, of ../shared/models, one line
# a file: sha256, model, options, ending. Two builds convert alike if their lists are equal.
#
#   benchmarks/bytes.sh [CHECKOUT] > list          default: this checkout
#   benchmarks/bytes.sh | diff list - && echo the same bytes
#
# An IR holds no path, no time and no version of ovkit, only what OpenVINO writes and what was decided; the manifest
# beside it names versions and is not listed. A refused conversion is a line with the exit code instead. The ONNX files of
# the zoo are made by this checkout, once, in target/bytes. The 8-bit IRs also depend on the CPU.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python

checkout=$(cd "${1:-$root}" && pwd)
[ -d "$checkout/src/target/app" ] || fail "'$checkout' is not built; run '$checkout/ovkit --version'"
models="$root/target/bytes"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

zoo() { # FOLDER OPTION...
  [ ! -d "$models/$1" ] || return 0
  rm -rf "$models/.part"
  mkdir -p "$models/.part"
  (cd "$root/converter-scripts" && "$python" -m zoo --system all "${@:2}" --out "$models/.part" >/dev/null 2>&1) || fail "the zoo failed"
  mv "$models/.part" "$models/$1"
}
zoo zoo --names modern
zoo zoo-quarter-legacy --names legacy --form exported --bn keep --width 0.25 --size 256 --classes 7
zoo zoo-quarter-decoded --names modern --head decoded --width 0.25 --size 192x320 --classes 80

all() { # LABEL ONNX
  printf '%s\t' "$@"; printf 'default\n'
  printf '%s\t' "$@"; printf 'fp32\t--data-type\tFP32\n'
  printf '%s\t' "$@"; printf 'no-rewrite\t--no-rewrite\n'
  printf '%s\t' "$@"; printf 'none\t--output\tnone\n'
  printf '%s\t' "$@"; printf 'columns\t--output\tcolumns\n'
  printf '%s\t' "$@"; printf 'lazy\t--heads\tlazy\n'
}
list() {
  local onnx label
  for onnx in "$models"/zoo*/*.onnx; do
    label=${onnx#"$models/"}
    all "${label%.onnx}" "$onnx"
  done
  for onnx in "$root"/../shared/models/*.onnx; do
    [ -e "$onnx" ] || continue
    label=shared/$(basename "$onnx" .onnx)
    all "$label" "$onnx"
    printf '%s\t' "$label" "$onnx" int8 --data-type INT8; printf -- '--images\t%s\n' "$checkout/ir-models/pictures"
  done
}

"${java}c" -proc:none -d "$work" -cp "$checkout/src/target/app/*" "$root/benchmarks/against/Bytes.java"
list | "$java" --enable-native-access=ALL-UNNAMED -Xmx2g -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="$checkout/native-config/target/native/linux-x86_64" \
  -cp "$work:$checkout/src/target/app/*" dev.ovkit.cli.Bytes "$work/ir"
