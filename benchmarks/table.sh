#!/usr/bin/env bash
# Measures the table of the seed's detectors: parameters, FLOPs, size, time, and the ratio to YOLOv5s v5.0.
#
#   benchmarks/table.sh [--threads 1] [--rounds 101] [--models pplcnet-yolo,…] [--into FILE.md] [--json FILE]
#
# Prints Markdown; --into also writes it between the markers of a page, such as docs/performance.md.
# Needs a built checkout (./ovkit --version builds it) and Python 3.11 with the zoo's packages, which
# ZOO_PYTHON may name; else an environment is made in target/zoo-env. Run nothing else meanwhile.
set -euo pipefail
. "$(dirname "$(readlink -f "$0")")/common.sh"

zoo_python
need g++
mkdir -p "$root/target/table"
g++ -O2 -std=c++17 "$root/benchmarks/baselines/peak.cpp" -o "$root/target/table/peak"
program 1g dev.ovkit.benchmarks.Table "$@"
