#!/usr/bin/env bash
# Compiles the reader of webcams with its JNI functions, or a test's stand-in for a webcam: one source, one library.
# usage: webcam.sh BUILD_DIR LIBRARY JAVA_HOME SOURCE..., run by toolkit/video's build, so that nothing else pays for it
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$1 library=$2 java=$3
shift 3
stamp=$build/${library##*/}.inputs
fail() { printf 'native-config: %s\n' "$*" >&2; exit 1; }
command -v g++ >/dev/null || fail "g++ is missing; on Debian or Ubuntu: apt-get install g++"
[ -f "$java/include/jni.h" ] || fail "$java has no include/jni.h: a JDK is needed"

inputs=$(cat "$@" "$here/src/main/cpp/ovkit_webcam.h" "$here/webcam.sh" | sha256sum)
[ -e "$library" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && exit
mkdir -p "$build" "$(dirname "$library")"
# The same bytes in every folder: no path, no build id.
g++ -std=c++17 -march=x86-64 -O2 -s -fPIC -shared -Wall -Wextra -fvisibility=hidden -fvisibility-inlines-hidden \
  -ffile-prefix-map="$here"=. -ffile-prefix-map="$PWD"=. -I"$java/include" -I"$java/include/linux" -I"$here/src/main/cpp" "$@" \
  -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-soname,"${library##*/}" -o "$library.new"
mv "$library.new" "$library"
printf '%s\n' "$inputs" >"$stamp"
