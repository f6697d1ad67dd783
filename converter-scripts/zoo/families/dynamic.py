"""YOLOv8 and YOLO26 with dynamic=True: any number of pictures of any size, a multiple of 32.

The cells are computed from the shapes of the maps, as the exporter does it.
"""

from __future__ import annotations

import numpy as np

from zoo.families import body, distances, end_to_end, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

_STRIDES = (8, 16, 32)
_ANY = 0  # in a Reshape: as it is


def _image(e: Export) -> Tensor:
    return e.image(batch="batch", sides=("height", "width"))


def _cells(e: Export, x: Tensor) -> Tensor:
    """Centres of a map's cells as [1, 2, cells]."""
    shape = e("Shape", x)
    sides = e("Slice", shape, [2], [4], [0])
    axes = []
    for axis in (3, 2):
        numbers = e("Range", 0, e("Gather", shape, axis, axis=0), 1)
        centres = e("Add", e("Cast", numbers, to=1), 0.5)
        column = centres if axis == 3 else e("Unsqueeze", centres, [1])
        axes.append(e("Reshape", e("Expand", column, sides), [1, 1, -1]))
    return e("Concat", *axes, axis=1)


def _boxes(e: Export, apart: Tensor, maps: list[Tensor], corners: bool) -> Tensor:
    """[batch, 4, n] in pixels from distances in cells."""
    grids = [_cells(e, x) for x in maps]
    lengths = [e("Slice", e("Shape", grid), [2], [3], [0]) for grid in grids]
    strides = [
        e("Expand", np.full((1, 1, 1), stride, np.float32), e("Concat", [1, 1], length, axis=0))
        for stride, length in zip(_STRIDES, lengths, strict=True)
    ]
    grid = e("Concat", *grids, axis=2)
    low = e("Sub", grid, e.slice(apart, 0, 2, 1))
    high = e("Add", grid, e.slice(apart, 2, 4, 1))
    if corners:
        found = e("Concat", low, high, axis=1)
    else:
        middle = e("Div", e("Add", low, high), 2.0)
        found = e("Concat", middle, e("Sub", high, low), axis=1)
    return e("Mul", found, e("Concat", *strides, axis=2))


def _raw(e: Export) -> None:
    maps = body.pyramid(e, _image(e), _STRIDES)
    logits, classes = [], []
    for i, x in enumerate(maps):
        box = distances.bins(e, x, f"cv2.{i}", yolov8.BINS)
        logits.append(body.flat(e, box, _ANY))
        classes.append(body.flat(e, body.scores(e, x, f"cv3.{i}", e.classes), _ANY))
    apart = distances.expected(e, e("Concat", *logits, axis=2), yolov8.BINS, _ANY)
    scores = e("Sigmoid", e("Concat", *classes, axis=2))
    joined = e("Concat", _boxes(e, apart, maps, False), scores, axis=1)
    e.output("output0", joined, ["batch", 4 + e.classes, "anchors"])
    ultralytics.describe(e, "Detect", args=_ARGS)


def _end_to_end(e: Export) -> None:
    maps = body.pyramid(e, _image(e), _STRIDES)
    apart, scores = end_to_end.distances_26(e, maps, _ANY)
    rows = end_to_end.best(e, _boxes(e, apart, maps, True), scores)
    e.output("output0", rows, ["batch", end_to_end.ROWS, 6])
    ultralytics.describe(e, "Detect", end2end="True", args=_ARGS)


_ARGS = str({"batch": 1, "nms": None, "dynamic": True, "simplify": True})

FAMILIES = (
    Family("yolov8-dynamic", "[batch, 4 + classes, cells] of any size", "detect", _raw),
    Family("yolo26-dynamic", "[batch, 300, 6] of pictures of any size", "detect", _end_to_end),
)
