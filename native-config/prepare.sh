#!/usr/bin/env bash
# Brings OpenVINO's libraries and headers to where the build wants them, and nothing that is not needed.
# usage: prepare.sh BUILD_DIR LIBRARY_DIR OPENVINO_VERSION WHEEL_SHA256 [INSTALLED_OPENVINO]
set -euo pipefail

build=$1 libraries=$2 version=$3 sha256=$4 installed=${5:-}

fail() { printf 'native-config: %s\n' "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null 2>&1 || fail "$1 is missing; on Debian or Ubuntu: apt-get install $2"; }
need g++ g++
need python3 python3
[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || fail "builds on Linux x86-64 only, this is $(uname -s) $(uname -m)"

# Version 20YY.N.P names its libraries .so.YYNP.
suffix=$(printf '%s' "${version#20}" | tr -d .)
openvino="$build/openvino"
stamp="$build/openvino.stamp"
wanted="$version ${installed:-$sha256}"

# Only when the new one is at hand: a build that fails leaves the last one as it was.
clear() { rm -rf "$openvino" "$libraries"; }

fetch_wheel() {
  python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing; on Debian or Ubuntu: apt-get install python3-pip"
  local wheels="$build/wheel"
  rm -rf "$wheels" && mkdir -p "$wheels"
  # The wheel is only a carrier of OpenVINO's C and C++ libraries.
  printf 'openvino==%s --hash=sha256:%s\n' "$version" "$sha256" >"$wheels/requirements.txt"
  python3 -m pip download --quiet --disable-pip-version-check \
    --requirement "$wheels/requirements.txt" --require-hashes --no-deps --only-binary=:all: \
    --platform manylinux_2_28_x86_64 --python-version 311 --implementation cp --abi cp311 \
    --dest "$wheels" || fail "could not download OpenVINO $version with pip; with no network, give an installed one: -Dopenvino.dir=DIR"
  clear
  python3 - "$wheels"/openvino-"$version"-*.whl "$openvino" <<'PY'
import sys, zipfile
wheel, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    for name in z.namelist():
        if name.startswith(("openvino/include/", "openvino/libs/")) or "/licenses/" in name:
            z.extract(name, target)
PY
  mv "$openvino/openvino/include" "$openvino/include"
  mv "$openvino/openvino/libs" "$openvino/lib"
  mkdir -p "$openvino/licenses"
  cp -r "$openvino"/openvino-*.dist-info/licenses/. "$openvino/licenses/"
  rm -rf "$wheels" "$openvino/openvino" "$openvino"/openvino-*.dist-info
}

# Accepts the archive's layout (runtime/…) and a Python package's (include, libs).
use_installed() {
  local root=$1
  [ -d "$root" ] || fail "-Dopenvino.dir=$root is no directory"
  local include lib
  for include in "$root/runtime/include" "$root/include"; do [ -d "$include/openvino" ] && break; done
  for lib in "$root/runtime/lib/intel64" "$root/libs" "$root/lib"; do [ -e "$lib/libopenvino_c.so.$suffix" ] && break; done
  [ -d "$include/openvino" ] || fail "-Dopenvino.dir=$root has no include/openvino"
  [ -e "$lib/libopenvino_c.so.$suffix" ] || fail "-Dopenvino.dir=$root has no libopenvino_c.so.$suffix: OpenVINO $version is wanted"
  clear
  mkdir -p "$openvino/lib" "$openvino/licenses"
  cp -rL "$include" "$openvino/include"
  cp -L "$lib"/*.so* "$openvino/lib/"
  # The archive keeps TBB apart.
  for tbb in "$root/runtime/3rdparty/tbb/lib"; do [ -d "$tbb" ] && cp -L "$tbb"/lib*.so* "$openvino/lib/"; done
  for licenses in "$root/docs/licensing" "$root/licenses"; do [ -d "$licenses" ] && cp -rL "$licenses/." "$openvino/licenses/"; done
  true
}

if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  if [ -n "$installed" ]; then use_installed "$installed"; else fetch_wheel; fi
  printf '%s' "$wanted" >"$stamp"
fi

mkdir -p "$libraries" "$build/link"

# To run an IR on a CPU; the ONNX frontend besides, for conversion.
for library in \
  "libopenvino.so.$suffix" "libopenvino_c.so.$suffix" "libopenvino_ir_frontend.so.$suffix" \
  "libopenvino_onnx_frontend.so.$suffix" libopenvino_intel_cpu_plugin.so \
  libtbb.so.12 libtbbmalloc.so.2 libtbbbind_2_5.so.3 libhwloc.so.15; do
  [ -e "$openvino/lib/$library" ] || fail "$library is not in this OpenVINO"
  cp -u "$openvino/lib/$library" "$libraries/"
done
mkdir -p "$libraries/licenses/openvino" "$libraries/licenses/opencv"
cp -ru "$openvino/licenses/." "$libraries/licenses/openvino/"

opencv="$build/opencv/org/bytedeco/opencv/linux-x86_64"
for library in core imgproc imgcodecs; do cp -uL "$opencv"/libopencv_$library.so.??? "$libraries/"; done
cp -ru "$opencv/share/licenses/opencv4/." "$libraries/licenses/opencv/"

# OpenCV's core names OpenBLAS but reaches no BLAS on our paths, and binding is lazy: an empty library of that name is enough.
[ -e "$libraries/libopenblas.so.0" ] ||
  echo | g++ -shared -x c - -s -Wl,--build-id=none -Wl,-soname,libopenblas.so.0 -o "$libraries/libopenblas.so.0"

# The linker wants unversioned names.
for library in "$libraries"/lib*.so.*; do
  name=$(basename "$library")
  ln -sf "$library" "$build/link/${name%%.so.*}.so"
done
