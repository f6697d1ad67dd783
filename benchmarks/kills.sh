#!/usr/bin/env bash
# A crash-safety test: kills `package` and `install` (kill -9) at random moments, with a complete bundle, JRE included.
# Nothing half may be visible, the release in use must pass its self-test, and the next run must remove what is left.
#
#   benchmarks/kills.sh [PACKAGINGS [INSTALLATIONS [SEED]]]      default: 100 20 1
#
# All processes of a run die together, as in a power cut. JDK=DIR uses another JDK for the bundles. Prints a line of
# counts for each part, and stops with exit code 1 at the first thing that is wrong. PowerFailureTest kills at chosen
# moments, with a small bundle. Needs a built checkout (./ovkit --version builds it).
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
packagings=${1:-100}
installations=${2:-20}
RANDOM=${3:-1}
ovkit=${OVKIT:-$root/ovkit}
fail() { printf 'kills.sh: %s\n' "$*" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pack() { # TARGET [OPTION...]
  "$ovkit" package --ir "$root/ir-models/conveyor-parts.xml" --golden "$root/ir-models/pictures/000000.jpg" \
    ${JDK:+--jdk "$JDK"} -o "$@" >/dev/null 2>"$work/said" || { cat "$work/said" >&2; fail "package failed"; }
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }
export -f pack fail
export root ovkit work JDK

killed() { # MILLISECONDS COMMAND...: runs it in a group of its own; true if it had to be killed before its end
  local most=$1
  shift
  setsid "$@" >"$work/said" 2>&1 &
  local group=$!
  local until=$(($(milliseconds) + (RANDOM * 32768 + RANDOM) % most))
  while [ "$(milliseconds)" -lt "$until" ] && kill -0 "$group" 2>/dev/null; do sleep 0.01; done
  local alive=0
  kill -0 "$group" 2>/dev/null || alive=1
  kill -9 -- "-$group" 2>/dev/null || true
  wait "$group" 2>/dev/null || true
  return $alive
}

# ---- package

if [ "$packagings" -gt 0 ]; then
  place="$work/packages"
  mkdir "$place"
  began=$(milliseconds)
  pack "$place/app-1.0.0" --unsigned
  whole=$(($(milliseconds) - began))
  rm -r "$place/app-1.0.0"
  cut=0 done=0
  for ((i = 0; i < packagings; i++)); do
    ! killed "$whole" bash -c 'pack "$0" --unsigned' "$place/app-1.0.0" || cut=$((cut + 1))
    if [ -e "$place/app-1.0.0" ]; then
      "$ovkit" self-test --bundle "$place/app-1.0.0" >"$work/said" 2>&1 ||
        { cat "$work/said" >&2; fail "package, kill $i: half a bundle has the target's name"; }
      done=$((done + 1))
      rm -r "$place/app-1.0.0"
    fi
  done
  pack "$place/app-1.0.0" --unsigned
  [ "$(ls -A "$place")" = app-1.0.0 ] || fail "package: something is left beside the bundle: $(ls -A "$place")"
  echo "package: $packagings runs of $whole ms, $cut killed, $done left a bundle, all of them whole; nothing is left over"
fi

# ---- install

if [ "$installations" -gt 0 ]; then
  "$ovkit" keygen --out "$work/release" >/dev/null
  for version in 1.0.0 1.1.0; do
    pack "$work/app-$version.tar.xz" --fast --key "$work/release.key"
  done
  mkdir -p "$work/first/trusted"
  cp "$work/release.pub" "$work/first/trusted/"
  "$ovkit" install "$work/app-1.0.0.tar.xz" --root "$work/first" >/dev/null
  box="$work/box"
  cp -a "$work/first" "$box"
  began=$(milliseconds)
  "$box/current/bin/ovkit" install "$work/app-1.1.0.tar.xz" --root "$box" >/dev/null
  whole=$(($(milliseconds) - began))
  rm -r "$box"
  cp -a "$work/first" "$box"
  cut=0 switched=0
  for ((i = 0; i < installations; i++)); do
    ! killed "$whole" "$box/current/bin/ovkit" install "$work/app-1.1.0.tar.xz" --root "$box" || cut=$((cut + 1))
    for release in "$box/current" "$box"/releases/*; do
      "$release/bin/ovkit" self-test >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "install, kill $i: $release does not hold"; }
    done
    case $(readlink "$box/current") in
      *1.1.0*)
        switched=$((switched + 1))
        rm -r "$box"
        cp -a "$work/first" "$box"
        ;;
    esac
  done
  "$box/current/bin/ovkit" install "$work/app-1.1.0.tar.xz" --root "$box" >/dev/null
  [ -z "$(ls -A "$box/.staging")" ] || fail "install: something is left in .staging"
  echo "install: $installations runs of $whole ms, $cut killed, $switched had switched; every release holds its self-test"
fi
