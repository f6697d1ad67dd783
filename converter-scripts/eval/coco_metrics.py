#!/usr/bin/env python3
"""Evaluates detections with pycocotools, as the reference for ovkit's own evaluation.

Prints one JSON object with a case for each --case: COCO's twelve figures and each class's, -1
where there is nothing to measure. Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong
usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

# In the order in which pycocotools gives them.
FIGURES = (
    "map",
    "map50",
    "map75",
    "map_small",
    "map_medium",
    "map_large",
    "ar1",
    "ar10",
    "ar100",
    "ar_small",
    "ar_medium",
    "ar_large",
)


class BadInput(Exception):
    """A file that cannot be evaluated; the message names it."""


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise BadInput(f"{path}: is no JSON: {error}") from error


def _mean(precision: np.ndarray) -> float:
    known = precision[precision > -1]
    return float(np.mean(known)) if known.size else -1.0


def evaluate(truth: Path, detections: Path) -> dict[str, Any]:
    """COCO's figures for the boxes of one results file."""
    coco = COCO()
    coco.dataset = _read(truth)
    results = _read(detections)
    try:
        coco.createIndex()
        # loadRes looks into the first result, so that none at all is a case of its own.
        found = coco.loadRes(results) if results else COCO()
        evaluation = COCOeval(coco, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    except (KeyError, TypeError, IndexError, AssertionError) as error:
        raise BadInput(
            f"{truth} and {detections}: pycocotools refuses them: {type(error).__name__} {error}"
        ) from error
    # IoU, recall, class, size, most boxes; sizes start with all, and the last limit is 100.
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    per_class = [
        {
            "category_id": int(category),
            "ap": _mean(precision[:, :, k]),
            "ap50": _mean(precision[0, :, k]),
            "ap75": _mean(precision[5, :, k]),
        }
        for k, category in enumerate(evaluation.params.catIds)
    ]
    figures = {name: float(evaluation.stats[i]) for i, name in enumerate(FIGURES)}
    return {"truth": str(truth), **figures, "per_class": per_class}


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluates all cases and prints them."""
    parser = argparse.ArgumentParser(
        prog="coco_metrics.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: coco_metrics.py --case instances.json detections.json",
    )
    parser.add_argument(
        "--case",
        nargs=2,
        type=Path,
        action="append",
        required=True,
        metavar=("TRUTH", "DETECTIONS"),
        help="COCO annotations and COCO results; may be given several times",
    )
    args = parser.parse_args(argv)
    try:
        with contextlib.redirect_stdout(sys.stderr):  # pycocotools talks on stdout
            cases = [evaluate(truth, detections) for truth, detections in args.case]
    except BadInput as error:
        print(f"coco_metrics.py: {error}", file=sys.stderr)
        return 1
    json.dump({"cases": cases}, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
