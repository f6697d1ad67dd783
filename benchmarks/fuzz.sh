#!/usr/bin/env bash
# A fuzzing campaign: Jazzer's engine (libFuzzer, guided by the coverage of ovkit's classes) changes the seeds of the
# fuzz tests in src/test and looks for whatever is neither a result nor an OvkitException.
#
#   benchmarks/fuzz.sh --minutes N [--target NAME]... [--jobs N] [--seed N] [--out DIR]
#
# The minutes are shared by the targets (all of them by default; an unknown NAME lists them); onnx, ir and picture get
# four shares each. Every target runs in a JVM of its own with 1 GiB of Java heap. A finding is an exception of another
# kind, a crash of the JVM, a case of more than 10 s, or a process of more than 2 GiB; the campaign goes on after it.
# --jobs runs as many targets at once (default: 1), --seed starts the engine's random numbers (default: by the time).
# --out is where findings, logs and what was learnt go (default: target/fuzz); the next campaign there goes on with it.
#
# Prints a line for each target: cases, how many gave a result, how many were refused, findings. Exit code 4 if there
# are findings. To keep one, copy it to the seeds of its target and fix it: every build reads the seeds again.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
fail() { printf 'fuzz.sh: %s\n' "$*" >&2; exit "${code:-1}"; }
usage() { code=2 fail "$1; usage: benchmarks/fuzz.sh --minutes N [--target NAME]... [--jobs N] [--seed N] [--out DIR]"; }

minutes='' jobs=1 seed='' out="$root/target/fuzz" wanted=()
while [ $# -gt 0 ]; do
  [ $# -gt 1 ] || usage "$1 needs a value"
  case $1 in
    --minutes) minutes=$2 ;;
    --target) wanted+=("$2") ;;
    --jobs) jobs=$2 ;;
    --seed) seed=$2 ;;
    --out) out=$2 ;;
    *) usage "unknown option $1" ;;
  esac
  shift 2
done
for number in "$minutes" "$jobs" ${seed:+"$seed"}; do
  [[ $number =~ ^[1-9][0-9]{0,8}$ ]] || usage "'$number' is not a number from 1"
done

# ---- the targets: every @FuzzTest of src/test, by the name of its method

declare -A class_of
while IFS=: read -r file name; do
  file=${file#"$root/src/test/java/"}
  class_of[$name]=${file%.java}
done < <(cd "$root" && grep -rA1 --include='*FuzzTest.java' '@FuzzTest' "$root/src/test/java" |
  sed -n 's/\.java-  void \([a-z]*\)(byte\[\] data).*/.java:\1/p')
targets=("${wanted[@]}")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(printf '%s\n' "${!class_of[@]}" | sort)
shares=0
share() { case $1 in onnx | ir | picture) echo 4 ;; *) echo 1 ;; esac; }
for target in "${targets[@]}"; do
  [ -n "${class_of[$target]:-}" ] || code=2 fail "no target '$target'; there are $(printf '%s\n' "${!class_of[@]}" | sort | paste -sd ' ')"
  shares=$((shares + $(share "$target")))
done

# ---- the class path

list=$root/src/target/fuzz-classpath
if [ ! -e "$list" ] || [ -n "$(find "$root"/{pom.xml,src,toolkit,native-config/src} -path '*/target' -prune -o -name '*.[jpx]*' -type f -newer "$list" -print -quit)" ]; then
  echo "fuzz.sh: building" >&2
  (cd "$root" && mvn -q -B -Dstyle.color=never -DskipTests -Dspotless.check.skip -pl src -am package \
    dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath -Dmdep.includeScope=test >&2) ||
    fail "the build failed; its messages are above"
  touch "$list"
fi
class_path="$root/src/target/test-classes:$root/src/target/classes:$(cat "$list")"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
natives="${OVKIT_NATIVE_DIR:-$root/native-config/target/native/linux-x86_64}"

# ---- one target

