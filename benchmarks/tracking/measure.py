"""How well trackers keep identities, on the two TUD sequences whose truth the motmetrics package carries.

usage: measure.py [--seeds N] [--into PAGE.md]

TRACKER is the command of ovkit's tracker: it takes a folder of box files and a folder for its results. All files are in
MOTChallenge's form (frame, number, left, top, width, height, score). Each sequence has two kinds of boxes:

- found: those of the tracker whose results the package carries, without their numbers, each with score 1. Many objects
  are missed, so the best IDF1 that is possible is far below 100.
- noisy truth: the boxes of the truth, moved and resized by 3 %; the more of an object others cover, the lower its score,
  and almost covered objects, 4 % of the others too, are missed; a false box on every tenth frame. The mean of N seeds.

Prints a table of IDF1 in percent with the number of identity switches behind it; --into writes it between the marks of a
page as well. Exit codes: 0 ovkit is at most one point below supervision's ByteTrack and above "overlap only" on the noisy
truth, 4 not so.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np
import page
import supervision
from scipy.optimize import linear_sum_assignment
from trackers import ByteTrackTracker
from trackeval.datasets._base_dataset import _BaseDataset
from trackeval.metrics import CLEAR, Identity

SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte")
SURE, START, WEAK, LEAST_IOU, KEPT = 0.6, 0.7, 0.1, 0.2, 30
MOST_BELOW = 1.0
MARKS = ("<!-- tracking: written by benchmarks/tracking.sh -->", "<!-- tracking: end -->")

# frame, number, left, top, width, height, score
Rows = np.ndarray
Tracker = Callable[[list[Rows]], list[Rows]]


def read(file: Path) -> Rows:
    return np.loadtxt(file, delimiter=",", ndmin=2)[:, :7]


def packaged(sequence: str, name: str) -> Rows:
    return read(Path(metadata.distribution("motmetrics").locate_file(f"motmetrics/data/{sequence}/{name}")))


def frames(rows: Rows, count: int) -> list[Rows]:
    return [rows[rows[:, 0] == number] for number in range(1, count + 1)]


def iou(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return _BaseDataset._calculate_box_ious(first, second, box_format="xywh")


def visible(boxes: np.ndarray) -> np.ndarray:
    """The share of each box that no box in front of it covers; what ends lower is in front."""
    shares = np.ones(len(boxes))
    for i, (x, y, w, h) in enumerate(boxes):
        for j, (left, top, wide, tall) in enumerate(boxes):
            if i != j and top + tall > y + h:
                across = min(x + w, left + wide) - max(x, left)
                down = min(y + h, top + tall) - max(y, top)
                if across > 0 and down > 0:
                    shares[i] = min(shares[i], 1 - across * down / (w * h))
    return shares


def noisy(truth: list[Rows], seed: int) -> Rows:
    random = np.random.default_rng(seed)
    width = max(frame[:, 2].max() for frame in truth if len(frame))
    found = []
    for number, frame in enumerate(truth, start=1):
        for box, share in zip(frame[:, 2:6], visible(frame[:, 2:6]), strict=True):
            moved = box + random.normal(0, 0.03, 4) * np.tile(box[2:4], 2)
            score = np.clip(0.25 + 0.7 * share + random.normal(0, 0.06), 0.02, 0.99)
            if share >= 0.15 and random.random() >= 0.04:
                found.append([number, -1, *moved, score])
        if random.random() < 0.1:
            place = [random.uniform(0, width), random.uniform(50, 200), random.uniform(30, 80), random.uniform(100, 220)]
            found.append([number, -1, *place, random.uniform(0.1, 0.8)])
    return np.array(found)


def plain(boxes: list[Rows]) -> list[Rows]:
    """Overlap with the boxes of the last frame alone: no motion, no memory, no weak boxes."""
    tracked, last, numbers, highest = [], np.empty((0, 4)), np.empty(0), 0
    for frame in boxes:
        sure = frame[frame[:, 6] >= SURE].copy()
        sure[:, 1] = 0
        overlaps = iou(last, sure[:, 2:6]) if len(last) and len(sure) else np.zeros((len(last), len(sure)))
        for i, j in zip(*linear_sum_assignment(-overlaps), strict=True):
            if overlaps[i, j] >= LEAST_IOU:
                sure[j, 1] = numbers[i]
        for row in sure:
            if row[1] == 0:
                highest += 1
                row[1] = highest
        last, numbers = sure[:, 2:6], sure[:, 1]
        tracked.append(sure)
    return tracked


def detections(frame: Rows) -> supervision.Detections:
    corners = np.hstack([frame[:, 2:4], frame[:, 2:4] + frame[:, 4:6]])
    return supervision.Detections(
        xyxy=corners, confidence=frame[:, 6], class_id=np.zeros(len(frame), dtype=int)
    )


def numbered(frame: int, found: supervision.Detections) -> Rows:
    if found.tracker_id is None:
        return np.empty((0, 7))
    rows = [
        [frame, number, x1, y1, x2 - x1, y2 - y1, score]
        for (x1, y1, x2, y2), number, score in zip(
            found.xyxy, found.tracker_id, found.confidence, strict=True
        )
        if number >= 0
    ]
    return np.array(rows).reshape(-1, 7)


def with_supervision(boxes: list[Rows]) -> list[Rows]:
    # It adds .1 to the threshold for new tracks by itself, and takes 1 - overlap.
    tracker = supervision.ByteTrack(
        track_activation_threshold=SURE,
        lost_track_buffer=KEPT,
        minimum_matching_threshold=1 - LEAST_IOU,
        frame_rate=30,
    )
    return [
        numbered(number, tracker.update_with_detections(detections(frame)))
        for number, frame in enumerate(boxes, start=1)
    ]


def with_trackers(boxes: list[Rows]) -> list[Rows]:
    tracker = ByteTrackTracker(
        lost_track_buffer=KEPT,
        frame_rate=30,
        track_activation_threshold=START,
        high_conf_det_threshold=SURE,
    )
    return [
        numbered(number, tracker.update(detections(frame)))
        for number, frame in enumerate(boxes, start=1)
    ]


def scores(truth: list[Rows], tracked: list[Rows]) -> tuple[float, float]:
    """IDF1 in percent, and identity switches."""
    true_numbers = sorted({number for frame in truth for number in frame[:, 1]})
    numbers = sorted({number for frame in tracked for number in frame[:, 1]})
    data = {
        "num_timesteps": len(truth),
        "num_gt_ids": len(true_numbers),
        "num_tracker_ids": len(numbers),
        "num_gt_dets": sum(map(len, truth)),
        "num_tracker_dets": sum(map(len, tracked)),
        "gt_ids": [np.searchsorted(true_numbers, frame[:, 1]) for frame in truth],
        "tracker_ids": [np.searchsorted(numbers, frame[:, 1]) for frame in tracked],
        "similarity_scores": [
            iou(real[:, 2:6], found[:, 2:6]) if len(real) and len(found) else np.zeros((len(real), len(found)))
            for real, found in zip(truth, tracked, strict=True)
        ],
    }
    quiet = {"PRINT_CONFIG": False}
    return (
        100 * float(Identity(quiet).eval_sequence(data)["IDF1"]),
        float(CLEAR(quiet).eval_sequence(data)["IDSW"]),
    )


def with_ovkit(sets: dict[str, list[Rows]]) -> dict[str, list[Rows]]:
    command = shlex.split(os.environ["TRACKER"])
    with tempfile.TemporaryDirectory() as folder:
        boxes, results = Path(folder, "boxes"), Path(folder, "results")
        boxes.mkdir()
        results.mkdir()
        for name, all_frames in sets.items():
            np.savetxt(boxes / f"{name}.txt", np.vstack(all_frames), delimiter=",", fmt="%.6g")
        subprocess.run([*command, boxes, results], check=True)
        return {
            name: frames(read(results / f"{name}.txt"), len(all_frames))
            for name, all_frames in sets.items()
        }


def measure(seeds: int) -> tuple[list[str], bool]:
    truths = {}
    sets: dict[str, list[Rows]] = {}
    groups: list[tuple[str, str, list[str]]] = []
    for sequence in SEQUENCES:
        truth = packaged(sequence, "gt.txt")
        count = int(truth[:, 0].max())
        truths[sequence] = frames(truth, count)
        found = packaged(sequence, "test.txt")
        found[:, 1], found[:, 6] = -1, 1
        sets[f"{sequence}-found"] = frames(found, count)
        groups.append((sequence, "found", [f"{sequence}-found"]))
        names = [f"{sequence}-{seed}" for seed in range(1, seeds + 1)]
        for seed, name in enumerate(names, start=1):
            sets[name] = frames(noisy(truths[sequence], seed), count)
        groups.append((sequence, "noisy truth", names))
    trackers: dict[str, Tracker] = {
        "supervision": with_supervision,
        "trackers": with_trackers,
        "overlap only": plain,
    }
    results = {"ovkit": with_ovkit(sets)}
    for tracker, run in trackers.items():
        results[tracker] = {name: run(boxes) for name, boxes in sets.items()}
    lines = [
        "| sequence | boxes | " + " | ".join(results) + " |",
        "| --- | --- |" + " ---: |" * len(results),
    ]
    holds = True
    for sequence, kind, names in groups:
        means = {}
        cells = []
        for tracker, tracked in results.items():
            both = np.mean([scores(truths[sequence], tracked[name]) for name in names], axis=0)
            means[tracker] = both[0]
            cells.append(f"{both[0]:.1f} ({both[1]:.1f})" if len(names) > 1 else f"{both[0]:.1f} ({both[1]:.0f})")
        lines.append(f"| {sequence} | {kind} | " + " | ".join(cells) + " |")
        near = means["ovkit"] >= means["supervision"] - MOST_BELOW
        # The found boxes are whole tracks already, so there is nothing to win over "overlap only".
        above = kind == "found" or means["ovkit"] > means["overlap only"]
        if not (near and above):
            print(f"{sequence}, {kind}: does not hold", file=sys.stderr)
            holds = False
    return lines, holds


def main() -> int:
    parser = argparse.ArgumentParser(prog="tracking.sh")
    parser.add_argument("--seeds", type=int, default=20, help="noisy sets for each sequence; default: 20")
    parser.add_argument("--into", type=Path, help="a page with the marks of the table")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error(f"--seeds {options.seeds}: at least 2")
    lines, holds = measure(options.seeds)
    print("\n".join(lines))
    if options.into:
        page.write(options.into, MARKS, lines)
    return 0 if holds else 4


if __name__ == "__main__":
    sys.exit(main())
