"""YOLO-NAS: boxes [1, N, 4] as x1, y1, x2, y2 in pixels and scores [1, N, classes] apart."""

from __future__ import annotations

from zoo.families import picodet
from zoo.families.export import Export, Family

_STRIDES = (8, 16, 32)
_BINS = 17


def _build(e: Export) -> None:
    boxes, scores, count = picodet.boxes_and_scores(e, e.image("input"), _STRIDES, _BINS)
    e.output("graph2_pred_boxes", boxes, [1, count, 4])
    rows = e("Transpose", scores, perm=[0, 2, 1])
    e.output("graph2_pred_scores", rows, [1, count, e.classes])


FAMILIES = (Family("yolo-nas", "boxes and scores apart", "detect", _build),)
