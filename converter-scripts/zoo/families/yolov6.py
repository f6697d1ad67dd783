"""YOLOv6: [1, N, 5 + classes] as cx, cy, w, h in pixels, an objectness of 1, scores."""

from __future__ import annotations

import numpy as np

from zoo.families import body, distances, yolov8
from zoo.families.export import Export, Family

_STRIDES = (8, 16, 32)


def _build(e: Export) -> None:
    e.opset = 13
    maps = body.pyramid(e, e.image(), _STRIDES)
    levels = []
    for i, (x, stride) in enumerate(zip(maps, _STRIDES, strict=True)):
        apart = e("Relu", body.rows(e, body.head(e, x, f"reg_preds.{i}", 4, 2.0, 0.5)))
        boxes = distances.boxes(e, apart, body.cells(x), corners=False, axis=2)
        scores = body.rows(e, body.scores(e, x, f"cls_preds.{i}", e.classes))
        ones = np.ones((1, x.shape[2] * x.shape[3], 1), np.float32)
        parts = e("Mul", boxes, float(stride)), ones, e("Sigmoid", scores)
        levels.append(e("Concat", *parts, axis=2))
    joined = e("Concat", *levels, axis=1)
    e.output("outputs", joined, [1, yolov8.cells(maps), 5 + e.classes])


FAMILIES = (Family("yolov6", "[1, N, 5 + classes], objectness 1", "detect", _build),)
