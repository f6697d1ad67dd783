#!/usr/bin/env bash
# Runs a bundle on a box that has next to nothing: a root with only the C library, libgcc_s, libstdc++, libz, the
# dynamic loader, /bin/sh and /proc. The root is read-only, its temporary folder is mounted noexec; there is no network
# and no HOME; LANG is C, the user is not root, and the path has a space. The same is done with a container image
# unpacked there. Checks that the sizes are what the project promises.
# usage: bundle.sh WORK [MODEL.xml | BUNDLE.tar.xz]; default: the demo's model. JDK=DIR uses another JDK. SMALL=yes
# compresses as for a box, which takes minutes. Leaves the bundle in WORK/root/a box/current.
# Needs a built checkout, and root or user namespaces; without them it says so and skips that part.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$1
given=${2:-$here/ir-models/conveyor-parts.xml}
fail() { printf '.ci/bundle.sh: FAILED: %s\n' "$*" >&2; exit 1; }

rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
archive="$work/app-1.2.0.tar.xz"
pack() { # TARGET [OPTION...]
  "$here/ovkit" package --ir "$given" --golden "$here/ir-models/pictures/000000.jpg" --unsigned ${JDK:+--jdk "$JDK"} -o "$@"
}
case $given in
  *.tar.xz) archive=$given ;;
  *) if [ "${SMALL:-no}" = yes ]; then pack "$archive"; else pack "$archive" --fast; fi ;;
esac

