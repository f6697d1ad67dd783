#!/usr/bin/env bash
# Compiles the C++ shims, one shared library for each purpose. The JNI libraries that JavaCPP builds only call them.
# usage: shims.sh BUILD_DIR LIBRARY_DIR, after prepare.sh
#
# Why not into the JNI libraries: the JVM loads one of those for each class loader, and what the shims keep (OpenCV's
# log, the C library's stderr) must exist once in a process.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) libraries=$(cd "$2" && pwd)
sources=$here/src/main/cpp
opencv="$build/opencv/org/bytedeco/opencv/linux-x86_64"

# The names of what there is to link, which carry the versions of OpenVINO and OpenCV.
linked() { find "$build/link" -name 'libopen*' -exec readlink {} + | sed 's|.*/||' | sort; }

# NAME SOURCES COMPILER-OPTION... : makes libovkit_NAME.so.HASH
shim() {
  local name=$1 files=$2
  shift 2
  # Two releases of ovkit in one process need two shims, and the dynamic linker tells libraries apart by this name only.
  local soname
  soname=libovkit_$name.so.$( (cd "$sources" && cat $files "$here/shims.sh" && linked) | sha256sum | cut -c1-8)
  [ -e "$libraries/$soname" ] && [ -e "$build/link/libovkit_$name.so" ] && return
  rm -f "$libraries/libovkit_$name".so.*
  # The same bytes in every folder: no path, no build id. `nodelete`: threads and callbacks outlive a class loader.
  (cd "$sources" && g++ -std=c++17 -march=x86-64 -O3 -s -fPIC -shared -pthread -Wall -Wextra \
    -ffile-prefix-map="$build"=build -ffile-prefix-map="$here"=. \
    $(printf '%s\n' $files | grep '\.cpp$') "$@" \
    -Wl,--version-script=ovkit.map -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,nodelete \
    -Wl,-rpath,'$ORIGIN' -Wl,-soname,"$soname" -L"$build/link" -o "$libraries/$soname.new")
  mv "$libraries/$soname.new" "$libraries/$soname"
  ln -sf "$libraries/$soname" "$build/link/libovkit_$name.so"
}

# All four by name, in this order: OpenCV's own libraries look for each other where they were built.
shim pictures "ovkit_pictures.cpp ovkit_pictures.h" -isystem "$opencv/include" \
  -Wl,--no-as-needed -lopenblas -lopencv_core -lopencv_imgproc -lopencv_imgcodecs
shim convert "ovkit_convert.cpp ovkit_quantize.cpp ovkit_convert.h ovkit_quantize.h ovkit_model.hpp" \
  -isystem "$build/openvino/include" -lopenvino
