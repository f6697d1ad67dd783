#!/bin/sh
# Runs ovkit from the bundle that holds this file. Needs no command but the shell's own.
set -f # OVKIT_JAVA_OPTIONS is split at blanks, and nothing more is made of it
unset CDPATH

fail() {
  printf 'ovkit: %s\n' "$1" >&2
  exit 1
}

case $0 in
*/*) folder=${0%/*} ;;
*) folder=. ;;
esac
# The folder's real path, so that a run stays with one release when 'current' is switched meanwhile.
home=$(cd -P -- "$folder/.." 2>/dev/null && pwd -P) || fail "$0: the bundle's folder cannot be entered"
[ -x "$home/jre/bin/java" ] ||
  fail "no bundle at '$home'; call bin/ovkit where it lies, or through a link to a folder above it, not to the file"
case $home in
*:*) fail "'$home': a class path cannot hold a ':'; put the bundle elsewhere" ;;
esac

# File names are UTF-8, even if no locale is set, as under systemd.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
C | POSIX)
  unset LC_ALL
  export LC_CTYPE=C.UTF-8
  ;;
esac

# hwloc need not say that there is no /sys.
export HWLOC_HIDE_ERRORS="${HWLOC_HIDE_ERRORS:-2}"

progress=false
[ -t 2 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ] && progress=true

# C1 alone starts in three quarters of the time, and Java is not what takes long. What runs for months gets C2, and a
# server room for what its clients send.
compiler=-XX:TieredStopAtLevel=1 heap=64m
case ${1:-} in
stream) compiler=-XX:TieredStopAtLevel=4 ;;
serve)
  compiler=-XX:TieredStopAtLevel=4 heap=256m
  # A socket of systemd is descriptor 3; Java can only take the standard input.
  [ "${LISTEN_PID:-}" != $$ ] || exec <&3 3<&-
  ;;
esac
exec "$home/jre/bin/java" -Xmx$heap -XX:+UseSerialGC $compiler -XX:-UsePerfData \
  -Xlog:disable -Xlog:all=warning:stderr @ARCHIVE@ --enable-native-access=ALL-UNNAMED \
  -Dfile.encoding=UTF-8 \
  -Dorg.bytedeco.javacpp.cacheLibraries=false -Dovkit.progress=$progress \
  -Dovkit.bundle.dir="$home" -Dovkit.native.dir="$home/native" \
  ${OVKIT_JAVA_OPTIONS:-} \
  -cp "@CLASSPATH@" dev.ovkit.cli.BoxMain "$@"
