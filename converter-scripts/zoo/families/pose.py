"""Key points: 17 of x, y in pixels and a visibility, after the scores of the one class."""

from __future__ import annotations

from collections.abc import Sequence

from zoo.families import body, distances, end_to_end, suppressed, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

POINTS = 17
_STRIDES = (8, 16, 32)
_NAMES = "{0: 'person'}"
_SHAPE = f"[{POINTS}, 3]"


def _points(e: Export, maps: Sequence[Tensor], factor: float, offset: float) -> Tensor:
    """[1, 51, n]: (factor * value + cell + offset) * stride, sigmoid of the visibility."""
    heads = [body.head(e, x, f"cv4.{i}", 3 * POINTS, 0.0, 1.0) for i, x in enumerate(maps)]
    joined = e("Concat", *[body.flat(e, x) for x in heads], axis=2)
    apart = e("Reshape", joined, [1, POINTS, 3, -1])
    grid = distances.centres(maps, offset).T[None, None]
    moved = e("Add", e("Mul", e.slice(apart, 0, 2, 2), factor), grid)
    pixels = e("Mul", moved, distances.strides_of_cells(maps, _STRIDES).T[None, None])
    visible = e("Sigmoid", e.slice(apart, 2, 3, 2))
    return e("Reshape", e("Concat", pixels, visible, axis=2), [1, 3 * POINTS, -1])


def _columns(e: Export, found: yolov8.Columns, points: Tensor, head: str) -> None:
    joined = e("Concat", found.boxes, found.scores, points, axis=1)
    e.output("output0", joined, [1, 5 + 3 * POINTS, yolov8.cells(found.maps)])
    ultralytics.describe(e, head, names=_NAMES, kpt_shape=_SHAPE)


def _raw(e: Export) -> None:
    found = yolov8.columns(e, e.image())
    _columns(e, found, _points(e, found.maps, 2.0, 0.0), "Pose")


def _raw_26(e: Export) -> None:
    found = end_to_end.columns_26(e, corners=False)
    _columns(e, found, _points(e, found.maps, 1.0, 0.5), "Pose26")


def _end_to_end(e: Export) -> None:
    found = end_to_end.columns_26(e, corners=True)
    extras = [(_points(e, found.maps, 1.0, 0.5), 3 * POINTS)]
    rows = end_to_end.best(e, found.boxes, found.scores, extras)
    e.output("output0", rows, [1, end_to_end.ROWS, 6 + 3 * POINTS])
    ultralytics.describe(e, "Pose26", names=_NAMES, kpt_shape=_SHAPE, end2end="True")


def _suppressed(e: Export) -> None:
    found = yolov8.columns(e, e.image(), corners=True)
    points = _points(e, found.maps, 2.0, 0.0)
    suppressed.rows(e, found, "Pose", points, 3 * POINTS, names=_NAMES, kpt_shape=_SHAPE)


FAMILIES = (
    Family("yolov8-pose", "[1, 5 + 51, cells]", "pose", _raw, classes=1),
    Family("yolov8-pose-nms", "with nms=True: [1, 300, 57]", "pose", _suppressed, classes=1),
    Family("yolo26-pose", "[1, 300, 57]", "pose", _end_to_end, classes=1),
    Family("yolo26-pose-raw", "as yolov8-pose", "pose", _raw_26, classes=1),
)
