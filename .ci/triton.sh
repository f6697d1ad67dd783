#!/usr/bin/env bash
# Serves the demo's model from a built checkout and asks it with Triton's clients and with curl.
#
#   .ci/triton.sh PYTHON FOLDER
#
# PYTHON has what converter-scripts/requirements/triton.txt lists; FOLDER is for what is written.
# Exit codes: 0 done, 1 failed.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
python=$1
work=$2
mkdir -p "$work"
fail() { printf 'triton: %s\n' "$*" >&2; exit 1; }

model=$root/ir-models/conveyor-parts.xml
pictures=("$root"/ir-models/pictures/*.jpg)
"$root/ovkit" infer "$model" "${pictures[@]}" --json >"$work/infer.json"
"$root/ovkit" serve "parts=$model" --port 0 --grpc-port 0 >"$work/requests.jsonl" 2>"$work/serve.txt" &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
url=
for _ in $(seq 600); do
  url=$(sed -n 's/^ovkit: serving at \([^;]*\);.*/\1/p' "$work/serve.txt")
  [ -z "$url" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/serve.txt" >&2; fail "serve has ended"; }
  sleep 0.1
done
[ -n "$url" ] || fail "serve is not ready after a minute"
! grep 'building' "$work/serve.txt" || fail "serve built what Maven had built"

grpc=$(sed -n 's/^ovkit: gRPC alone at //p' "$work/serve.txt")
"$python" "$root/.ci/triton.py" "${url#http://}" "$grpc" parts "$work/infer.json" "${pictures[@]}"
curl -sf --data-binary "@${pictures[0]}" "$url/v1/models/parts/detect" >"$work/detect.json" || fail "curl"
curl -sf "$url/metrics" >"$work/metrics.txt" || fail "metrics"
curl -sf "$url/openapi.json" >"$work/openapi.json" || fail "openapi.json"
"$python" - "$work" <<'PY' || fail "what the server says"
import json, pathlib, sys

work = pathlib.Path(sys.argv[1])
one = json.loads((work / "detect.json").read_text())["pictures"][0]
expected = json.loads((work / "infer.json").read_text())["pictures"][0]
for key in ("file", "ms"):
    del one[key], expected[key]
assert one == expected, "curl's answer is not infer's"
assert "ovkit_pictures_total{model=\"parts\",version=\"1\"}" in (work / "metrics.txt").read_text()
assert json.loads((work / "openapi.json").read_text())["openapi"].startswith("3.1")
PY

kill -TERM "$server"
code=0
wait "$server" || code=$?
[ "$code" = 0 ] || fail "SIGTERM: exit code $code, expected 0"
"$python" - "$work/requests.jsonl" <<'PY' || fail "the log of requests"
import json, sys

lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
assert len(lines) > 20 and all(line["status"] < 500 for line in lines), lines
PY
