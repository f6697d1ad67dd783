"""YOLOv10 and YOLO26: [1, 300, 6] rows of x1, y1, x2, y2 in pixels, score, class; no suppression.

YOLOv10 has a distribution for each side, YOLO26 the distances themselves.
"""

from __future__ import annotations

from collections.abc import Sequence

from zoo.families import body, distances, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

ROWS = 300


def best(e: Export, boxes: Tensor, scores: Tensor, extras: Sequence[Tensor] = ()) -> Tensor:
    """The best rows of [1, n, k] tensors: box, score, class, extras.

    As upstream: first the cells with the best classes, then the best pairs of cell and class, so a
    cell may appear with several classes.
    """
    _, cell = e.several("TopK", 2, e("ReduceMax", scores, axes=[-1], keepdims=0), [ROWS], axis=1)
    chosen = gathered(e, scores, cell)
    score, pair = e.several("TopK", 2, e("Reshape", chosen, [1, -1]), [ROWS], axis=1)
    place = e("Div", pair, e.classes)
    label = e("Cast", e("Mod", pair, e.classes), to=1)
    picked = [gathered(e, gathered(e, x, cell), place) for x in (boxes, *extras)]
    columns = [e("Unsqueeze", x, [2]) for x in (score, label)]
    return e("Concat", picked[0], *columns, *picked[1:], axis=2)


def gathered(e: Export, x: Tensor, index: Tensor) -> Tensor:
    """Rows of [1, n, k] by an index [1, m]."""
    flat = e("Reshape", index, [-1])
    return e("Gather", x, flat, axis=1)


def distances_26(
    e: Export, maps: Sequence[Tensor], name: str = "one2one_cv2"
) -> tuple[Tensor, Tensor]:
    """YOLO26's heads as [1, 4, n] distances in cells and [1, classes, n] probabilities."""
    apart, classes = [], []
    for level, x in enumerate(maps):
        apart.append(body.flat(e, body.head(e, x, f"{name}.{level}", 4, 2.0, 0.5)))
        classes.append(body.flat(e, body.scores(e, x, f"one2one_cv3.{level}", e.classes)))
    return e("Concat", *apart, axis=2), e("Sigmoid", e("Concat", *classes, axis=2))


def rows_of(e: Export, x: Tensor) -> Tensor:
    """[1, k, n] as [1, n, k]."""
    return e("Transpose", x, perm=[0, 2, 1])


def _yolov10(e: Export) -> None:
    found = yolov8.columns(e, e.image(), corners=True)
    rows = best(e, rows_of(e, found.boxes), rows_of(e, found.scores))
    e.output("output0", rows, [1, ROWS, 6])
    ultralytics.describe(e, "v10Detect", end2end="True")


def _yolo26(e: Export) -> None:
    maps = body.pyramid(e, e.image())
    apart, scores = distances_26(e, maps)
    found = distances.boxes(e, apart, distances.centres(maps), corners=True)
    pixels = e("Mul", found, distances.strides_of_cells(maps, (8, 16, 32)).T[None])
    rows = best(e, rows_of(e, pixels), rows_of(e, scores))
    e.output("output0", rows, [1, ROWS, 6])
    ultralytics.describe(e, "Detect", end2end="True")


FAMILIES = (
    Family("yolo26", "YOLO26: [1, 300, 6], x1, y1, x2, y2, score, class", "detect", _yolo26),
    Family("yolov10", "YOLOv10: the same from a distribution head", "detect", _yolov10),
)
