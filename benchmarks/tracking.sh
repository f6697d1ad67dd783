#!/usr/bin/env bash
# Measures the identities that ovkit's tracker keeps (IDF1 of trackeval) against two public ByteTracks and against plain
# overlap from frame to frame, on the two TUD sequences of the motmetrics package; see tracking/measure.py.
#
#   benchmarks/tracking.sh [--seeds N] [--into docs/tracking.md]
#   benchmarks/tracking.sh --belt [FILMS [--into docs/performance.md]]    how well 250 parts on each of FILMS (4) are counted
#   benchmarks/tracking.sh --soak FRAMES          whether anything grows; 1000000 is the published run
#
# All trackers get the same boxes and the settings of ByteTrack's paper: boxes that a tracker in the package has found,
# without their numbers, and boxes of the truth with a detector's faults. Prints a table. Exit codes: 0 within a point
# of the public ByteTrack and above plain overlap on the noisy truth, 1 failed, 2 wrong usage, 4 not so.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11; the first run makes an environment in
# target/tracking. Accuracy is no speed: other work may run meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

# belt FILMS [OPTION...]: draws the films, counts on them at 25 and at 8 frames a second, and compares; see tracking/belt.py.
belt() {
  local films=$1 seed folder folders=()
  shift
  environment "$root/target/tracking/env" "$root/converter-scripts/requirements/tracking.txt"
  for ((seed = 1; seed <= films; seed++)); do
    folder=$root/target/tracking/belt-$seed
    mkdir -p "$folder"
    "$root/ovkit" demo --video --parts 250 --seed "$seed" --out "$folder" >&2 || [ $? = 4 ] || fail "the film $seed failed"
    cat >"$folder/belt-8.yaml" <<EOF
model: conveyor-parts.xml
detector: {agnostic: true}
fps: 8
anchor: centre
cameras:
  - name: belt
    source: belt.mp4
    lines: [{name: gate, from: [640, 720], to: [640, 0]}]
outputs:
  jsonl: {file: belt-8.jsonl, rotate: 10G}
EOF
    rm -f "$folder/belt-8.jsonl" # it would be appended to
    "$root/ovkit" stream --config "$folder/belt-8.yaml" >&2
    folders+=("$folder")
  done
  exec "$root/target/tracking/env/bin/python" "$root/benchmarks/tracking/belt.py" "$@" "${folders[@]}"
}

if [ "${1:-}" = --belt ]; then
  mkdir -p "$root/target/tracking"
  shift
  films=${1:-4}
  [ $# = 0 ] || shift
  [[ $films =~ ^[1-9][0-9]?$ ]] || fail "--belt $films: expected the number of films, 1 to 99"
  belt "$films" "$@"
fi
if [ "${1:-}" = --soak ]; then
  program 48m dev.ovkit.benchmarks.TrackerSoak --frames "${2:?tracking.sh: --soak needs a number of frames}"
fi
mkdir -p "$root/target/tracking"
environment "$root/target/tracking/env" "$root/converter-scripts/requirements/tracking.txt"
module
TRACKER=$(printf '%q ' "$java" -Xmx256m -cp "$root/benchmarks/target/classes:$classes" dev.ovkit.benchmarks.BoxTracking)
export TRACKER
exec "$root/target/tracking/env/bin/python" "$root/benchmarks/tracking/measure.py" "$@"
