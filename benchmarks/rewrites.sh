#!/usr/bin/env bash
# Times the rewrites of `ovkit convert` on the zoo's models; see docs/rewrites.md.
#
#   benchmarks/rewrites.sh [--threads 1] [--rounds 41] [--clock wall|cpu] [--each]
#                          [--models pplcnet-yolo,…] [--json FILE]
#
# --each also times each rewrite alone and each left out; --clock cpu is steadier on a busy machine.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11 with the zoo's packages, which
# ZOO_PYTHON may name; else an environment is made in target/zoo-env.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
if [ ! -d "$app" ]; then
  printf 'rewrites.sh: nothing is built; run ./ovkit --version first\n' >&2
  exit 1
fi

python=${ZOO_PYTHON:-$root/target/zoo-env/bin/python}
if [ -z "${ZOO_PYTHON:-}" ] && [ ! -e "$root/target/zoo-env/done" ]; then
  python3 -m venv --clear "$root/target/zoo-env"
  "$python" -m pip install --quiet --require-hashes --no-deps --only-binary=:all: \
    -r "$root/converter-scripts/requirements/zoo.txt"
  touch "$root/target/zoo-env/done"
fi

exec java --enable-native-access=ALL-UNNAMED -Xmx512m \
  -Dorg.bytedeco.javacpp.cacheLibraries=false \
  -Dovkit.native.dir="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}" \
  -cp "$app/*" "$root/benchmarks/Rewrites.java" "$python" "$root/converter-scripts" "$@"
