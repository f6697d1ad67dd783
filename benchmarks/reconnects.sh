#!/usr/bin/env bash
# Opens a camera again and again, which cuts the connection each time. Descriptors, threads and memory must stay.
#
#   benchmarks/reconnects.sh [COUNT]      default: 1000
#
# The camera speaks RTSP, once over TCP and once over UDP. The program is Reconnects of toolkit/video's tests.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
. "$root/benchmarks/video.sh"

jvm=(-Xmx48m -XX:+UseSerialGC) # a heap that is full soon, so that what grows is seen
for transport in TCP UDP; do
  program dev.ovkit.video.engine.Reconnects "$transport" "${1:-1000}"
done
