"""The detection head: three convolutions, and how an export decodes their maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from zoo.blocks import plain_conv
from zoo.graph import Graph, Tensor

FORMS = ("maps", "sigmoid", "decoded")

STRIDES = (8, 16, 32)

# Width and height in pixels of the three anchors at each stride; YOLOv5's, fitted to COCO.
ANCHORS = (
    ((10, 13), (16, 30), (33, 23)),
    ((30, 61), (62, 45), (59, 119)),
    ((116, 90), (156, 198), (373, 326)),
)

_END = np.iinfo(np.int64).max

# With this mean and spread of the logits, about one candidate in two hundred has an objectness
# above 0.25: an untrained detector finds something, but not everywhere.
_OBJECTNESS = -5.0
_SPREAD = 1.5


@dataclass(frozen=True)
class Head:
    """One head convolution of a finished model."""

    node: str
    tensor: str
    shape: tuple[int, ...]
    stride: int
    anchors: tuple[tuple[int, int], ...]


class Detection(NamedTuple):
    heads: list[Head]
    outputs: list[Tensor]


def detect(g: Graph, maps: Sequence[Tensor], classes: int, form: str) -> Detection:
    """Adds the head on the feature maps of strides 8, 16 and 32.

    `maps` has three outputs [1, anchors, rows, columns, 5 + classes] of logits; `sigmoid` and
    `decoded` join them into one [1, candidates, 5 + classes]: only sigmoids, or boxes in pixels.
    """
    convolutions: list[Tensor] = []
    outputs: list[Tensor] = []
    shared: dict[str, Tensor] = {}
    for index, (x, stride, anchors) in enumerate(zip(maps, STRIDES, ANCHORS, strict=True)):
        values = 5 + classes
        y = _convolution(g, x, index, len(anchors), values)
        convolutions.append(y)
        output = f"output{index}" if form == "maps" else None
        y, batch = _anchors_apart(g, y, len(anchors), values, shared, output)
        if form != "maps":
            y = g.op("Sigmoid", [y], y.shape)
            if form == "decoded":
                y = _decoded(g, y, stride, anchors)
            y = _flat(g, y, batch, shared)
        outputs.append(y)
    if form != "maps":
        rows = sum(output.shape[1] for output in outputs)
        shape = (1, rows, 5 + classes)
        outputs = [g.op("Concat", outputs, shape, output="output", axis=1)]
    heads = [
        Head(y.node, g.resolve(y.name), y.shape, stride, anchors)
        for y, stride, anchors in zip(convolutions, STRIDES, ANCHORS, strict=True)
    ]
    return Detection(heads, outputs)


def _convolution(g: Graph, x: Tensor, index: int, anchors: int, values: int) -> Tensor:
    bias = np.zeros((anchors, values))
    bias[:, 4] = _OBJECTNESS
    with g.scope(f"m.{index}"):
        return plain_conv(g, x, anchors * values, spread=_SPREAD, bias=bias.reshape(-1))


def _anchors_apart(
    g: Graph, x: Tensor, anchors: int, values: int, shared: dict[str, Tensor], output: str | None
) -> tuple[Tensor, Tensor | None]:
    """[1, anchors * values, rows, columns] to [1, anchors, rows, columns, values].

    The legacy exporter reads each size from the running network. The number of pictures is
    returned, because the next reshape uses it too.
    """
    height, width = x.shape[2:]
    target = (1, anchors, values, height, width)
    batch = None
    if g.style.legacy:
        sizes = []
        for axis in (0, 2, 3):
            shape = g.op("Shape", [x], (4,), constant=np.array(x.shape))
            number = np.array(x.shape[axis])
            which = g.constant(axis, np.int64)
            sizes.append(g.op("Gather", [shape, which], (), constant=number, axis=0))
        batch = sizes[0]
        parts = [_vector(g, size) for size in sizes]
        if g.style.exported and not shared:
            shared["anchors"] = g.folded("Concat", [anchors], np.int64)
            shared["values"] = g.folded("Concat", [values], np.int64)
        if g.style.exported:
            parts[1:1] = [shared["anchors"], shared["values"]]
        sizes_joined = g.op("Concat", parts, (5,), constant=np.array(target), axis=0)
    else:
        sizes_joined = g.constant(target, np.int64)
    y = g.op("Reshape", [x, sizes_joined], target)
    shape = (1, anchors, height, width, values)
    return g.op("Transpose", [y], shape, output=output, perm=[0, 1, 3, 4, 2]), batch


def _vector(g: Graph, number: Tensor) -> Tensor:
    assert number.constant is not None
    return g.op("Unsqueeze", [number], (1,), constant=number.constant.reshape(1), axes=[0])


def _decoded(g: Graph, x: Tensor, stride: int, anchors: Sequence[tuple[int, int]]) -> Tensor:
    """Decodes sigmoids into boxes: xy = (2v - 0.5 + cell) * stride, wh = (2v)^2 * anchor."""
    rows, columns = x.shape[2:4]
    cells = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=2)

    xy = _part(g, x, 0, 2)
    xy = g.op("Mul", [xy, g.constant(2)], xy.shape)
    xy = g.op("Sub", [xy, g.constant(0.5)], xy.shape)
    xy = g.op("Add", [xy, g.constant(cells.reshape(1, 1, rows, columns, 2))], xy.shape)
    xy = g.op("Mul", [xy, g.constant(stride)], xy.shape)

    wh = _part(g, x, 2, 4)
    wh = g.op("Mul", [wh, g.constant(2)], wh.shape)
    wh = g.op("Pow", [wh, g.constant(2)], wh.shape)
    sizes = np.reshape(anchors, (1, len(anchors), 1, 1, 2))
    wh = g.op("Mul", [wh, g.folded("Mul", sizes)], wh.shape)

    scores = _part(g, x, 4, None)
    return g.op("Concat", [xy, wh, scores], x.shape, axis=-1)


def _part(g: Graph, x: Tensor, start: int, end: int | None) -> Tensor:
    """Some of the values of each candidate."""
    limits = (4, start, _END if end is None else end, 1)
    axes, starts, ends, steps = (g.constant([value], np.int64) for value in limits)
    size = (x.shape[-1] if end is None else end) - start
    return g.op("Slice", [x, starts, ends, axes, steps], (*x.shape[:-1], size))


def _flat(g: Graph, x: Tensor, batch: Tensor | None, shared: dict[str, Tensor]) -> Tensor:
    """[1, anchors, rows, columns, values] to [1, candidates, values]."""
    _, anchors, rows, columns, values = x.shape
    shape = (1, anchors * rows * columns, values)
    target = np.array([1, -1, values])
    if batch is None:
        sizes = g.constant(target, np.int64)
    else:
        parts = [_vector(g, batch)]
        if g.style.exported:
            if "rest" not in shared:
                shared["rest"] = g.folded("Concat", [-1], np.int64)
            parts += [shared["rest"], shared["values"]]
        sizes = g.op("Concat", parts, (3,), constant=target, axis=0)
    return g.op("Reshape", [x, sizes], shape)
