#!/usr/bin/env bash
# Holds the back ends of `ovkit convert` against each other and against ONNX Runtime; see docs/parity.md.
#
#   benchmarks/parity.sh [--models pplcnet-yolo,v5lite-e-coco,…] [--shared DIR] > docs/parity.md
#
# All systems of the zoo, and the real models of ../shared/models where that folder is. Prints the page
# as Markdown; progress goes to stderr. Exit codes: 0 all holds, 1 failed, 2 wrong usage, 4 something
# does not hold, or could not be tried.
# Needs a built checkout (./ovkit --version builds it), Python 3.11 for the back ends, and one with the
# zoo's packages, which ZOO_PYTHON may name; else an environment is made in target/zoo-env.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
if [ ! -d "$app" ]; then
  printf 'parity.sh: nothing is built; run ./ovkit --version first\n' >&2
  exit 1
fi

python=${ZOO_PYTHON:-$root/target/zoo-env/bin/python}
if [ -z "${ZOO_PYTHON:-}" ] && [ ! -e "$root/target/zoo-env/done" ]; then
  python3 -m venv --clear "$root/target/zoo-env"
  "$python" -m pip install --quiet --require-hashes --no-deps --only-binary=:all: \
    -r "$root/converter-scripts/requirements/zoo.txt"
  touch "$root/target/zoo-env/done"
fi

exec java --enable-native-access=ALL-UNNAMED -Xmx1g \
  -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}" \
  -cp "$app/*" "$root/benchmarks/Parity.java" "$python" "$root" "$@"
