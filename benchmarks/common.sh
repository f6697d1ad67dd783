# What the scripts of this folder share; sourced by them, not run.
#
# Sets root, app (the built application, which must be there) and python, one with the zoo's packages: ZOO_PYTHON,
# else an environment that is made in target/zoo-env on first use.

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"

fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

[ -d "$app" ] || fail "nothing is built; run ./ovkit --version first"

# environment DIR REQUIREMENTS: makes a Python environment, once.
environment() {
  if ! cmp -s "$2" "$1/requirements"; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
      --only-binary=:all: -r "$2"
    cp "$2" "$1/requirements"
  fi
}

python=${ZOO_PYTHON:-$root/target/zoo-env/bin/python}
if [ -z "${ZOO_PYTHON:-}" ]; then
  environment "$root/target/zoo-env" "$root/converter-scripts/requirements/zoo.txt"
fi

# run HEAP CLASS ARGUMENT...: runs a class of the programs beside this file.
run() {
  local heap=$1
  shift
  mkdir -p "$root/target/benchmarks"
  javac -proc:none -d "$root/target/benchmarks" -cp "$app/*" "$root"/benchmarks/*.java
  exec java --enable-native-access=ALL-UNNAMED -Xmx"$heap" \
    -Dorg.bytedeco.javacpp.cacheLibraries=false \
    -Dovkit.native.dir="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}" \
    -cp "$app/*:$root/target/benchmarks" "$@"
}
