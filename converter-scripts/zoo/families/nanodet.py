"""NanoDet-Plus: [1, N, classes + 32], scores (sigmoid done), then logits over eight bins per side.

Points are at (x, y) * stride, without half a cell; BGR; strides 8, 16, 32, 64.
"""

from __future__ import annotations

from zoo.families import body, distances
from zoo.families.export import IMAGENET_MEAN, IMAGENET_STD, Export, Family, Preprocessing

_STRIDES = (8, 16, 32, 64)
_BINS = 8
_BGR = Preprocessing(
    resize="stretch", colour="BGR", mean=IMAGENET_MEAN[::-1], std=IMAGENET_STD[::-1]
)


def _build(e: Export) -> None:
    e.opset = 11
    maps = body.pyramid(e, e.image("data"), _STRIDES)
    levels = []
    for i, x in enumerate(maps):
        score = e("Sigmoid", body.scores(e, x, f"cls.{i}", e.classes))
        box = distances.bins(e, x, f"reg.{i}", _BINS)
        joined = e("Concat", score, box, axis=1)
        levels.append(e("Reshape", joined, [1, e.classes + 4 * _BINS, -1]))
    rows = e("Transpose", e("Concat", *levels, axis=2), perm=[0, 2, 1])
    count = sum(x.shape[2] * x.shape[3] for x in maps)
    e.output("output", rows, [1, count, e.classes + 4 * _BINS])


FAMILIES = (Family("nanodet-plus", "[1, N, classes + 32]", "detect", _build, _BGR),)
