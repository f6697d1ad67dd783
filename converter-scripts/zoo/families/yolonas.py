"""YOLO-NAS: boxes [1, N, 4] as x1, y1, x2, y2 in pixels and scores [1, N, classes] apart."""

from __future__ import annotations

import numpy as np

from zoo.families import body, distances, yolov8
from zoo.families.export import Export, Family

_STRIDES = (8, 16, 32)
_BINS = 17


def _build(e: Export) -> None:
    maps = body.pyramid(e, e.image("input"), _STRIDES)
    sides, scores = [], []
    for i, x in enumerate(maps):
        logits = body.flat(e, distances.bins(e, x, f"reg_pred.{i}", _BINS))
        apart = e("Transpose", e("Reshape", logits, [1, 4, _BINS, -1]), perm=[0, 3, 1, 2])
        weighed = e("Mul", e("Softmax", apart, axis=3), np.arange(_BINS, dtype=np.float32))
        sides.append(e("ReduceSum", weighed, [3], keepdims=0))
        scores.append(body.rows(e, body.scores(e, x, f"cls_pred.{i}", e.classes)))
    joined = e("Concat", *sides, axis=1)
    boxes = distances.boxes(e, joined, distances.centres(maps), corners=True, axis=2)
    pixels = e("Mul", boxes, distances.strides_of_cells(maps, _STRIDES)[None])
    count = yolov8.cells(maps)
    e.output("graph2_pred_boxes", pixels, [1, count, 4])
    sure = e("Sigmoid", e("Concat", *scores, axis=1))
    e.output("graph2_pred_scores", sure, [1, count, e.classes])


FAMILIES = (Family("yolo-nas", "boxes and scores apart", "detect", _build),)
