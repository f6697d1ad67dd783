#!/usr/bin/env bash
# Changes the .bin under running programs: an open IR must not depend on its files.
#
#   benchmarks/swap.sh [TIMES [SEED [PROGRAMS [CHANGES]]]]      default: 50 1, all of both
#   benchmarks/swap.sh 50 1 library,bundle deleted,replaced
#
# `infer` on a folder, `watch`, a program on the library, and `infer` of a bundle each run TIMES times for each change:
# the .bin is truncated, overwritten in place, deleted, or replaced by a rename, at a random moment after the first
# result. The program must end by itself with exit code 0, and its boxes must be those of a run that nothing disturbed.
# Prints a line for each; exit code 1 at the first crash or changed box. Needs a built checkout (./ovkit --version).
set -euo pipefail

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
times=${1:-50}
RANDOM=${2:-1}
[[ $times =~ ^[1-9][0-9]*$ ]] || { echo "swap.sh: '$times' is not a number from 1" >&2; exit 2; }
IFS=, read -ra programs <<<"${3:-infer,watch,library,bundle}"
IFS=, read -ra changes <<<"${4:-truncated,overwritten,deleted,replaced}"
for word in "${programs[@]}"; do
  [[ $word =~ ^(infer|watch|library|bundle)$ ]] || { echo "swap.sh: no program '$word'" >&2; exit 2; }
done
for word in "${changes[@]}"; do
  [[ $word =~ ^(truncated|overwritten|deleted|replaced)$ ]] || { echo "swap.sh: no change '$word'" >&2; exit 2; }
done
need python3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ir=$work/model/model.xml
bin=$work/model/model.bin
pictures=$work/pictures
mkdir -p "$work/model" "$pictures" "$work/classes"
cp "$root/ir-models/conveyor-parts.xml" "$ir"
for ((i = 0; i < 60; i++)); do
  cp "$root/ir-models/pictures/00000$((i % 5)).jpg" "$(printf '%s/%03d.jpg' "$pictures" "$i")"
done
"${java%java}javac" -cp "$app/*" -d "$work/classes" "$root/benchmarks/swap/SwapWorker.java"
"$root/ovkit" package --ir "$root/ir-models/conveyor-parts.xml" --golden "$root/ir-models/pictures/000000.jpg" \
  --unsigned -o "$work/bundle-1.0.0" >/dev/null

# ---- what runs: each writes what it found to a file, a line a picture, and ends with its program's exit code

infer() { "$root/ovkit" infer --ir "$ir" --images "$pictures" --format jsonl; }
library() {
  "$java" --enable-native-access=ALL-UNNAMED -Dovkit.native.dir="$natives" -cp "$work/classes:$app/*" SwapWorker "$ir" "$pictures"/*.jpg
}
bundle() { "$work/bundle-1.0.0/bin/ovkit" infer --images "$pictures" --format jsonl; }
watch() { # its results are files; they come as lines here, in order, as the others' do
  rm -rf "$work/in" "$work/out"
  mkdir "$work/in" "$work/out"
  cp "$pictures"/*.jpg "$work/in"
  "$root/ovkit" watch --ir "$ir" --in "$work/in" --out "$work/out" --once >&2 &
  local watching=$! shown=0 file
  for file in "$pictures"/*.jpg; do
    file=$work/out/$(basename "$file").json
    while [ ! -e "$file" ] && kill -0 "$watching" 2>/dev/null; do sleep 0.005; done
    [ ! -e "$file" ] || { tr -d '\n' <"$file"; echo; }
  done
  wait "$watching"
}

# The boxes alone: times differ from run to run.
boxes() { python3 -c '
import json, sys
for line in open(sys.argv[1]):
    try:
        answer = json.loads(line)
        print(json.dumps([one["detections"] for one in answer.get("pictures", [answer])], sort_keys=True))
    except ValueError:
        print(line, end="")
' "$1"; }

# ---- what happens to the .bin

truncated() { truncate -s 100 "$1"; }
overwritten() { dd if=/dev/zero of="$1" bs=64K count=$(($(stat -c %s "$1") / 65536 + 1)) conv=notrunc status=none; }
deleted() { rm "$1"; }
replaced() { head -c 1000 /dev/urandom >"$1.new" && mv "$1.new" "$1"; }

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# run WHAT FILE [CHANGE MILLISECONDS]: runs it; after its first line and so many milliseconds the .bin changes. Sets rest
# to the milliseconds from its first line to its end.
run() {
  local what=$1 file=$2 change=${3:-} delay=${4:-0} target=$bin status=0
  [ "$what" != bundle ] || target=$work/bundle-1.0.0/model/model.bin
  cp "$root/ir-models/conveyor-parts.bin" "$target.new"
  mv "$target.new" "$target"
  : >"$file"
  "$what" >"$file" 2>"$work/said" &
  local running=$!
  while [ ! -s "$file" ] && kill -0 "$running" 2>/dev/null; do sleep 0.002; done
  local first
  first=$(milliseconds)
  if [ -n "$change" ]; then
    sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
    ! kill -0 "$running" 2>/dev/null || under=$((under + 1))
    "$change" "$target"
  fi
  wait "$running" || status=$?
  rest=$(($(milliseconds) - first))
  [ "$status" -eq 0 ] || { cat "$work/said" >&2; fail "$what, $change after $delay ms: exit code $status"; }
}

for what in "${programs[@]}"; do
  under=0
  run "$what" "$work/right"
  run "$what" "$work/right"
  whole=$((rest + 1))
  boxes "$work/right" >"$work/right.boxes"
  [ "$(wc -l <"$work/right.boxes")" -eq 60 ] || fail "$what gives $(wc -l <"$work/right.boxes") results, expected 60"
  for change in "${changes[@]}"; do
    under=0
    for ((i = 0; under < times; i++)); do
      [ "$i" -lt $((10 * times)) ] || fail "$what is done too soon to be disturbed"
      run "$what" "$work/now" "$change" $(((RANDOM * 32768 + RANDOM) % whole))
      boxes "$work/now" | cmp -s - "$work/right.boxes" || fail "$what, $change, run $i: other boxes; see $(boxes "$work/now" | diff - "$work/right.boxes" | head -n 2)"
    done
    echo "$what: the .bin was $change $under times while it ran, and $((i - under)) times after its end; no crash, no changed box"
  done
done
