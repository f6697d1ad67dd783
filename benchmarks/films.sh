#!/usr/bin/env bash
# Plays damaged films: bits flipped in them, or parts missing. None may hang, end the process, or cost another film
# beside it a frame.
#
#   benchmarks/films.sh [COUNT [SEED]]      default: 100 1
#
# COUNT films of each of MP4, MKV, TS, AVI and MJPEG. The program is DamagedFilms of toolkit/video's tests, in a JVM
# of its own: the last line says what came of the films. After a failure, the film is kept and named.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/benchmarks/video.sh"

count=${1:-100}
seed=${2:-1}
work=$(mktemp -d)
program dev.ovkit.video.engine.DamagedFilms "$work" "$count" "$seed" >"$work/said" 2>&1 ||
  fail "exit code $? at: $(grep -E '^(mp4|mkv|ts|avi|mjpeg) [0-9]+:' "$work/said" | tail -n 1); the film and what was said are in $work"
tail -n 1 "$work/said"
rm -r "$work"
