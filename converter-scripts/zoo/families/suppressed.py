"""Ultralytics' exports with nms=True: [1, 300, 6] in pixels; rows without a detection are zero."""

from __future__ import annotations

import numpy as np

from zoo.families import ultralytics, yolov8
from zoo.families.end_to_end import ROWS
from zoo.families.export import Export, Family
from zoo.graph import Tensor

SCORE, IOU = 0.25, 0.45
APART = 7680.0  # moves the boxes of each class away from those of all others


def table(
    e: Export, found: yolov8.Columns, extras: Tensor | None = None, more: int = 0
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows of box, best score, its class and `more` extras; and the boxes moved, and the scores."""
    parts = [found.boxes, found.scores, *([] if extras is None else [extras])]
    flat = e("Squeeze", e("Transpose", e("Concat", *parts, axis=1), perm=[0, 2, 1]), [0])
    boxes, scores = e.slice(flat, 0, 4, 1), e.slice(flat, 4, 4 + e.classes, 1)
    best = e("ReduceMax", scores, axes=[1], keepdims=1)
    label = e("Cast", e("ArgMax", scores, axis=1, keepdims=1), to=1)
    columns = [boxes, best, label]
    if more:
        columns.append(e.slice(flat, 4 + e.classes, 4 + e.classes + more, 1))
    moved = e("Add", boxes, e("Mul", label, APART))
    return e("Concat", *columns, axis=1), moved, best


def output(e: Export, kept: Tensor, head: str, more: int = 0, **notes: str) -> None:
    """Pads what was kept with zero rows."""
    padded = e("Concat", kept, np.zeros((ROWS, 6 + more), np.float32), axis=0)
    e.output("output0", e("Unsqueeze", e.slice(padded, 0, ROWS, 0), [0]), [1, ROWS, 6 + more])
    args = {"batch": 1, "nms": True, "conf": SCORE, "iou": IOU, "dynamic": False}
    ultralytics.describe(e, head, args=str(args), **notes)


def rows(
    e: Export,
    found: yolov8.Columns,
    head: str,
    extras: Tensor | None = None,
    more: int = 0,
    **notes: str,
) -> None:
    """Suppresses boxes that are given by their corners."""
    all_rows, moved, best = table(e, found, extras, more)
    scores = e("Reshape", best, [1, 1, -1])
    kept = e("NonMaxSuppression", e("Unsqueeze", moved, [0]), scores, [ROWS], [IOU], [SCORE])
    output(e, e("Gather", all_rows, e("Gather", kept, 2, axis=1), axis=0), head, more, **notes)


def _build(e: Export) -> None:
    rows(e, yolov8.columns(e, e.image(), corners=True), "Detect")


FAMILIES = (
    Family("yolov8-nms", "YOLOv8, 11 with nms=True: [1, 300, 6], zero rows", "detect", _build),
)
