"""Detection transformers: RT-DETR, D-FINE, DEIM, RF-DETR, in each form in which they are exported.

All start from the same network: tokens of two maps, of which the best become queries, one decoder
layer, logits, and boxes cx, cy, w, h in 0..1 that correct the query's own cell.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from zoo.families import body, tokens, ultralytics
from zoo.families.end_to_end import gathered
from zoo.families.export import IMAGENET_MEAN, IMAGENET_STD, Export, Family, Preprocessing
from zoo.graph import Tensor

QUERIES = 50
_WIDTH = 32
_STRETCHED = Preprocessing(resize="stretch")
_IMAGENET = Preprocessing(resize="stretch", mean=IMAGENET_MEAN, std=IMAGENET_STD)


class Found(NamedTuple):
    """The decoder's outputs for each query."""

    logits: Tensor  # [1, queries, classes]
    change: Tensor  # [1, queries, 4], of the reference
    reference: Tensor  # [1, queries, 4], logits of a box

    def boxes(self, e: Export) -> Tensor:
        """cx, cy, w, h in 0..1."""
        return e("Sigmoid", e("Add", self.change, self.reference))


def decoded(e: Export, image: Tensor, mean: float = -3.5) -> Found:
    """The network."""
    maps = body.pyramid(e, image, (16, 32))
    narrow = [body.head(e, x, f"input_proj.{i}", _WIDTH, 0.0, 1.0) for i, x in enumerate(maps)]
    memory = tokens.layer_norm(e, tokens.tokens(e, narrow), "enc_output")
    scores = tokens.linear(e, memory, "enc_score_head", e.classes, 1.5, mean)
    best = e("ReduceMax", scores, axes=[-1], keepdims=0)
    _, index = e.several("TopK", 2, best, [QUERIES], axis=1)
    reference = gathered(e, e.constant(_references(maps)[None]), index, 4)
    x = _with(gathered(e, memory, index, _WIDTH), memory)
    with e.graph.scope("decoder"):
        x = _residual(e, x, tokens.attention(e, x, x, "self_attn", _WIDTH), "norm1")
        x = _residual(e, x, tokens.attention(e, x, memory, "cross_attn", _WIDTH), "norm2")
        wide = tokens.relu(e, tokens.linear(e, x, "linear1", 2 * _WIDTH, 1.0))
        x = _residual(e, x, tokens.linear(e, wide, "linear2", _WIDTH, 0.5), "norm3")
        logits = tokens.linear(e, x, "score_head", e.classes, 1.5, mean)
        change = tokens.linear(e, x, "bbox_head", 4, 0.5)
    return Found(logits, change, reference)


def _with(x: Tensor, like: Tensor) -> Tensor:
    """Chosen tokens; on the probe, all of them are chosen."""
    return Tensor(x.name, x.shape, like.probe, node=x.node)


def _residual(e: Export, x: Tensor, change: Tensor, name: str) -> Tensor:
    return tokens.layer_norm(e, tokens.add(e, x, change), name)


def _references(maps: list[Tensor]) -> np.ndarray:
    """Logits of a box at each cell: its centre, and a size that grows with the stride."""
    boxes = []
    for level, x in enumerate(maps):
        rows, columns = x.shape[2:4]
        centres = body.cells(x) / np.array([columns, rows], np.float32)
        boxes.append(np.concatenate([centres, np.full_like(centres, 0.15 * 2**level)], axis=1))
    joined = np.concatenate(boxes)
    return np.log(joined / (1 - joined)).astype(np.float32)


def corners(e: Export, boxes: Tensor) -> Tensor:
    """[1, n, 4] of cx, cy, w, h as x1, y1, x2, y2."""
    centre, half = e.slice(boxes, 0, 2, 2), e("Mul", e.slice(boxes, 2, 4, 2), 0.5)
    return e("Concat", e("Sub", centre, half), e("Add", centre, half), axis=2)


def _original(e: Export) -> None:
    image = e.image()
    sizes = e.input("orig_target_sizes", "i64", [1, 2])
    found = decoded(e, image)
    scale = e("Cast", e("Unsqueeze", e("Tile", sizes, [1, 2]), [1]), to=1)
    pixels = e("Mul", corners(e, found.boxes(e)), scale)
    score, query, label = _best(e, found.logits)
    e.output("labels", label, [1, QUERIES], "i64")
    e.output("boxes", gathered(e, pixels, query, 4), [1, QUERIES, 4])
    e.output("scores", score, [1, QUERIES])


def _best(e: Export, logits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The best pairs of query and class: scores, queries and classes."""
    flat = e("Flatten", e("Sigmoid", logits))
    score, pair = e.several("TopK", 2, flat, [QUERIES], axis=1)
    query = e("Div", pair, e.classes)
    return score, query, e("Sub", pair, e("Mul", query, e.classes))


def _hugging_face(e: Export) -> None:
    found = decoded(e, e.image("pixel_values"))
    e.output("logits", found.logits, [1, QUERIES, e.classes])
    e.output("pred_boxes", found.boxes(e), [1, QUERIES, 4])


def _rf_detr(e: Export) -> None:
    """Here a box is moved by parts of the reference's size, and grows by an exponential."""
    found = decoded(e, e.image("input"), mean=-5.5)
    reference = e("Sigmoid", found.reference)
    size = e.slice(reference, 2, 4, 2)
    shift = e("Mul", e.slice(found.change, 0, 2, 2), size)
    centre = e("Add", shift, e.slice(reference, 0, 2, 2))
    grown = e("Mul", e("Exp", e.slice(found.change, 2, 4, 2)), size)
    e.output("dets", e("Concat", centre, grown, axis=2), [1, QUERIES, 4])
    e.output("labels", found.logits, [1, QUERIES, e.classes])


def _ultralytics(e: Export) -> None:
    found = decoded(e, e.image())
    joined = e("Concat", found.boxes(e), e("Sigmoid", found.logits), axis=2)
    e.output("output0", joined, [1, QUERIES, 4 + e.classes])
    ultralytics.describe(e, "RTDETRDecoder")


def _ultralytics_rows(e: Export) -> None:
    found = decoded(e, e.image())
    score, query, label = _best(e, found.logits)
    boxes = gathered(e, found.boxes(e), query, 4)
    columns = [e("Unsqueeze", x, [2]) for x in (score, e("Cast", label, to=1))]
    rows = e("Concat", boxes, *columns, axis=2)
    e.output("output0", rows, [1, QUERIES, 6])
    ultralytics.describe(e, "RTDETRDecoder")


FAMILIES = (
    Family("rtdetr", "labels, boxes, scores; orig_target_sizes", "detect", _original, _STRETCHED),
    Family("hf-rtdetr", "logits and pred_boxes", "detect", _hugging_face, _STRETCHED),
    Family("rfdetr", "dets and labels, 91 columns", "detect", _rf_detr, _IMAGENET, classes=91),
    Family(
        "ultralytics-rtdetr",
        "[1, queries, 4 + classes], boxes in 0..1",
        "detect",
        _ultralytics,
        _STRETCHED,
    ),
    Family(
        "ultralytics-rtdetr-rows",
        "[1, queries, 6]: cx, cy, w, h in 0..1, score, class",
        "detect",
        _ultralytics_rows,
        _STRETCHED,
    ),
)
