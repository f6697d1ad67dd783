"""Oriented boxes: cx, cy, w, h in pixels, and an angle in radians as the last column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zoo.families import body, distances, end_to_end, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

_STRIDES = (8, 16, 32)


def _angle(e: Export, maps: Sequence[Tensor], spread: float) -> Tensor:
    """[1, 1, n] of raw values."""
    heads = [body.head(e, x, f"cv4.{i}", 1, 0.3, spread) for i, x in enumerate(maps)]
    return e("Concat", *[body.flat(e, x) for x in heads], axis=2)


def _boxes(e: Export, apart: Tensor, angle: Tensor, maps: Sequence[Tensor]) -> Tensor:
    """[1, 4, n] of cx, cy, w, h from distances along the turned axes."""
    before, after = e.slice(apart, 0, 2, 1), e.slice(apart, 2, 4, 1)
    half = e("Div", e("Sub", after, before), 2.0)
    along, across = e.slice(half, 0, 1, 1), e.slice(half, 1, 2, 1)
    cos, sin = e("Cos", angle), e("Sin", angle)
    x = e("Sub", e("Mul", along, cos), e("Mul", across, sin))
    y = e("Add", e("Mul", along, sin), e("Mul", across, cos))
    grid = distances.centres(maps).T[None]
    centre = e("Add", e("Concat", x, y, axis=1), grid)
    joined = e("Concat", centre, e("Add", before, after), axis=1)
    return e("Mul", joined, distances.strides_of_cells(maps, _STRIDES).T[None])


def _raw(e: Export) -> None:
    maps = body.pyramid(e, e.image())
    logits = [distances.bins(e, x, f"cv2.{i}", yolov8.BINS) for i, x in enumerate(maps)]
    classes = [body.scores(e, x, f"cv3.{i}", e.classes) for i, x in enumerate(maps)]
    joined = e("Concat", *[body.flat(e, x) for x in logits], axis=2)
    apart = distances.expected(e, joined, yolov8.BINS)
    scores = e("Sigmoid", e("Concat", *[body.flat(e, x) for x in classes], axis=2))
    turn = e("Sigmoid", _angle(e, maps, 1.5))
    angle = e("Mul", e("Sub", turn, 0.25), math.pi)
    joined = e("Concat", _boxes(e, apart, angle, maps), scores, angle, axis=1)
    e.output("output0", joined, [1, 5 + e.classes, yolov8.cells(maps)])
    ultralytics.describe(e, "OBB")


def _end_to_end(e: Export) -> None:
    maps = body.pyramid(e, e.image())
    apart, scores = end_to_end.distances_26(e, maps)
    angle = _angle(e, maps, 0.6)
    rows = end_to_end.best(e, _boxes(e, apart, angle, maps), scores, [(angle, 1)])
    e.output("output0", rows, [1, end_to_end.ROWS, 7])
    ultralytics.describe(e, "OBB26", end2end="True")


FAMILIES = (
    Family("yolov8-obb", "[1, 4 + classes + 1, cells], angle last", "obb", _raw),
    Family("yolo26-obb", "[1, 300, 7]: cx, cy, w, h, score, class, angle", "obb", _end_to_end),
)
