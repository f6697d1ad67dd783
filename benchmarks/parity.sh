#!/usr/bin/env bash
# Compares the back ends of `ovkit convert` with each other and with ONNX Runtime; see docs/parity.md.
#
#   benchmarks/parity.sh [--models pplcnet-yolo,v5lite-e-coco,…] [--shared DIR] > docs/parity.md
#
# Uses all systems of the zoo, and the real models of ../shared/models if that folder exists. Prints the
# page as Markdown; progress goes to stderr. Exit codes: 0 all agree, 1 failed, 2 wrong usage, 4 a check
# failed or could not be made.
# Needs a built checkout (./ovkit --version builds it), Python 3.11 for the back ends, and one with the
# zoo's packages, which ZOO_PYTHON may name; else an environment is made in target/zoo-env.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"
zoo_python

program 1g dev.ovkit.benchmarks.Parity "$@"
