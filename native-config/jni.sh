#!/usr/bin/env bash
# Compiles the JNI libraries from the sources that JavaCPP generated, those that changed.
# usage: jni.sh GENERATED_SOURCES BUILD_DIR LIBRARY_DIR JAVA_HOME, after shims.sh
#
# Not by JavaCPP, which compiles its own part anew for each library, and all of them at each build.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
generated=$(cd "$1" && pwd) build=$(cd "$2" && pwd) libraries=$(cd "$3" && pwd) java=$4
[ -f "$java/include/jni.h" ] || { printf 'native-config: %s has no include/jni.h: a JDK is needed\n' "$java" >&2; exit 1; }

# The same bytes in every folder: no path, no build id.
compile() {
  g++ -std=c++17 -march=x86-64 -O3 -fPIC -pthread -ffile-prefix-map="$generated"=. -ffile-prefix-map="$here"=. \
    -I"$java/include" -I"$java/include/linux" -I"$here/src/main/cpp" -I"$build/openvino/include" "$@"
}

# NAME LIBRARY... : makes libjniovkit_NAME.so, linked against these
jni() {
  local name=$1 library="$libraries/libjniovkit_$1.so" inputs
  shift
  inputs=$(cd "$generated" && { cat jnijavacpp.cpp "jniovkit_$name.cpp" "$here"/src/main/cpp/*.h "$here/src/main/cpp/ovkit_service.cpp" \
    "$here/jni.sh"; for l in "$@"; do readlink "$build/link/lib$l.so" | sed 's|.*/||'; done; } | sha256sum)
  [ -e "$library" ] && [ "$(cat "$generated/$name.inputs" 2>/dev/null)" = "$inputs" ] && return
  [ "$generated/jnijavacpp.o" -nt "$generated/jnijavacpp.cpp" ] ||
    compile -c "$generated/jnijavacpp.cpp" -o "$generated/jnijavacpp.o"
  compile -shared -s "$generated/jniovkit_$name.cpp" "$generated/jnijavacpp.o" -Wl,-Bsymbolic -Wl,--build-id=none \
    -Wl,-z,noexecstack -Wl,-rpath,'$ORIGIN' -L"$build/link" "${@/#/-l}" -o "$library.new"
  mv "$library.new" "$library"
  printf '%s\n' "$inputs" >"$generated/$name.inputs"
}

jni openvino openvino_c
jni pictures ovkit_pictures
jni convert ovkit_convert
jni service
