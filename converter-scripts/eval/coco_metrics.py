#!/usr/bin/env python3
"""Evaluates detections with pycocotools, as the reference for ovkit's own evaluation.

    python coco_metrics.py --case instances.json detections.json
    python coco_metrics.py --iou-type segm --case instances.json detections.json

Prints one JSON object with one entry for each --case: COCO's figures and those of each class, -1
where nothing can be measured; for masks the true ones, too, as compressed runs by annotation.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from answer import answer, parser

# In pycocotools' order.
_OF_AREAS = (
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
_OF_KEY_POINTS = (
    "map",
    "map50",
    "map75",
    "map_medium",
    "map_large",
    "ar",
    "ar50",
    "ar75",
    "ar_medium",
    "ar_large",
)
FIGURES = {"bbox": _OF_AREAS, "segm": _OF_AREAS, "keypoints": _OF_KEY_POINTS}


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{path}: not JSON: {error}") from error


def _mean(precision: np.ndarray) -> float:
    known = precision[precision > -1]
    return float(np.mean(known)) if known.size else -1.0


def _sigmas(dataset: dict[str, Any], usual: np.ndarray) -> np.ndarray:
    """COCO's, or as many equal ones as an object has key points."""
    points = len(dataset["annotations"][0]["keypoints"]) // 3
    return usual if points == len(usual) else np.full(points, 1 / points)


def _masks(coco: COCO) -> dict[int, str]:
    runs = {i: coco.annToRLE(a)["counts"] for i, a in coco.anns.items()}
    return {i: r if isinstance(r, str) else r.decode() for i, r in runs.items()}


def evaluate(truth: Path, detections: Path, iou_type: str = "bbox") -> dict[str, Any]:
    """COCO's figures for one file of results."""
    coco = COCO()
    coco.dataset = _read(truth)
    results = _read(detections)
    try:
        coco.createIndex()
        # loadRes reads the first result, so an empty list needs its own case.
        found = coco.loadRes(results) if results else COCO()
        masks = {"masks": _masks(coco)} if iou_type == "segm" else {}
        evaluation = COCOeval(coco, found, iou_type)
        if iou_type == "keypoints":
            usual = evaluation.params.kpt_oks_sigmas
            evaluation.params.kpt_oks_sigmas = _sigmas(coco.dataset, usual)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    except (KeyError, TypeError, IndexError, AssertionError) as error:
        raise ValueError(
            f"{truth} and {detections}: pycocotools refuses them: {type(error).__name__} {error}"
        ) from error
    # Axes: IoU, recall, class, size, limit of objects. The first size is all, the last limit the
    # largest.
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
    figures = {name: float(evaluation.stats[i]) for i, name in enumerate(FIGURES[iou_type])}
    return {"truth": str(truth), **figures, "per_class": per_class, **masks}


def main(argv: Sequence[str]) -> int:
    options = parser(__doc__, "coco_metrics.py --case instances.json detections.json")
    options.add_argument(
        "--case",
        nargs=2,
        type=Path,
        action="append",
        required=True,
        metavar=("TRUTH", "DETECTIONS"),
        help="COCO annotations and COCO results; may be repeated",
    )
    options.add_argument("--iou-type", choices=tuple(FIGURES), default="bbox", help="as COCOeval's")
    given = options.parse_args(argv)
    return answer(
        "coco_metrics.py",
        lambda: {"cases": [evaluate(*case, given.iou_type) for case in given.case]},
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
