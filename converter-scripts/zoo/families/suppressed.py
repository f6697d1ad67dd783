"""Ultralytics' exports with nms=True: [1, 300, 6] in pixels; rows without a detection are zero."""

from __future__ import annotations

import numpy as np

from zoo.families import ultralytics, yolov8
from zoo.families.end_to_end import ROWS
from zoo.families.export import Export, Family

_SCORE, _IOU = 0.25, 0.45
_APART = 7680.0  # moves the boxes of each class away from those of all others


def _build(e: Export) -> None:
    found = yolov8.columns(e, e.image(), corners=True)
    rows = e("Transpose", e("Concat", found.boxes, found.scores, axis=1), perm=[0, 2, 1])
    flat = e("Squeeze", rows, [0])
    boxes, scores = e.slice(flat, 0, 4, 1), e.slice(flat, 4, 4 + e.classes, 1)
    best = e("ReduceMax", scores, axes=[1], keepdims=1)
    label = e("Cast", e("ArgMax", scores, axis=1, keepdims=1), to=1)
    moved = e("Unsqueeze", e("Add", boxes, e("Mul", label, _APART)), [0])
    candidates = e("Reshape", best, [1, 1, -1])
    kept = e("NonMaxSuppression", moved, candidates, [ROWS], [_IOU], [_SCORE])
    index = e("Gather", kept, 2, axis=1)
    rows = e("Gather", e("Concat", boxes, best, label, axis=1), index, axis=0)
    padded = e("Concat", rows, np.zeros((ROWS, 6), np.float32), axis=0)
    e.output("output0", e("Unsqueeze", e.slice(padded, 0, ROWS, 0), [0]), [1, ROWS, 6])
    args = {"batch": 1, "nms": True, "conf": _SCORE, "iou": _IOU, "dynamic": False}
    ultralytics.describe(e, "Detect", args=str(args))


FAMILIES = (
    Family("yolov8-nms", "YOLOv8, 11 with nms=True: [1, 300, 6], zero rows", "detect", _build),
)
