#!/usr/bin/env bash
# Watches cameras that are not ours: Debian's GStreamer RTSP server with H.264 (with frames that refer to later ones),
# HEVC and MJPEG, over TCP and UDP, and behind a password. Left out, with the reason, where its packages cannot be had.
# usage: rtsp-interop.sh FOLDER, after `mvn package`
#
# The packages are fetched and unpacked, not installed: that needs no root and changes nothing.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
work=$(cd "$1" && pwd)
fail() { printf 'rtsp-interop: %s\n' "$*" >&2; exit 1; }
leave_out() { printf 'rtsp-interop: left out: %s\n' "$*"; exit 0; }

packages=(libgstreamer1.0-0 gir1.2-gstreamer-1.0 libgstreamer-plugins-base1.0-0 gir1.2-gst-plugins-base-1.0
  gstreamer1.0-plugins-base libgstreamer-plugins-bad1.0-0 liborc-0.4-0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-plugins-ugly libx264-164 libx265-199 libnuma1 libgudev-1.0-0 libgstrtspserver-1.0-0
  gir1.2-gst-rtsp-server-1.0 libgirepository-1.0-1 gir1.2-glib-2.0 python3-gi)
place=$root/target/gstreamer
if [ ! -e "$place/whole" ]; then
  for tool in apt-get dpkg-deb /usr/bin/python3; do command -v "$tool" >/dev/null || leave_out "there is no $tool"; done
  rm -rf "$place" && mkdir -p "$place/packages"
  (cd "$place/packages" && apt-get -qq download "${packages[@]}" >"$work/apt.txt" 2>&1) ||
    leave_out "apt-get download: $(grep '^E:' "$work/apt.txt" | head -n 1)"
  for package in "$place"/packages/*.deb; do dpkg-deb -x "$package" "$place/root"; done
  rm -r "$place/packages"
  touch "$place/whole"
fi

libraries=$place/root/usr/lib/x86_64-linux-gnu
serve() {
  LD_LIBRARY_PATH=$libraries GI_TYPELIB_PATH=$libraries/girepository-1.0 GST_PLUGIN_SYSTEM_PATH=$libraries/gstreamer-1.0 \
    GST_PLUGIN_SCANNER=$libraries/gstreamer1.0/gstreamer-1.0/gst-plugin-scanner GST_REGISTRY=$place/registry.bin \
    PYTHONPATH=$place/root/usr/lib/python3/dist-packages exec /usr/bin/python3 - 2>"$work/server.txt" <<'PY'
import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

Gst.init(None)
SOURCE = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=25/1"
STREAMS = {
    "/h264": "x264enc bframes=2 key-int-max=12 speed-preset=ultrafast b-pyramid=false ! rtph264pay",
    "/hevc": "x265enc key-int-max=12 speed-preset=ultrafast tune=zerolatency ! rtph265pay",
    "/mjpeg": "jpegenc ! rtpjpegpay",
    "/secret": "x264enc tune=zerolatency key-int-max=12 speed-preset=ultrafast ! rtph264pay",
}
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")

auth = GstRtspServer.RTSPAuth()
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
user = GstRtspServer.RTSPToken()
user.set_string("media.factory.role", "user")
auth.add_digest("admin", "s3cr3t:@home", user)
anybody = GstRtspServer.RTSPToken()
anybody.set_string("media.factory.role", "anybody")
auth.set_default_token(anybody)
server.set_auth(auth)

for path, encoder in STREAMS.items():
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {SOURCE} ! {encoder} name=pay0 pt={26 if 'jpeg' in encoder else 96} )")
    factory.set_shared(True)
    for role in ("user", "anybody"):
        allowed = role == "user" or path != "/secret"
        factory.add_role_from_structure(
            Gst.Structure.new_from_string(
                f"{role}, media.factory.access=(boolean)true, media.factory.construct=(boolean){allowed}".lower()
            )
        )
    server.get_mount_points().add_factory(path, factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
PY
}

: >"$work/port"
serve >"$work/port" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
until [ -s "$work/port" ]; do
  kill -0 "$server" 2>/dev/null || leave_out "GStreamer's server does not start: $(tail -n 1 "$work/server.txt")"
  sleep 0.2
done
host=127.0.0.1:$(cat "$work/port")

# watch NAME OPTION-OR-SOURCE...: until each source has ten results
watch() {
  local lines=$work/$1.jsonl said=$work/$1.txt watching sources=0 word enough=false
  shift
  rm -f "$lines"
  for word; do case $word in *rtsp://*) sources=$((sources + 1)) ;; esac; done
  "$root/ovkit" stream "$root/ir-models/conveyor-parts.xml" "$@" --retries 0 --jsonl "$lines" 2>"$said" &
  watching=$!
  # 40 s are the deadline of a source that never plays; each also has its own.
  for _ in $(seq 200); do
    python3 - "$lines" "$sources" <<'PY' && enough=true
import collections, json, os, sys

counts = collections.Counter()
if os.path.exists(sys.argv[1]):
    for line in open(sys.argv[1], encoding="utf-8"):
        if line.endswith("\n"):
            counts[json.loads(line)["camera"]] += 1
sys.exit(not (len(counts) == int(sys.argv[2]) and min(counts.values()) >= 10))
PY
    ! $enough || break
    kill -0 "$watching" 2>/dev/null || { cat "$said" >&2; fail "ovkit stream has ended"; }
    sleep 0.2
  done
  kill "$watching"
  wait "$watching" || { cat "$said" >&2; fail "ovkit stream $*"; }
  cat "$said"
  $enough || fail "not every source had ten results: ovkit stream $*"
  ! grep -F s3cr3t "$said" || fail "a password was printed"
}

watch tcp "h264=rtsp://$host/h264" "hevc=rtsp://$host/hevc" "mjpeg=rtsp://$host/mjpeg" \
  "secret=rtsp://admin:s3cr3t%3A%40home@$host/secret"
watch udp --udp "h264=rtsp://$host/h264" "hevc=rtsp://$host/hevc" "mjpeg=rtsp://$host/mjpeg"
watch keyframes --keyframes "h264=rtsp://$host/h264" "hevc=rtsp://$host/hevc" --fps all

refused=0
"$root/ovkit" stream "$root/ir-models/conveyor-parts.xml" "door=rtsp://admin:wrong@$host/secret" 2>"$work/refused.txt" || refused=$?
cat "$work/refused.txt"
[ "$refused" = 1 ] && grep -q 'it refuses the user name or password' "$work/refused.txt" || fail "a wrong password: exit code $refused"
echo "rtsp-interop: GStreamer's server plays over TCP and UDP, and its password is asked for"
