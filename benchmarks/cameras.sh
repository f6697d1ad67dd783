#!/usr/bin/env bash
# Measures how many cameras a machine serves, against two Python programs; see cameras/measure.py.
#
#   benchmarks/cameras.sh ovkit|plain|tuned --ir MODEL.xml --film FILM.avi --cameras N --find
#   benchmarks/cameras.sh ovkit|plain|tuned --ir MODEL.xml --film FILM.avi --speed
#   benchmarks/cameras.sh ovkit --ir MODEL.xml --film FILM.avi --cameras 4 --soak 200000
#
# --film is an AVI with H.264 without B-frames, as a camera sends it; with ffmpeg, of a large picture:
#   ffmpeg -loop 1 -i street.jpg -t 60 -r 25 -vf "scale=3840:-2,crop=1920:1080:x='(iw-ow)*(0.5+0.5*sin(t/3))':y='(ih-oh)*(0.5+0.5*cos(t/4))'" \
#     -pix_fmt yuv420p -c:v libx264 -profile:v high -bf 0 -g 50 -b:v 4M -maxrate 4M -bufsize 4M film.avi
# The cameras are RTSP servers of toolkit/video's tests, one program for all; its CPU time is reported beside the
# measured program's. --cpus 0,1 pins the measured one. --option=--motion passes an option to ovkit stream.
# The first run makes a Python environment in target/baselines. Needs a built checkout. Run nothing else meanwhile.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/benchmarks/common.sh"
. "$root/benchmarks/video.sh"

mkdir -p "$root/target/baselines"
environment "$root/target/baselines/env" "$root/converter-scripts/requirements/baselines.txt"

export OVKIT="$root/ovkit" PYTHON="$root/target/baselines/env/bin/python"
# Its own memory is as small as can be: the processor's caches are shared.
SERVER="$java -Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp $root/toolkit/video/target/test-classes dev.ovkit.video.rtsp.RtspServer"
export SERVER
exec "$PYTHON" "$root/benchmarks/cameras/measure.py" "$@"