compressed=$(stat -c %s "$archive")
[ "$compressed" -le 60000000 ] || fail "the bundle has $compressed bytes compressed, more than 60 MB"
mkdir "$work/unpacked"
tar xJf "$archive" -C "$work/unpacked"
unpacked=$(find "$work/unpacked" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
[ "$unpacked" -le 200000000 ] || fail "the bundle has $unpacked bytes unpacked, more than 200 MB"
echo "$compressed bytes compressed, $unpacked unpacked"

isolate=(unshare --mount --net --ipc --uts)
[ "$(id -u)" = 0 ] || isolate+=(--user --map-root-user)
if ! "${isolate[@]}" true 2>/dev/null; then
  echo "LEFT OUT: the run in an isolated root needs root or user namespaces, and here are neither"
  exit 0
fi

# The root has each library under the name that programs ask for.
root="$work/root"
mkdir -p "$root"/{bin,lib64,lib/x86_64-linux-gnu,proc,tmp,dev,pictures} "$root/a box"
for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libgcc_s.so.1 libstdc++.so.6 libz.so.1; do
  path=$(ldconfig -p | awk -v name="$library" '$1 == name && /x86-64/ && !n++ { print $NF }')
  [ -n "$path" ] || fail "$library is not on this machine"
  cp -L "$path" "$root/lib/x86_64-linux-gnu/$library"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
[ "$(basename "$(readlink -f /bin/sh)")" = dash ] || echo "note: /bin/sh is not dash here"
cp -L "$(command -v dash || echo /bin/sh)" "$root/bin/sh"
: >"$root/dev/null"
: >"$root/dev/urandom"
: >"$root/dev/random"
cp "$here/ir-models/pictures/000001.jpg" "$root/pictures/parts.jpg"
python3 "$here/.ci/image.py" base "$root" "$work/base.tar"
mv "$work/unpacked"/* "$root/a box/current"

cat >"$work/inside.sh" <<'SH'
set -eu
root=$1
shift
mount --bind "$root" "$root"
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount -t tmpfs -o noexec,nosuid,mode=1777 tmpfs "$root/tmp"
for device in null urandom random; do mount --bind /dev/$device "$root/dev/$device"; done
mount -o remount,bind,ro "$root"
user=65534
[ "$NAMESPACE" = yes ] && user=0 # the only one that is mapped
exec chroot --userspec=$user:$user "$root" /bin/sh -c "$*"
SH

box() {
  local namespace=no
  [ "$(id -u)" = 0 ] || namespace=yes
  env -i PATH="$PATH" LANG=C NAMESPACE=$namespace "${isolate[@]}" sh "$work/inside.sh" "$root" "unset PATH; LANG=C; export LANG; $1"
}

box '"/a box/current/bin/ovkit" infer --image /pictures' | tee "$work/infer.txt"
grep -q '^/pictures/parts.jpg .* found' "$work/infer.txt" || fail "infer found no picture in the isolated root"
[ "$given" != "$here/ir-models/conveyor-parts.xml" ] || grep -q '^  bearing  ' "$work/infer.txt" ||
  fail "infer found no bearing in the isolated root"
box '"/a box/current/bin/ovkit" self-test' || fail "the self-test does not hold in the isolated root"
box '"/a box/current/bin/ovkit" doctor' || fail "doctor fails in the isolated root"
if box 'echo > /written' 2>/dev/null; then fail "the root was not read-only"; fi

# Time from process start to the first boxes. The best run counts, since the first one reads the disk.
best=999999
for _ in 1 2 3 4 5 6 7; do
  began=$(date +%s%N)
  box '"/a box/current/bin/ovkit" infer --image /pictures' >/dev/null
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$took" -ge "$best" ] || best=$took
done
echo "first boxes after $best ms at best, the mounts of the root included"

# A bundle with the server, without a flag. The loopback of a new network has to be brought up first.
if [ "${given##*.}" != xz ]; then
  pack "$work/served-1.2.0" --with serve --fast
  mv "$work/served-1.2.0" "$root/a box/served"
  cat >"$work/client.py" <<'PY'
import fcntl, os, socket, struct, subprocess, sys, time, urllib.request

UP = 1  # IFF_UP
with socket.socket() as any:
    fcntl.ioctl(any, 0x8914, struct.pack("16sh14x", b"lo", UP))  # SIOCSIFFLAGS
# As systemd starts it with a socket: a connection waits from the beginning, and the socket is descriptor 3.
listening = socket.create_server(("127.0.0.1", 8080))
os.dup2(listening.fileno(), 3)


def announce():
    os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), "1"


server = subprocess.Popen(sys.argv[2:], pass_fds=[3], preexec_fn=announce)
try:
    for _ in range(600):
        try:
            urllib.request.urlopen("http://127.0.0.1:8080/v2/health/ready")
            break
        except OSError:
            assert server.poll() is None, "the server has ended"
            time.sleep(0.1)
    with open(sys.argv[1], "rb") as picture:
        print(urllib.request.urlopen("http://127.0.0.1:8080/v1/models/served/detect", picture.read()).read().decode())
    server.terminate()
    assert server.wait(60) == 0, f"SIGTERM: exit code {server.returncode}"
finally:
    server.kill()
PY
  namespace=no
  [ "$(id -u)" = 0 ] || namespace=yes
  env -i PATH="$PATH" LANG=C NAMESPACE=$namespace "${isolate[@]}" python3 "$work/client.py" "$here/ir-models/pictures/000000.jpg" \
    sh "$work/inside.sh" "$root" 'unset PATH; exec "/a box/served/bin/ovkit" serve' >"$work/served.txt" ||
    fail "the server does not answer in the isolated root"
  grep -q '"model_version":"1.2.0"' "$work/served.txt" || fail "the answer is not by the release: $(cat "$work/served.txt")"
  grep -q '"label":"bearing"' "$work/served.txt" || fail "the server found no bearing"
  rm -rf "$root/a box/served"
fi

# The same as an image: its layers, including the base's, become a root, in which its entry point runs.
case $given in *.tar.xz) exit 0 ;; esac
pack "$work/app-1.2.0.oci.tar" --base "$work/base.tar"
bundle=$root
root="$work/image"
entrypoint=$(python3 "$here/.ci/image.py" unpack "$work/app-1.2.0.oci.tar" "$root")
diff -r "$bundle/a box/current" "$root/opt/ovkit/app" || fail "the image's files are not the bundle's"
box "$entrypoint infer --image /pictures" >"$work/infer-image.txt"
grep -q '^/pictures/parts.jpg .* found' "$work/infer-image.txt" || fail "infer found no picture in the image"
box "$entrypoint self-test" | grep 'class archive' || fail "the self-test does not hold in the image"
rm -rf "$root" "$work/app-1.2.0.oci.tar"
