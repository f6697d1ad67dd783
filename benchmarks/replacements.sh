#!/usr/bin/env bash
# Replaces a served model under load by good, damaged and crashing versions. Every request must be answered, each answer
# wholly by one version, and no thread, file or mapping may be left.
#
#   benchmarks/replacements.sh [COUNT]      default: 200
#
# The program is ModelReplacementTest of src/serve; each build runs it with 20. Exit codes: 0 all is well, 1 it is not.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
count=${1:-200}
cd "$root"
exec mvn -q -B -Dstyle.color=never -Dspotless.check.skip -pl src/serve -am package -Dtest=ModelReplacementTest \
  -Dsurefire.failIfNoSpecifiedTests=false -Dovkit.replacements="$count"
