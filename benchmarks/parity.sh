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
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python

program 1g dev.ovkit.benchmarks.Parity "$@"
