#!/usr/bin/env bash
# Checks the service on Debian: the unit with systemd-analyze; the package by installing, running, removing and
# purging it in a root of its own.
# usage: service.sh [BUNDLE], after `mvn package`; without BUNDLE it makes a small one from the build
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fail() { printf 'service: %s\n' "$*" >&2; exit 1; }
say() { printf 'service: %s\n' "$*"; }

java=${JAVA_HOME:+$JAVA_HOME/bin/java}
java=$(readlink -f "${java:-$(command -v java)}")
jdk=$(dirname "$(dirname "$java")")
app="$root/src/target/app"
[ -d "$app" ] || fail "nothing is built; run mvn package first"
command -v dpkg-deb >/dev/null || { say "no dpkg here: all of this is left out"; exit 0; }

work=$(mktemp -d)
box="$work/box"
clean() { # the mount first: never delete through it
  ! mountpoint -q "$box/proc" || umount "$box/proc"
  rm -rf "$work"
}
trap clean EXIT

# ---- a bundle, and its package

bundle=${1:-}
if [ -z "$bundle" ]; then
  bundle="$work/bundle"
  mkdir -p "$bundle"/{bin,lib,model,native}
  "$jdk/bin/jlink" --add-modules java.base,java.logging,java.management,java.xml,jdk.unsupported --strip-debug --no-man-pages \
    --no-header-files --output "$bundle/jre"
  cp "$app"/*.jar "$bundle/lib/"
  rm -f "$bundle"/lib/onnxruntime*.jar # as large as all the rest, and not for a box
  cp "$root"/native-config/target/native/linux-x86_64/lib*.so* "$bundle/native/"
  for part in xml bin; do cp "$root/ir-models/conveyor-parts.$part" "$bundle/model/model.$part"; done
  printf '{"name": "parts", "mtime": 315619200}\n' >"$bundle/manifest.json"
  cat >"$bundle/bin/ovkit" <<'SH'
#!/bin/sh
home=$(cd -P -- "${0%/*}/.." && pwd -P)
exec "$home/jre/bin/java" -Xmx64m -XX:+UseSerialGC -Dovkit.bundle.dir="$home" -Dovkit.native.dir="$home/native" \
  -cp "$home/lib/*" dev.ovkit.cli.Main "$@" --ir "$home/model/model.xml"
SH
  chmod 755 "$bundle/bin/ovkit"
fi

cat >"$work/Deb.java" <<'JAVA'
import java.nio.file.Path;

final class Deb {
  public static void main(String[] a) {
    dev.ovkit.pack.DebianPackage.write(Path.of(a[0]), "parts", "1.2.0", true, Path.of(a[1]));
  }
}
JAVA
"$java" -cp "$app/*" "$work/Deb.java" "$bundle" "$work/parts.deb"
dpkg-deb -I "$work/parts.deb" >/dev/null
say "ovkit-parts: $(stat -c %s "$work/parts.deb") bytes, $(dpkg-deb -c "$work/parts.deb" | wc -l) entries"

# ---- the unit

dpkg-deb -x "$work/parts.deb" "$work/unpacked"
diff -r --no-dereference "$bundle" "$work/unpacked/opt/ovkit/parts" || fail "the package's files are not the bundle's"
if command -v systemd-analyze >/dev/null; then
  unit="$work/unpacked/usr/lib/systemd/system/ovkit-parts.service"
  # The threshold is in tenths: 15 means 1.5.
  systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" >"$work/security.txt" ||
    { cat "$work/security.txt"; fail "systemd-analyze security finds more than 1.5"; }
  tail -1 "$work/security.txt"
  # verify needs the program to exist.
  sed "s|=/opt/ovkit|=$work/unpacked/opt/ovkit|" "$unit" >"$work/ovkit-parts.service"
  systemd-analyze verify --man=no "$work/ovkit-parts.service" >"$work/verify.txt" 2>&1 && [ ! -s "$work/verify.txt" ] ||
    { cat "$work/verify.txt"; fail "systemd-analyze verify finds faults in the unit"; }
  # The units of bundles with more, which are in no package here.
  for more in stream serve; do
    unit="$work/ovkit-parts-$more.service"
    sed 's|@PACKAGE@|ovkit-parts|g; s|@NAME@|parts|g' "$root/toolkit/desk/src/main/pack/debian/$more" |
      sed "s|=/opt/ovkit|=$work/unpacked/opt/ovkit|" >"$unit"
    systemd-analyze security --offline=true --threshold=15 --no-pager "$unit" >"$work/security.txt" ||
      { cat "$work/security.txt"; fail "systemd-analyze security finds more than 1.5 in the unit for $more"; }
    tail -1 "$work/security.txt"
    systemd-analyze verify --man=no "$unit" >"$work/verify.txt" 2>&1 && [ ! -s "$work/verify.txt" ] ||
      { cat "$work/verify.txt"; fail "systemd-analyze verify finds faults in the unit for $more"; }
  done
  socket="$work/ovkit-parts-serve.socket"
  sed 's|@PACKAGE@|ovkit-parts|g; s|@NAME@|parts|g' "$root/toolkit/desk/src/main/pack/debian/serve.socket" >"$socket"
  systemd-analyze verify --man=no "$socket" >"$work/verify.txt" 2>&1 && [ ! -s "$work/verify.txt" ] ||
    { cat "$work/verify.txt"; fail "systemd-analyze verify finds faults in the socket's unit"; }
  say "systemd-analyze verify has nothing to say"
else
  say "no systemd-analyze here: security and verify of the unit are left out"
fi

# ---- installed, run, removed, purged

[ "$(id -u)" = 0 ] || { say "not root: installing the package is left out"; exit 0; }

put() { # FILE, and the libraries it needs, as a Debian root has them
  for file in "$1" $(ldd "$1" 2>/dev/null | grep -o '/[^ ]*'); do
    target=$(readlink -f "$file")
    for name in "$file" "$target"; do
      case $name in /bin/* | /sbin/* | /lib/* | /lib64/*) name=/usr$name ;; esac
      mkdir -p "$box$(dirname "$name")"
      [ -e "$box$name" ] || cp "$target" "$box$name"
    done
  done
}
mkdir -p "$box"/{etc,proc,dev,tmp,var/lib/dpkg/info,var/lib/dpkg/updates,usr/bin,usr/sbin,usr/lib,usr/lib64}
for name in bin sbin lib lib64; do ln -s "usr/$name" "$box/$name"; done
for tool in sh getent groupadd groupdel useradd userdel mkdir chown chmod rm rmdir; do put "$(command -v $tool)"; done
for library in libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libstdc++.so.6 libgcc_s.so.1 libz.so.1; do put "$(ldconfig -p | sed -n "s|.*$library (libc6,x86-64.*=> ||p" | head -1)"; done
mknod -m 666 "$box/dev/null" c 1 3
mknod -m 666 "$box/dev/urandom" c 1 9
echo 'root:x:0:0:root:/:/bin/sh' >"$box/etc/passwd"
echo 'root:x:0:' >"$box/etc/group"
echo 'root:*:1::::::' >"$box/etc/shadow"
echo 'root:*::' >"$box/etc/gshadow"
touch "$box/var/lib/dpkg/status"
mount -t proc proc "$box/proc" || { say "no mount here: installing the package is left out"; exit 0; }
seen() { (cd "$box" && find . -xdev -path ./proc -prune -o -path ./var/lib/dpkg -prune -o -path './etc/*' -prune -o -print | sort); }
install() { dpkg --root="$box" --log=/dev/null --force-depends "$@" >"$work/dpkg.txt" 2>&1 || { cat "$work/dpkg.txt"; fail "dpkg $*"; }; }

seen >"$work/before.txt"
install -i "$work/parts.deb"
grep -q '^ovkit:' "$box/etc/passwd" || fail "there is no user ovkit"
state="$box/var/lib/ovkit/parts"
[ "$(stat -c %a "$state/in")" = 2770 ] || fail "members of the group cannot drop pictures"
cp "$root"/ir-models/pictures/*.jpg "$state/in/"
echo 'no picture' >"$state/in/letter.txt"
status=0
LC_ALL=C.UTF-8 chroot --userspec=ovkit:ovkit "$box" /opt/ovkit/parts/bin/ovkit watch \
  --in /var/lib/ovkit/parts/in --out /var/lib/ovkit/parts/out --once || status=$?
[ "$status" = 1 ] || fail "watch ended with $status; the letter should be set aside, which is 1"
[ "$(ls "$state"/out/*.json | wc -l)" = 5 ] || fail "expected 5 results: $(ls "$state/out")"
grep -q '"label"' "$state/out/000000.jpg.json" || fail "nothing was found on 000000.jpg"
[ -e "$state/in/failed/letter.txt.reason.txt" ] || fail "the letter was not set aside"
install -i "$work/parts.deb" # again, as an upgrade does
[ "$(ls "$state"/out/*.json | wc -l)" = 5 ] || fail "installing again took results away"
install -r ovkit-parts
[ ! -e "$box/opt" ] || [ -z "$(ls -A "$box/opt")" ] || fail "removed, but /opt/ovkit is still there"
[ -e "$state/out/000000.jpg.json" ] || fail "removing took results away"
install -P ovkit-parts
! grep -q '^ovkit:' "$box/etc/passwd" "$box/etc/group" || fail "purged, but the user is still there"
seen | diff "$work/before.txt" - | grep -v '^[0-9]' | grep -v -E '^> \./(opt|var/lib/systemd.*|usr/lib/systemd.*|usr/share.*)$' &&
  fail "purged, but the files above are left"
say "installed, run, installed again, removed, purged"
