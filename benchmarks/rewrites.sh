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
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python

program 512m dev.ovkit.benchmarks.RewriteBenchmark "$@"