mkdir -p "$out"
out=$(cd "$out" && pwd)
findings=$out/findings
mkdir -p "$findings"
memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
scratch=$(mktemp -d "$memory/ovkit-fuzz-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
touch "$scratch/began"

# Files of ovkit's own that are seeds too, besides those of the fuzz test.
more_seeds() {
  local old=$root/toolkit/box/src/test/resources/written-by/a84f991 models=$root/ir-models
  case $1 in
    onnx) ls "$old"/onnx/*.onnx ;;
    ir) ls "$old"/ir/*.xml ;;
    manifest) ls "$old"/ir/heads*.json "$models/conveyor-parts.json" ;;
    profile) ls "$old"/ir/*.profile.json ;;
    bundle) ls "$old"/bundle/*/manifest.json ;;
    signature) ls "$old"/bundle/*/manifest.sig ;;
    golden) ls "$old"/bundle/*/golden/golden.json ;;
    state) ls "$old"/bundle/box/state.json ;;
    key) ls "$old"/bundle/*.pub ;;
    picture | encoded) ls "$models"/pictures/*.jpg ;;
    labels) ls "$models"/*.names ;;
    coco) ls "$models"/pictures/instances.json ;;
  esac 2>/dev/null || true
}

number() { od -An -v -t d8 -j "$2" -N 8 "$1" | tr -d ' '; } # FILE OFFSET

engine() { # TARGET CASES SECONDS ARGUMENT...: runs the engine, for so many seconds at most
  local target=$1 cases=$2 most=$3 class=${class_of[$1]//\//.}
  shift 3
  cd "$scratch/$target"
  timeout -k 10 "$most" "$java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
    -XX:+EnableDynamicAgentLoading -Djdk.attach.allowAttachSelf=true -XX:-CreateCoredumpOnCrash \
    -XX:ErrorFile="$findings/$target-jvm-%p.log" -Djava.io.tmpdir="$scratch/$target" \
    -Dovkit.home="$root" -Dovkit.native.dir="$natives" -Dovkit.cache.dir="$scratch/$target/cache" -Dovkit.fuzz.log="$cases" \
    -cp "$class_path" com.code_intelligence.jazzer.Jazzer --target_class="$class" --target_method="$target" \
    --instrumentation_includes='dev.ovkit.**' --instrumentation_excludes='dev.ovkit.nativelib.**:dev.ovkit.fuzz.**' \
    --keep_going=1000 --reproducer_path="$scratch/$target" \
    -artifact_prefix="$findings/$target-" -timeout=30 -report_slow_units=10 -rss_limit_mb=2048 "$@"
}

# The first case of a JVM may be slow, since its classes are loaded and instrumented: what took more than 10 s is tried
# once more, after another case.
again() { # TARGET SEEDS
  local file first slow=$scratch/$1.slow
  first=$(find "$2" -type f | head -n 1)
  for file in "$findings/$1"-timeout-* "$findings/$1"-slow-unit-*; do
    [ -e "$file" ] && [ "$file" -nt "$scratch/began" ] && [ ! -e "$file.again" ] || continue
    mv "$file" "$slow"
    if ! (engine "$1" "$scratch/again" 120 ${first:+"$first"} "$slow" -timeout=10); then
      file=$findings/$1-timeout-$(sha1sum <"$slow" | cut -c 1-40)
      cp "$slow" "$file"
      touch "$file.again"
    fi
  done
}

fuzz() { # TARGET SECONDS
  local target=$1 until=$((SECONDS + $2)) left status round=0
  local corpus=$out/corpus/$target given=$scratch/$target.seeds cases=$out/$target.cases log=$out/$target.log
  local own=$root/src/test/resources/${class_of[$1]}Inputs/$target
  mkdir -p "$corpus" "$given" "$scratch/$target"
  rm -f "$cases" "$log"
  more_seeds "$target" | while read -r file; do cp "$file" "$given/$(basename "$(dirname "$file")")-${file##*/}"; done
  [ ! -d "$own" ] || cp "$own"/* "$given"
  while left=$((until - SECONDS)) && [ "$left" -gt 0 ]; do
    round=$((round + 1))
    status=0
    (engine "$target" "$cases" $((left + 120)) "$corpus" "$given" -max_total_time="$left" -print_final_stats=1 \
      ${seed:+-seed=$((seed + round - 1))}) >>"$log" 2>&1 || status=$?
    again "$target" "$given" >>"$log" 2>&1
    running "$target" "$cases" "$status"
    [ -e "$cases" ] || { tail -n 20 "$log" >&2; fail "$target does not start; see $log"; }
  done
}

# Keeps the case with which the JVM was lost, unless the engine has kept it itself.
running() { # TARGET CASES STATUS
  local length
  [ -e "$2" ] || return 0
  length=$(number "$2" 24)
  [ "$3" -gt 128 ] && [ "$length" -gt 0 ] || return 0
  tail -c +33 "$2" | head -c "$length" >"$scratch/$1.lost"
  cp "$scratch/$1.lost" "$findings/$1-lost-$(sha1sum <"$scratch/$1.lost" | cut -c 1-40)"
}

count() { # TARGET
  find "$findings" -type f -newer "$scratch/began" -regextype posix-extended -regex ".*/$1-(crash|timeout|oom|leak|lost)-[0-9a-f]{40}" | wc -l
}

began=$SECONDS
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
  fuzz "$target" $((minutes * 60 * jobs * $(share "$target") / shares)) &
done
while [ "$(jobs -rp | wc -l)" -gt 0 ]; do wait -n; done

# ---- what came of it

engine=$(printf '%s' "$class_path" | tr : '\n' | sed -n 's|.*/\(jazzer-[0-9.]*\)\.jar$|\1|p')
printf '%s (libFuzzer), %d s\n%-10s %10s %10s %10s %9s\n' "$engine" $((SECONDS - began)) target cases results refused findings
found=0 all=0
for target in "${targets[@]}"; do
  cases=$out/$target.cases
  n=$(count "$target")
  found=$((found + n))
  all=$((all + $(number "$cases" 0)))
  printf '%-10s %10d %10d %10d %9d\n' "$target" "$(number "$cases" 0)" "$(number "$cases" 8)" "$(number "$cases" 16)" "$n"
done
printf '%-10s %10d %32d\n' all "$all" "$found"
[ "$found" -eq 0 ] || { echo "the findings are in $findings, each with its stack in $out/TARGET.log"; exit 4; }
