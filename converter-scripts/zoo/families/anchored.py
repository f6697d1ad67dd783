"""YOLOv7, v3 and v4: three anchors a cell, an objectness, and two codings of boxes.

YOLOv7 codes as YOLOv5 does, xy = (2s - 0.5 + cell) * stride, wh = (2s)^2 * anchor, with anchors of
its own. YOLOv3 and v4 use the old coding, xy = (s + cell) * stride, wh = exp(t) * anchor.
"""

from __future__ import annotations

import numpy as np

from zoo.families import body
from zoo.families.export import Export, Family, Preprocessing
from zoo.graph import Tensor

_STRIDES = (8, 16, 32)
_V7 = (
    ((12, 16), (19, 36), (40, 28)),
    ((36, 75), (76, 55), (72, 146)),
    ((142, 110), (192, 243), (459, 401)),
)
_V3 = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)
_DARKNET = Preprocessing(pad=128)
_STRETCHED = Preprocessing(resize="stretch")


def _maps(e: Export, image: Tensor, names: list[str]) -> list[Tensor]:
    """Three raw heads: objects are rare, boxes about as large as their anchors."""
    mean = np.zeros((3, 5 + e.classes))
    mean[:, 4] = -4.0
    spread = np.full_like(mean, 1.5)
    spread[:, 2:4] = 0.4
    return [
        body.head(e, x, name, mean.size, mean.reshape(-1), spread.reshape(-1))
        for x, name in zip(body.pyramid(e, image, _STRIDES), names, strict=True)
    ]


def _apart(e: Export, x: Tensor) -> Tensor:
    """[1, 3 * k, rows, columns] as [1, 3, rows, columns, k]."""
    rows, columns = x.shape[2:4]
    split = e("Reshape", x, [1, 3, 5 + e.classes, rows, columns])
    return e("Transpose", split, perm=[0, 1, 3, 4, 2])


def _cells(x: Tensor) -> np.ndarray:
    return body.cells(x, 0.0).reshape(1, 1, *x.shape[2:4], 2)


def _sizes(anchors: tuple[tuple[int, int], ...]) -> np.ndarray:
    return np.array(anchors, np.float32).reshape(1, 3, 1, 1, 2)


def _flat(e: Export) -> Tensor:
    """YOLOv7's heads decoded: [1, N, 5 + classes]."""
    levels = []
    maps = _maps(e, e.image(), ["m.0", "m.1", "m.2"])
    for x, stride, anchors in zip(maps, _STRIDES, _V7, strict=True):
        y = e("Sigmoid", _apart(e, x))
        xy, wh, rest = (e.slice(y, a, b, 4) for a, b in ((0, 2), (2, 4), (4, 5 + e.classes)))
        middle = e("Sub", e("Mul", xy, 2.0), 0.5)
        xy = e("Mul", e("Add", middle, _cells(x)), float(stride))
        wh = e("Mul", e("Pow", e("Mul", wh, 2.0), 2.0), _sizes(anchors))
        joined = e("Concat", xy, wh, rest, axis=4)
        levels.append(e("Reshape", joined, [1, -1, 5 + e.classes]))
    return e("Concat", *levels, axis=1)


def _count(e: Export) -> int:
    p = e.preprocessing
    return sum(3 * (p.height // s) * (p.width // s) for s in _STRIDES)


def _v7_raw(e: Export) -> None:
    e.opset = 12
    maps = _maps(e, e.image(), ["m.0", "m.1", "m.2"])
    for x, name in zip(maps, ("output", "out_16", "out_32"), strict=True):
        e.output(name, _apart(e, x), [1, 3, *x.shape[2:4], 5 + e.classes])


def _v7_flat(e: Export) -> None:
    e.opset = 12
    e.output("output", _flat(e), [1, _count(e), 5 + e.classes])


def _v7_end_to_end(e: Export) -> None:
    """With its ONNX suppression: rows of picture, x1, y1, x2, y2, class, score."""
    e.opset = 13
    rows = _flat(e)
    centre, half = e.slice(rows, 0, 2, 2), e("Mul", e.slice(rows, 2, 4, 2), 0.5)
    boxes = e("Concat", e("Sub", centre, half), e("Add", centre, half), axis=2)
    scores = e("Mul", e.slice(rows, 4, 5, 2), e.slice(rows, 5, 5 + e.classes, 2))
    best = e("ReduceMax", scores, axes=[2], keepdims=1)
    label = e("Cast", e("ArgMax", scores, axis=2, keepdims=1), to=1)
    moved = e("Add", boxes, e("Mul", label, 640.0))
    first = e("Transpose", best, perm=[0, 2, 1])
    kept = e("NonMaxSuppression", moved, first, [100], [0.45], [0.25])
    place = e("Gather", kept, [0, 2], axis=1)
    picture = e("Cast", e("Gather", kept, [0], axis=1), to=1)
    parts = [e("GatherND", x, place) for x in (boxes, label, best)]
    e.output("output", e("Concat", picture, *parts, axis=1), ["n", 7])


def _v3_raw(e: Export) -> None:
    e.opset = 11
    names = ["106_convolutional", "094_convolutional", "082_convolutional"]
    maps = _maps(e, e.image("000_net"), names)
    for x, name in reversed(list(zip(maps, names, strict=True))):
        e.output(name, x, x.shape)


def _v4_apart(e: Export) -> None:
    """pytorch-YOLOv4: boxes [1, N, 1, 4] as x1, y1, x2, y2 in 0..1, confs [1, N, classes]."""
    e.opset = 11
    p = e.preprocessing
    boxes, scores = [], []
    maps = _maps(e, e.image("input"), ["head.0", "head.1", "head.2"])
    for x, stride, anchors in zip(maps, _STRIDES, _V3, strict=True):
        y = _apart(e, x)
        middle = e("Sigmoid", e.slice(y, 0, 2, 4))
        centre = e("Mul", e("Add", middle, _cells(x)), float(stride))
        half = e("Mul", e("Exp", e.slice(y, 2, 4, 4)), _sizes(anchors) / 2)
        corners = e("Concat", e("Sub", centre, half), e("Add", centre, half), axis=4)
        boxes.append(e("Reshape", corners, [1, -1, 1, 4]))
        sure = e("Sigmoid", e.slice(y, 4, 5 + e.classes, 4))
        product = e("Mul", e.slice(sure, 0, 1, 4), e.slice(sure, 1, 1 + e.classes, 4))
        scores.append(e("Reshape", product, [1, -1, e.classes]))
    scale = [float(p.width), float(p.height)] * 2
    e.output("boxes", e("Div", e("Concat", *boxes, axis=1), scale), [1, _count(e), 1, 4])
    e.output("confs", e("Concat", *scores, axis=1), [1, _count(e), e.classes])


FAMILIES = (
    Family("yolov7", "three raw maps [1, 3, h, w, 5 + classes]", "detect", _v7_raw),
    Family("yolov7-flat", "[1, N, 5 + classes]", "detect", _v7_flat),
    Family("yolov7-end2end", "[n, 7], suppressed in the graph", "detect", _v7_end_to_end),
    Family("yolov3", "three raw maps, coarse first, old coding", "detect", _v3_raw, _DARKNET),
    Family("yolov4", "boxes in 0..1 and confs", "detect", _v4_apart, _STRETCHED),
)
