"""Writes what measure.py printed as a table of Markdown: the run with the most cameras that holds, for each setting.

usage: table.py FILE...

A FILE has the lines that measure.py printed, and perhaps others, which are passed over.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

MOST_MISSED, MOST_AGE_MS = 0.01, 400


def runs(files: list[str]) -> list[dict]:
    found = []
    for file in files:
        for line in Path(file).read_text().splitlines():
            begin = line.find('{"program"')
            run = json.loads(line[begin:]) if begin >= 0 else {}
            if "missed" in run:
                found.append(run)
    return found


def holds(run: dict) -> bool:
    return run["missed"] < MOST_MISSED and run["age_p99_ms"] <= MOST_AGE_MS


def main() -> int:
    best: dict[tuple, dict] = {}
    for run in runs(sys.argv[1:]):
        key = (run["program"], Path(run["ir"]).stem, Path(run["film"]).stem, str(run["options"]))
        if holds(run) and (key not in best or rank(run) > rank(best[key])):
            best[key] = run
    if not best:
        sys.exit("table.py: no run holds, or none is in these files")
    print("| program | model | film | options | cameras | seconds | missed | age p99 | CPU | CPU a camera | sender |")
    print("| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (program, model, film, _), run in best.items():
        options = run["options"] if isinstance(run["options"], str) else " ".join(run["options"]) or "none"
        print(
            f"| {program} | {model} | {film} | {options} | {run['cameras']} | {run['seconds']:.0f}"
            f" | {100 * run['missed']:.2f} % | {run['age_p99_ms']:.0f} ms | {run['cpu_percent']:.0f} %"
            f" | {run['cpu_percent_a_camera']:.1f} % | {run['sender_cpu_percent']:.0f} % |"
        )
    print(f"\nProcessor: {run['processor']}, {run['processors']} of them.")
    return 0


def rank(run: dict) -> tuple:
    """Longer runs decide before those that only search."""
    return run["seconds"], run["cameras"]


if __name__ == "__main__":
    sys.exit(main())
