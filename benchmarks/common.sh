# What the scripts of this folder share. They source it; it is not run.
#
# Sets root, app (the built application, which must exist), natives (the native libraries; OVKIT_NATIVE_DIR names others)
# and java (the one of JAVA_HOME, else of the path).

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
app="$root/src/target/app"
natives="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"

fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
need() { command -v "$1" >/dev/null || fail "$1 is missing; on Debian or Ubuntu: apt-get install $1"; }

[ -d "$app" ] || fail "nothing is built; run ./ovkit --version first"

# environment DIR REQUIREMENTS: makes a Python environment, if it does not exist yet.
environment() {
  if ! cmp -s "$2" "$1/requirements"; then
    python3 -m venv --clear "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
      --only-binary=:all: -r "$2"
    cp "$2" "$1/requirements"
  fi
}

# zoo_python: sets python to one with the zoo's packages: ZOO_PYTHON, else an environment made in target/zoo-env.
zoo_python() {
  python=${ZOO_PYTHON:-$root/target/zoo-env/bin/python}
  [ -n "${ZOO_PYTHON:-}" ] || environment "$root/target/zoo-env" "$root/converter-scripts/requirements/zoo.txt"
}

# module: builds the module of this folder, unless it is newer than its sources and the application.
module() {
  local built="$root/benchmarks/target/built"
  if [ ! -e "$built" ] || [ -n "$(find "$root"/benchmarks/{pom.xml,src} "$app" -newer "$built" -type f -name '*.[jpx]*' -print -quit)" ]; then
    printf '%s: building benchmarks\n' "${0##*/}" >&2
    (cd "$root" && mvn -q -B -Dstyle.color=never -DskipTests -Dspotless.check.skip -pl benchmarks -am package >&2) ||
      fail "the build failed; its messages are above"
    touch "$built"
  fi
}

# program HEAP CLASS ARGUMENT...: runs a program of the module in place of this shell. Before it, jvm may be set to
# further options, and classes to another class path beside the module's own.
jvm=()
classes="$root/benchmarks/target/jars/*"
program() {
  local heap=$1 class=$2
  shift 2
  module
  exec "$java" --enable-native-access=ALL-UNNAMED -Xmx"$heap" ${jvm[@]+"${jvm[@]}"} \
    -Dorg.bytedeco.javacpp.cacheLibraries=false -Dovkit.native.dir="$natives" \
    -Dovkit.home="$root" -Dovkit.benchmarks.python="${python:-}" \
    -cp "$root/benchmarks/target/classes:$classes" "$class" "$@"
}
