#!/usr/bin/env bash
# Makes the film that the cameras of cameras.sh play: a window that moves over a picture, H.264 High
# or HEVC without B-frames.
#
#   benchmarks/film.sh OUT.avi [--picture FILE] [--size 1920x1080] [--kbits 4000] [--seconds 60]
#                      [--codec h264|hevc] [--noise N]
#
# Without --picture it moves over the demo's. --noise adds noise that changes with every frame, as a sensor does in the
# dark (0, none, to about 10); it costs the decoder up to half as much again. ffmpeg is the one on the path if that has
# x264 and x265, else one that comes with a Python package, in an environment in target/film-env. Prints one JSON object.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

out=${1:?film.sh: the film to write is missing}
shift
picture=$root/ir-models/pictures/000000.jpg size=1920x1080 kbits=4000 seconds=60 codec=h264 noise=0
while [ $# -gt 1 ]; do
  case $1 in
    --picture) picture=$2 ;;
    --size) size=$2 ;;
    --kbits) kbits=$2 ;;
    --seconds) seconds=$2 ;;
    --codec) codec=$2 ;;
    --noise) noise=$2 ;;
    *) fail "$1: expected --picture, --size, --kbits, --seconds, --codec or --noise" ;;
  esac
  shift 2
done
[[ $noise =~ ^[0-9]+$ ]] || fail "--noise $noise: expected a whole number"
[[ $size =~ ^[0-9]+x[0-9]+$ ]] || fail "--size $size: expected WIDTHxHEIGHT"
case $codec in
  h264) library=libx264 encoder=(-profile:v high -preset veryfast -bf 0) ;;
  hevc) library=libx265 encoder=(-preset veryfast -x265-params log-level=error:bframes=0:repeat-headers=1 -tag:v HEVC) ;;
  *) fail "--codec $codec: expected h264 or hevc" ;;
esac
[ -f "$picture" ] || fail "$picture: no such file"

ffmpeg=$(command -v ffmpeg || true)
if [ -z "$ffmpeg" ] || ! "$ffmpeg" -hide_banner -encoders 2>/dev/null | grep -q " $library "; then
  mkdir -p "$root/target"
  environment "$root/target/film-env" "$root/converter-scripts/requirements/films.txt"
  ffmpeg=$("$root/target/film-env/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
fi

width=${size%x*} height=${size#*x}
# Twice the frame on each side, so that the window has where to go.
"$ffmpeg" -hide_banner -loglevel error -y -loop 1 -i "$picture" -t "$seconds" -r 25 -vf \
  "scale=$((2 * width)):$((2 * height)):force_original_aspect_ratio=increase,crop=$width:$height:x='(iw-ow)*(0.5+0.5*sin(t/3))':y='(ih-oh)*(0.5+0.5*cos(t/4))',noise=alls=$noise:allf=t" \
  -pix_fmt yuv420p -c:v $library "${encoder[@]}" -g 50 -b:v "${kbits}k" -maxrate "${kbits}k" \
  -bufsize "${kbits}k" -an "$out"
printf '{"film": "%s", "codec": "%s", "size": "%s", "fps": 25, "noise": %d, "kbits_wanted": %d, "kbits": %d}\n' "$out" "$codec" "$size" "$noise" "$kbits" \
  "$(($(stat -c %s "$out") * 8 / 1000 / seconds))"
