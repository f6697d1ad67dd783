"""Oriented boxes: cx, cy, w, h in pixels, and an angle in radians as the last column."""

from __future__ import annotations

import math
from collections.abc import Sequence

from zoo.families import body, distances, end_to_end, suppressed, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

_STRIDES = (8, 16, 32)
_LITTLE = 1e-7


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


def _columns(e: Export) -> tuple[yolov8.Columns, Tensor]:
    """Boxes and scores, and the angle."""
    maps = body.pyramid(e, e.image())
    logits = [distances.bins(e, x, f"cv2.{i}", yolov8.BINS) for i, x in enumerate(maps)]
    classes = [body.scores(e, x, f"cv3.{i}", e.classes) for i, x in enumerate(maps)]
    joined = e("Concat", *[body.flat(e, x) for x in logits], axis=2)
    apart = distances.expected(e, joined, yolov8.BINS)
    scores = e("Sigmoid", e("Concat", *[body.flat(e, x) for x in classes], axis=2))
    turn = e("Sigmoid", _angle(e, maps, 1.5))
    angle = e("Mul", e("Sub", turn, 0.25), math.pi)
    return yolov8.Columns(maps, _boxes(e, apart, angle, maps), scores), angle


def _columns_26(e: Export) -> tuple[yolov8.Columns, Tensor]:
    """The same of YOLO26, whose angle has no sigmoid."""
    maps = body.pyramid(e, e.image())
    apart, scores = end_to_end.distances_26(e, maps)
    angle = _angle(e, maps, 0.6)
    return yolov8.Columns(maps, _boxes(e, apart, angle, maps), scores), angle


def _output(e: Export, found: yolov8.Columns, angle: Tensor, head: str) -> None:
    joined = e("Concat", found.boxes, found.scores, angle, axis=1)
    e.output("output0", joined, [1, 5 + e.classes, yolov8.cells(found.maps)])
    ultralytics.describe(e, head)


def _raw(e: Export) -> None:
    _output(e, *_columns(e), "OBB")


def _raw_26(e: Export) -> None:
    _output(e, *_columns_26(e), "OBB26")


def _end_to_end(e: Export) -> None:
    found, angle = _columns_26(e)
    rows = end_to_end.best(e, found.boxes, found.scores, [(angle, 1)])
    e.output("output0", rows, [1, end_to_end.ROWS, 7])
    ultralytics.describe(e, "OBB26", end2end="True")


def _suppressed(e: Export) -> None:
    """No operator suppresses rotated boxes: those that overlap a stronger one are left out."""
    found, angle = _columns(e)
    rows, moved, best = suppressed.table(e, found, angle, 1)
    scores = e("Squeeze", best, [1])
    passing = e("Squeeze", e("NonZero", e("Greater", scores, suppressed.SCORE)), [0])
    passed = e("Gather", scores, passing, axis=0)
    _, order = e.several("TopK", 2, passed, e("Shape", passed), axis=0)
    ranked = e("Gather", passing, order, axis=0)
    rows, moved = (e("Gather", x, ranked, axis=0) for x in (rows, moved))
    overlaps = e("GreaterOrEqual", _overlaps(e, moved, rows), suppressed.IOU)
    by_stronger = e("Trilu", e("Cast", overlaps, to=1), 1, upper=1)
    free = e("LessOrEqual", e("ReduceSum", by_stronger, [0], keepdims=0), 0.0)
    kept = e("Squeeze", e("NonZero", free), [0])
    suppressed.output(e, e("Gather", rows, kept, axis=0), "OBB", 1)


def _overlaps(e: Export, moved: Tensor, rows: Tensor) -> Tensor:
    """ProbIoU of each box with each: their centres are in `moved`, sides and angles in `rows`."""
    x, y = (e.slice(moved, i, i + 1, 1) for i in range(2))
    w, h, angle = (e.slice(rows, i, i + 1, 1) for i in (2, 3, 6))
    along, across = (e("Div", e("Mul", side, side), 12.0) for side in (w, h))
    cos, sin = e("Cos", angle), e("Sin", angle)
    cos2, sin2 = e("Mul", cos, cos), e("Mul", sin, sin)
    a = e("Add", e("Mul", along, cos2), e("Mul", across, sin2))
    b = e("Add", e("Mul", along, sin2), e("Mul", across, cos2))
    c = e("Mul", e("Sub", along, across), e("Mul", cos, sin))

    def pairs(op: str, column: Tensor) -> Tensor:
        return e(op, column, e("Transpose", column, perm=[1, 0]))

    dx, dy = pairs("Sub", x), pairs("Sub", y)
    a2, b2, c2 = (pairs("Add", column) for column in (a, b, c))
    area = e("Add", e("Sub", e("Mul", a2, b2), e("Mul", c2, c2)), _LITTLE)
    squares = e("Add", e("Mul", a2, e("Mul", dy, dy)), e("Mul", b2, e("Mul", dx, dx)))
    first = e("Mul", e("Div", squares, area), 0.25)
    second = e("Mul", e("Div", e("Mul", c2, e("Mul", dx, dy)), area), -0.5)
    own = e("Relu", e("Sub", e("Mul", a, b), e("Mul", c, c)))
    root = e("Add", e("Mul", e("Sqrt", pairs("Mul", own)), 4.0), _LITTLE)
    third = e("Mul", e("Log", e("Add", e("Div", area, root), _LITTLE)), 0.5)
    distance = e("Clip", e("Add", e("Add", first, second), third), _LITTLE, 100.0)
    return e("Sub", 1.0, e("Sqrt", e("Sub", 1.0 + _LITTLE, e("Exp", e("Neg", distance)))))


FAMILIES = (
    Family("yolov8-obb", "[1, 4 + classes + 1, cells], angle last", "obb", _raw),
    Family("yolov8-obb-nms", "with nms=True: [1, 300, 7]", "obb", _suppressed),
    Family("yolo26-obb", "[1, 300, 7]: cx, cy, w, h, score, class, angle", "obb", _end_to_end),
    Family("yolo26-obb-raw", "as yolov8-obb", "obb", _raw_26),
)
