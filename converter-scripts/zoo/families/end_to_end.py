"""YOLOv10 and YOLO26: [1, 300, 6] rows of x1, y1, x2, y2 in pixels, score, class; no suppression.

YOLOv10 has a distribution for each side, YOLO26 the distances themselves. YOLO26 is also exported
raw, with YOLOv8's columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from zoo.families import body, distances, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

ROWS = 300


def best(
    e: Export, boxes: Tensor, scores: Tensor, extras: Sequence[tuple[Tensor, int]] = ()
) -> Tensor:
    """The best rows of [1, k, n] tensors: box, score, class, extras (each with its k).

    As upstream: first the cells with the best classes, then the best pairs of cell and class, so a
    cell may appear with several classes. With extras upstream has Slice for Split, and OpenVINO
    2026.4 cannot compile a Slice from 0 before a GatherElements.
    """
    joined = e("Concat", boxes, scores, *[x for x, _ in extras], axis=1)
    rows = e("Transpose", joined, perm=[0, 2, 1])
    if extras:
        ends = np.cumsum([0, 4, e.classes, *[k for _, k in extras]]).tolist()
        apart = [e.slice(rows, a, b, 2) for a, b in itertools.pairwise(ends)]
    else:
        apart = e.several("Split", 2, rows, [4, e.classes], axis=2)
    largest = e("ReduceMax", apart[1], axes=[-1], keepdims=0)
    _, cell = e.several("TopK", 2, largest, [ROWS], axis=1)
    chosen = e("Flatten", gathered(e, apart[1], cell, e.classes))
    score, pair = e.several("TopK", 2, chosen, [ROWS], axis=1)
    place = e("GatherElements", cell, e("Div", pair, e.classes), axis=1)
    label = e("Cast", e("Mod", pair, e.classes), to=1)
    picked = [gathered(e, apart[0], place, 4)]
    picked += [gathered(e, x, place, k) for x, (_, k) in zip(apart[2:], extras, strict=True)]
    columns = [e("Unsqueeze", x, [2]) for x in (score, label)]
    return e("Concat", picked[0], *columns, *picked[1:], axis=2)


def gathered(e: Export, x: Tensor, index: Tensor, width: int) -> Tensor:
    """Rows of [1, n, width] by an index [1, m]."""
    wide = e("Expand", e("Unsqueeze", index, [2]), [1, 1, width])
    return e("GatherElements", x, wide, axis=1)


def distances_26(e: Export, maps: Sequence[Tensor], batch: int = 1) -> tuple[Tensor, Tensor]:
    """YOLO26's heads as [batch, 4, n] distances in cells, [batch, classes, n] probabilities."""
    apart, classes = [], []
    for level, x in enumerate(maps):
        apart.append(body.flat(e, body.head(e, x, f"one2one_cv2.{level}", 4, 2.0, 0.5), batch))
        scores = body.scores(e, x, f"one2one_cv3.{level}", e.classes)
        classes.append(body.flat(e, scores, batch))
    return e("Concat", *apart, axis=2), e("Sigmoid", e("Concat", *classes, axis=2))


def columns_26(e: Export, *, corners: bool) -> yolov8.Columns:
    """YOLO26's body and head; boxes in pixels."""
    maps = body.pyramid(e, e.image())
    apart, scores = distances_26(e, maps)
    found = distances.boxes(e, apart, distances.centres(maps), corners=corners)
    pixels = e("Mul", found, distances.strides_of_cells(maps, (8, 16, 32)).T[None])
    return yolov8.Columns(maps, pixels, scores)


def _yolov10(e: Export) -> None:
    found = yolov8.columns(e, e.image(), corners=True)
    rows = best(e, found.boxes, found.scores)
    e.output("output0", rows, [1, ROWS, 6])
    ultralytics.describe(e, "v10Detect", end2end="True")


def _yolo26(e: Export) -> None:
    found = columns_26(e, corners=True)
    e.output("output0", best(e, found.boxes, found.scores), [1, ROWS, 6])
    ultralytics.describe(e, "Detect", end2end="True")


def _yolo26_raw(e: Export) -> None:
    yolov8.output(e, columns_26(e, corners=False))
    ultralytics.describe(e, "Detect")


FAMILIES = (
    Family("yolo26", "YOLO26: [1, 300, 6], x1, y1, x2, y2, score, class", "detect", _yolo26),
    Family("yolo26-raw", "YOLO26: [1, 4 + classes, cells]", "detect", _yolo26_raw),
    Family("yolov10", "YOLOv10: the same from a distribution head", "detect", _yolov10),
)
