"""Instance segmentation: 32 coefficients per candidate, and prototypes [1, 32, H/4, W/4]."""

from __future__ import annotations

from collections.abc import Sequence

from zoo import blocks
from zoo.families import body, end_to_end, suppressed, ultralytics, yolov8
from zoo.families.export import Export, Family
from zoo.graph import Tensor

COEFFICIENTS = 32


def _coefficients(e: Export, maps: Sequence[Tensor]) -> Tensor:
    """[1, 32, n], spread around 0."""
    heads = [body.head(e, x, f"cv4.{i}", COEFFICIENTS, 0.0, 1.0) for i, x in enumerate(maps)]
    return e("Concat", *[body.flat(e, x) for x in heads], axis=2)


def _prototypes(e: Export, finest: Tensor) -> None:
    with e.graph.scope("proto"):
        larger = blocks.upsample(e.graph, finest)
    masks = body.head(e, larger, "proto", COEFFICIENTS, 0.0, 1.0)
    e.output("output1", masks, [1, COEFFICIENTS, *larger.shape[2:]])


def _columns(e: Export, found: yolov8.Columns, head: str) -> None:
    joined = e("Concat", found.boxes, found.scores, _coefficients(e, found.maps), axis=1)
    rows = 4 + e.classes + COEFFICIENTS
    e.output("output0", joined, [1, rows, yolov8.cells(found.maps)])
    _prototypes(e, found.maps[0])
    ultralytics.describe(e, head)


def _raw(e: Export) -> None:
    _columns(e, yolov8.columns(e, e.image()), "Segment")


def _raw_26(e: Export) -> None:
    _columns(e, end_to_end.columns_26(e, corners=False), "Segment26")


def _end_to_end(e: Export) -> None:
    found = end_to_end.columns_26(e, corners=True)
    extras = [(_coefficients(e, found.maps), COEFFICIENTS)]
    rows = end_to_end.best(e, found.boxes, found.scores, extras)
    e.output("output0", rows, [1, end_to_end.ROWS, 6 + COEFFICIENTS])
    _prototypes(e, found.maps[0])
    ultralytics.describe(e, "Segment26", end2end="True")


def _suppressed(e: Export) -> None:
    found = yolov8.columns(e, e.image(), corners=True)
    suppressed.rows(e, found, "Segment", _coefficients(e, found.maps), COEFFICIENTS)
    _prototypes(e, found.maps[0])


FAMILIES = (
    Family("yolov8-seg", "[1, 4 + classes + 32, cells] and prototypes", "segment", _raw),
    Family("yolov8-seg-nms", "with nms=True: [1, 300, 38] and prototypes", "segment", _suppressed),
    Family("yolo26-seg", "[1, 300, 38] and prototypes", "segment", _end_to_end),
    Family("yolo26-seg-raw", "as yolov8-seg", "segment", _raw_26),
)
