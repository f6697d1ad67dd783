"""PicoDet: four levels, a distribution over eight bins for each side; and PaddleDetection's tails.

Raw: four scores [1, cells, classes] (sigmoid done), then four distances [1, cells, 32] of logits.
With post-processing: a second input scale_factor (y, x); [n, 6] of class, score, x1, y1, x2, y2 in
pixels of the picture, and a count. PP-YOLOE has the same tails.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.families import body, distances
from zoo.families.export import IMAGENET_MEAN, IMAGENET_STD, Export, Family, Preprocessing
from zoo.graph import Tensor

STRIDES = (8, 16, 32, 64)
BINS = 8
IMAGENET = Preprocessing(resize="stretch", mean=IMAGENET_MEAN, std=IMAGENET_STD)
PLAIN = Preprocessing(resize="stretch")

_KEPT = 100
_SCORE, _IOU = 0.025, 0.6


def level(e: Export, x: Tensor, index: int, bins: int) -> tuple[Tensor, Tensor]:
    """One level's scores [1, cells, classes] and logits of distances [1, cells, 4 * bins]."""
    score = e("Sigmoid", body.rows(e, body.scores(e, x, f"gfl_cls.{index}", e.classes)))
    return score, body.rows(e, distances.bins(e, x, f"gfl_reg.{index}", bins))


def pixels(e: Export, logits: Tensor, x: Tensor, stride: int, bins: int) -> Tensor:
    """One level's boxes [1, cells, 4] as x1, y1, x2, y2 in pixels of the input."""
    apart = e("Reshape", logits, [1, -1, 4, bins])
    weight = (np.arange(bins, dtype=np.float32) * stride).reshape(bins, 1)
    mean = e("Reshape", e("MatMul", e("Softmax", apart, axis=3), weight), [1, -1, 4])
    return distances.boxes(e, mean, body.cells(x) * stride, corners=True, axis=2)


def boxes_and_scores(
    e: Export, image: Tensor, strides: Sequence[int], bins: int
) -> tuple[Tensor, Tensor, int]:
    """Boxes [1, n, 4] in pixels of the input, scores with the classes first [1, classes, n], n."""
    maps = body.pyramid(e, image, sorted(strides))
    maps = [maps[sorted(strides).index(stride)] for stride in strides]
    levels = [level(e, x, i, bins) for i, x in enumerate(maps)]
    boxes = [
        pixels(e, logits, x, stride, bins)
        for (_, logits), x, stride in zip(levels, maps, strides, strict=True)
    ]
    scores = e("Concat", *[score for score, _ in levels], axis=1)
    count = sum(x.shape[2] * x.shape[3] for x in maps)
    return e("Concat", *boxes, axis=1), e("Transpose", scores, perm=[0, 2, 1]), count


def suppressed(e: Export, boxes: Tensor, scores: Tensor) -> None:
    """The tail that suppresses, for each class, and gives the best rows of all classes."""
    factor = e.input("scale_factor", "f32", [1, 2])
    scale = e("Reshape", e("Gather", factor, [1, 0, 1, 0], axis=1), [1, 1, 4])
    mapped = e("Div", boxes, scale)
    kept = e("NonMaxSuppression", mapped, scores, [1000], [_IOU], [_SCORE])
    values = e("GatherND", scores, kept)
    count = e("Min", e("Shape", values), [_KEPT])
    score, order = e.several("TopK", 2, values, count, axis=0)
    chosen = e("Gather", kept, order, axis=0)
    box = e("GatherND", mapped, e("Gather", chosen, [0, 2], axis=1))
    label = e("Cast", e("Gather", chosen, [1], axis=1), to=1)
    rows = e("Concat", label, e("Unsqueeze", score, [1]), box, axis=1)
    e.output("multiclass_nms3_0.tmp_0", rows, ["n", 6])
    e.output("multiclass_nms3_0.tmp_2", e("Cast", count, to=6), [1], "i32")


def paddle(e: Export, opset: int = 13) -> Tensor:
    """The input of a model that Paddle2ONNX writes."""
    e.producer = "PaddlePaddle"
    e.opset = opset
    return e.image("image")


def _raw(e: Export) -> None:
    maps = body.pyramid(e, paddle(e, 11), STRIDES)
    levels = [level(e, x, i, BINS) for i, x in enumerate(maps)]
    for column, width in enumerate((e.classes, 4 * BINS)):
        for i, x in enumerate(maps):
            name = f"transpose_{2 * i + column}.tmp_0"
            e.output(name, levels[i][column], [1, x.shape[2] * x.shape[3], width])


def _post(e: Export) -> None:
    boxes, scores, _ = boxes_and_scores(e, paddle(e), STRIDES, BINS)
    suppressed(e, boxes, scores)


def _without_suppression(e: Export) -> None:
    boxes, scores, count = boxes_and_scores(e, paddle(e), STRIDES, BINS)
    e.output("tmp_16", boxes, [1, count, 4])
    e.output("concat_4.tmp_0", scores, [1, e.classes, count])


FAMILIES = (
    Family("picodet", "four scores, then four distances", "detect", _raw, IMAGENET),
    Family("picodet-post", "[n, 6] and a count; scale_factor", "detect", _post, IMAGENET),
    Family(
        "picodet-no-nms",
        "boxes [1, n, 4] and scores [1, classes, n]",
        "detect",
        _without_suppression,
        IMAGENET,
    ),
)
