#!/usr/bin/env bash
# Compares what ovkit finds by exports of other projects with the answers beside them, in ../shared/families.
#
#   benchmarks/families.sh [--into FILE.md]
#
# Prints a table: of each model how many objects are those of its reference, with FP32, with FP16, and with the FP16 that
# OpenVINO's own converter makes of the same graph; and how many models and folders are right. --into also writes it
# between the markers of a page, such as docs/performance.md. FamilyReferenceTest does the work and says what is right.
# Needs Maven, Python 3.11 and ../shared; a machine that is busy changes nothing. Exit codes: 0 all as expected, 1 not.
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

into=
case ${1:-} in
  '') ;;
  --into) into=$(readlink -f "${2:?--into needs a file}") ;;
  *) printf 'usage: benchmarks/families.sh [--into FILE.md]\n' >&2; exit 2 ;;
esac
[ -d "$root/../shared/families" ] || fail "no models in $root/../shared/families"

table=$root/toolkit/desk/target/families.md
rm -f "$table"
cd "$root"
mvn -q -B -Dstyle.color=never -Dspotless.check.skip -pl toolkit/desk -am test -Dtest=FamilyReferenceTest \
  -Dsurefire.failIfNoSpecifiedTests=false >&2 || held=no
[ -e "$table" ] || fail "the test wrote no table; its messages are above"
cat "$table"
if [ -n "$into" ]; then
  python3 - "$into" "$table" <<'PY'
import sys
from pathlib import Path

page, table = map(Path, sys.argv[1:])
begin, end = "<!-- families: written by benchmarks/families.sh -->\n", "<!-- end of families -->"
before, rest = page.read_text(encoding="utf-8").split(begin)
page.write_text(before + begin + table.read_text(encoding="utf-8") + end + rest.split(end)[1], encoding="utf-8")
PY
fi
[ "${held:-yes}" = yes ] || fail "not all is as expected"
