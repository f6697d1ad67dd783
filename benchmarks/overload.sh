#!/usr/bin/env bash
# Watches cameras with a detector that takes far too long. Memory must stay, results be at most two rounds over all
# cameras and a frame old, and no camera starve or lose its session.
#
#   benchmarks/overload.sh [--cameras 8] [--millis 500] [--seconds 300]
#
# Prints one JSON object; the exit code is 4 if something is not as it must be. The program is Overload of toolkit/video's
# tests.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/benchmarks/video.sh"

cameras=8 millis=500 seconds=300
while [ $# -gt 1 ]; do
  case $1 in
    --cameras) cameras=$2 ;;
    --millis) millis=$2 ;;
    --seconds) seconds=$2 ;;
    *) fail "$1: expected --cameras, --millis or --seconds" ;;
  esac
  shift 2
done

jvm=(-Xmx48m -XX:+UseSerialGC) # a heap that is full soon, so that what grows is seen
program dev.ovkit.video.engine.Overload "$cameras" "$millis" "$seconds"
