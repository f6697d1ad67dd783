#!/usr/bin/env bash
# Measures the identities that ovkit's tracker keeps (IDF1 of trackeval) against two public ByteTracks and against plain
# overlap from frame to frame, on the two TUD sequences of the motmetrics package; see tracking/measure.py.
#
#   benchmarks/tracking.sh [--seeds N] [--into docs/tracking.md]
#   benchmarks/tracking.sh --soak FRAMES          whether anything grows; 1000000 is the published run
#
# All trackers get the same boxes and the settings of ByteTrack's paper: boxes that a tracker in the package has found,
# without their numbers, and boxes of the truth with a detector's faults. Prints a table. Exit codes: 0 within a point
# of the public ByteTrack and above plain overlap on the noisy truth, 1 failed, 2 wrong usage, 4 not so.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11; the first run makes an environment in
# target/tracking. Accuracy is no speed: other work may run meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

if [ "${1:-}" = --soak ]; then
  program 48m dev.ovkit.benchmarks.TrackerSoak --frames "${2:?tracking.sh: --soak needs a number of frames}"
fi
mkdir -p "$root/target/tracking"
environment "$root/target/tracking/env" "$root/converter-scripts/requirements/tracking.txt"
module
TRACKER=$(printf '%q ' "$java" -Xmx256m -cp "$root/benchmarks/target/classes:$classes" dev.ovkit.benchmarks.BoxTracking)
export TRACKER
exec "$root/target/tracking/env/bin/python" "$root/benchmarks/tracking/measure.py" "$@"
