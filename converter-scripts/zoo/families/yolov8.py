"""YOLOv8, 9, 11, 12 and World: one output [1, 4 + classes, cells], and its relatives.

Boxes are cx, cy, w, h in pixels of the input; the sigmoid is done, there is no objectness.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zoo.families import body, distances, ultralytics
from zoo.families.export import Export, Family
from zoo.graph import Tensor

BINS = 16


@dataclass(frozen=True)
class Columns:
    """The head's outputs for all cells: boxes [b, 4, n] and probabilities [b, classes, n]."""

    maps: list[Tensor]
    boxes: Tensor
    scores: Tensor


def columns(
    e: Export,
    image: Tensor,
    strides: Sequence[int] = (8, 16, 32),
    *,
    corners: bool = False,
    batch: int = 1,
) -> Columns:
    """The body and the head; boxes in pixels."""
    maps = body.pyramid(e, image, strides)
    logits, classes = [], []
    for level, x in enumerate(maps):
        box = distances.bins(e, x, f"cv2.{level}", BINS)
        logits.append(body.flat(e, box, batch))
        score = body.scores(e, x, f"cv3.{level}", e.classes)
        classes.append(body.flat(e, score, batch))
    joined = e("Concat", *logits, axis=2)
    apart = distances.expected(e, joined, BINS, batch)
    found = distances.boxes(e, apart, distances.centres(maps), corners=corners)
    pixels = e("Mul", found, distances.strides_of_cells(maps, strides).T[None])
    return Columns(maps, pixels, e("Sigmoid", e("Concat", *classes, axis=2)))


def cells(maps: Sequence[Tensor]) -> int:
    """How many candidates these maps have."""
    return sum(x.shape[2] * x.shape[3] for x in maps)


def output(e: Export, found: Columns, batch: int = 1) -> None:
    """The usual output."""
    joined = e("Concat", found.boxes, found.scores, axis=1)
    e.output("output0", joined, [batch, 4 + e.classes, cells(found.maps)])


def _raw(e: Export) -> None:
    output(e, columns(e, e.image()))
    ultralytics.describe(e, "Detect")


def _strides(*strides: int) -> Callable[[Export], None]:
    def build(e: Export) -> None:
        output(e, columns(e, e.image(), strides))
        ultralytics.describe(e, "Detect", stride=str(max(strides[-1], 32)))

    return build


def _batch(e: Export) -> None:
    output(e, columns(e, e.image(batch=4), batch=4), 4)
    ultralytics.describe(e, "Detect", batch=4)


def _transposed(e: Export) -> None:
    found = columns(e, e.image())
    joined = e("Transpose", e("Concat", found.boxes, found.scores, axis=1), perm=[0, 2, 1])
    e.output("output0", joined, [1, cells(found.maps), 4 + e.classes])
    ultralytics.describe(e, "Detect")


def _normalised(e: Export) -> None:
    found = columns(e, e.image())
    p = e.preprocessing
    sizes = [[[float(p.width)], [float(p.height)], [float(p.width)], [float(p.height)]]]
    joined = e("Concat", e("Div", found.boxes, sizes), found.scores, axis=1)
    e.output("output0", joined, [1, 4 + e.classes, cells(found.maps)])
    ultralytics.describe(e, "Detect")


FAMILIES = (
    Family("yolov8", "YOLOv8, 11: [1, 4 + classes, cells]", "detect", _raw),
    Family("yolov8-p2", "heads of strides 4 to 32", "detect", _strides(4, 8, 16, 32)),
    Family("yolov8-p6", "heads of strides 8 to 64", "detect", _strides(8, 16, 32, 64)),
    Family("yolov8-two-heads", "heads of strides 16 and 32", "detect", _strides(16, 32)),
    Family("yolov8-batch4", "exactly four pictures at a time", "detect", _batch),
    Family("yolov8-transposed", "[1, cells, 4 + classes]", "detect", _transposed),
    Family("yolov8-normalised", "boxes in 0..1 of the input", "detect", _normalised),
)
