"""How well parts on drawn films are counted and followed.

usage: belt.py [--into PAGE.md] FOLDER...

Each folder is of `ovkit demo --video`, with belt-8.jsonl beside it: the results on the same film at 8 frames a second.
Counts are wrong by the sum of the differences by class, so that a part of a wrong class counts twice. IDF1 is
trackeval's, of the boxes of all parts that are visible by at least half; a box on a part that is visible by less is
neither right nor wrong.

Prints a table; --into writes it between the marks of a page as well. Exit codes: 0 counts are right within 1 % at 25
frames a second and 3 % at 8, and IDF1 is at least 90 % at 25; 4 not so.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import page
from measure import Rows, iou, scores

MARKS = ("<!-- belt: written by benchmarks/tracking.sh -->", "<!-- belt: end -->")
LEAST_VISIBLE = 0.5
LEAST_IDF1 = 90.0
RATES = {25: ("belt-counted.jsonl", 0.01), 8: ("belt-8.jsonl", 0.03)}


def truth_of(file: Path) -> tuple[dict[int, list[list[float]]], Counter[str]]:
    """Boxes by frame (number, x, y, width, height, visible), and parts by class."""
    frames: dict[int, list[list[float]]] = {}
    labels: dict[int, str] = {}
    with file.open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            box = [float(row[key]) for key in ("x", "y", "width", "height", "visible")]
            frames.setdefault(int(row["frame"]), []).append([float(row["part"]), *box])
            labels[int(row["part"])] = row["label"]
    return frames, Counter(labels.values())


def results_of(file: Path) -> tuple[dict[int, list[list[float]]], Counter[str]]:
    """Numbered boxes by frame, and crossings by class."""
    frames: dict[int, list[list[float]]] = {}
    counts: Counter[str] = Counter()
    with file.open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            boxes = frames.setdefault(line["frame"], [])
            for one in line["detections"]:
                if "track" in one:
                    box = one["box"]
                    boxes.append([one["track"], box["x"], box["y"], box["width"], box["height"]])
            counts.update(event["label"] for event in line.get("events", []) if event["event"] == "crossed")
    return frames, counts


def rows(frame: int, boxes: list[list[float]]) -> Rows:
    return np.array([[frame, *box[:5], 1.0] for box in boxes]).reshape(-1, 7)


def scored(frame: int, real: list[list[float]], found: list[list[float]]) -> tuple[Rows, Rows]:
    """What counts on a frame: without parts that are hardly in the picture, and the boxes on them."""
    truth, results = rows(frame, real), rows(frame, found)
    whole = np.array([part[5] >= LEAST_VISIBLE for part in real], dtype=bool)
    if len(results) and len(truth):
        overlaps = iou(truth[:, 2:6], results[:, 2:6])
        best = overlaps.argmax(axis=0)
        ignored = (overlaps.max(axis=0) >= 0.5) & ~whole[best]
        results = results[~ignored]
    return truth[whole] if len(truth) else truth, results


def measure(folders: list[Path]) -> tuple[list[str], bool]:
    lines = [
        "| frames a second | parts | counted | wrong | IDF1 | identity switches |",
        "| ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    holds = True
    for rate, (name, most_wrong) in RATES.items():
        parts = counted = wrong = 0
        idf1, switches = [], 0.0
        for folder in folders:
            real, true_counts = truth_of(folder / "belt-truth.csv")
            found, counts = results_of(folder / name)
            parts += sum(true_counts.values())
            counted += sum(counts.values())
            wrong += sum(abs(true_counts[label] - counts[label]) for label in true_counts | counts)
            pairs = [scored(frame, real.get(frame, []), found[frame]) for frame in sorted(found)]
            score, switched = scores([pair[0] for pair in pairs], [pair[1] for pair in pairs])
            idf1.append(score)
            switches += switched
        lines.append(
            f"| {rate} | {parts} | {counted} | {wrong} ({100 * wrong / parts:.1f} %) "
            f"| {np.mean(idf1):.1f} | {switches:.0f} |"
        )
        if wrong > most_wrong * parts:
            print(f"{rate} frames a second: counts are wrong by {wrong} of {parts}", file=sys.stderr)
            holds = False
        if rate == 25 and np.mean(idf1) < LEAST_IDF1:
            print(f"{rate} frames a second: IDF1 {np.mean(idf1):.1f}", file=sys.stderr)
            holds = False
    return lines, holds


def main() -> int:
    parser = argparse.ArgumentParser(prog="tracking.sh --belt")
    parser.add_argument("--into", type=Path, help="a page with the marks of the table")
    parser.add_argument("folders", type=Path, nargs="+")
    options = parser.parse_args()
    lines, holds = measure(options.folders)
    print("\n".join(lines))
    if options.into:
        page.write(options.into, MARKS, lines)
    return 0 if holds else 4


if __name__ == "__main__":
    sys.exit(main())
