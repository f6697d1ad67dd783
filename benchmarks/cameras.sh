#!/usr/bin/env bash
# Measures how many cameras a machine serves, against two Python programs; see cameras/measure.py.
#
#   benchmarks/cameras.sh ovkit|plain|tuned --ir MODEL.xml --film FILM.avi --cameras N --find
#   benchmarks/cameras.sh ovkit|plain|tuned --ir MODEL.xml --film FILM.avi --speed
#   benchmarks/cameras.sh ovkit --ir MODEL.xml --film FILM.avi --cameras 4 --soak 200000
#
# --film is an AVI with H.264 or HEVC without B-frames, as a camera sends it; film.sh makes one.
# The cameras are RTSP servers of toolkit/video's tests, one program for all; its CPU time is reported beside the
# measured program's. --cpus 0,1 pins the measured one. --option=--motion passes an option to ovkit stream. --find
# searches with runs of --probe seconds (20) and decides by runs of --seconds (300).
# The first run makes a Python environment in target/baselines. Needs a built checkout. Run nothing else meanwhile.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/benchmarks/common.sh"
. "$root/benchmarks/video.sh"

mkdir -p "$root/target/baselines"
environment "$root/target/baselines/env" "$root/converter-scripts/requirements/baselines.txt"

# What it needs is built before anything is measured.
"$root/ovkit" stream --help >/dev/null

export OVKIT="$root/ovkit" PYTHON="$root/target/baselines/env/bin/python"
# Its own memory is as small as can be: the processor's caches are shared.
SERVER="$java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp $root/toolkit/video/target/test-classes dev.ovkit.video.rtsp.RtspServer"
export SERVER
exec "$PYTHON" "$root/benchmarks/cameras/measure.py" "$@"
