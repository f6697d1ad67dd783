"""SSD: priors and a softmax with a background class; a NonMaxSuppression operator in the graph.

Five tails: the selected boxes, scores and classes (classes count from 1); the selected indices
beside all boxes and scores; four outputs padded to 100 rows; mmdeploy's dets and labels; and
torchvision's boxes, scores and labels, best first (labels count from 1).
"""

from __future__ import annotations

import numpy as np

from zoo.families import body
from zoo.families.export import Export, Family, Preprocessing
from zoo.graph import Tensor

_STRIDES = (8, 16, 32)
_ASPECTS = (0.5, 1.0, 2.0)
_ROWS = 100
_SSD = Preprocessing(resize="stretch", mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0))
_CENTRE, _SIZE = 0.1, 0.2  # the variances of the coding


def _priors(e: Export, x: Tensor, stride: int) -> np.ndarray:
    """[cells * aspects, 4] of cx, cy, w, h in 0..1."""
    p = e.preprocessing
    centres = body.cells(x) * stride / np.array([p.width, p.height])
    side = 3.0 * stride / np.array([p.width, p.height])
    sizes = np.array([[a**0.5, a**-0.5] for a in _ASPECTS]) * side
    grid = np.repeat(centres, len(_ASPECTS), axis=0)
    return np.concatenate([grid, np.tile(sizes, (len(centres), 1))], axis=1).astype(np.float32)


def _network(e: Export) -> tuple[Tensor, Tensor, int]:
    """Boxes [1, n, 4] as x1, y1, x2, y2 in 0..1, scores [1, classes, n] without background, n."""
    e.opset = 13
    places, classes, priors = [], [], []
    for x, stride in zip(body.pyramid(e, e.image("input_0"), _STRIDES), _STRIDES, strict=True):
        many = len(_ASPECTS)
        place = body.head(e, x, f"loc.{stride}", 4 * many, 0.0, 1.0)
        places.append(e("Reshape", body.rows(e, place), [1, -1, 4]))
        mean = np.tile(np.array([5.0, *[-0.5] * e.classes]), many)
        score = body.head(e, x, f"conf.{stride}", mean.size, mean, 1.2)
        classes.append(e("Reshape", body.rows(e, score), [1, -1, 1 + e.classes]))
        priors.append(_priors(e, x, stride))
    all_priors = np.concatenate(priors)[None]
    moved = e("Concat", *places, axis=1)
    shift = e("Mul", e.slice(moved, 0, 2, 2), _CENTRE * all_priors[..., 2:])
    centre = e("Add", shift, all_priors[..., :2])
    grown = e("Exp", e("Mul", e.slice(moved, 2, 4, 2), _SIZE))
    half = e("Mul", grown, all_priors[..., 2:] / 2)
    boxes = e("Concat", e("Sub", centre, half), e("Add", centre, half), axis=2)
    shares = e("Softmax", e("Concat", *classes, axis=1), axis=2)
    objects = e.slice(shares, 1, 1 + e.classes, 2)
    return boxes, e("Transpose", objects, perm=[0, 2, 1]), all_priors.shape[1]


def _selected(e: Export, boxes: Tensor, scores: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The indices of the NonMaxSuppression, and each one's box, score and class."""
    kept = e("NonMaxSuppression", boxes, scores, [200], [0.45], [0.05])
    box = e("GatherND", boxes, e("Gather", kept, [0, 2], axis=1))
    return kept, box, e("GatherND", scores, kept), e("Gather", kept, 1, axis=1)


def _detections(e: Export) -> None:
    boxes, scores, _ = _network(e)
    _, box, score, label = _selected(e, boxes, scores)
    e.output("det_boxes", box, ["n", 4])
    e.output("det_scores", score, ["n"])
    e.output("det_classes", e("Add", label, 1), ["n"], "i64")


def _indices(e: Export) -> None:
    boxes, scores, count = _network(e)
    kept = e("NonMaxSuppression", boxes, scores, [200], [0.45], [0.05])
    e.output("boxes", boxes, [1, count, 4])
    e.output("scores", scores, [1, e.classes, count])
    e.output("selected_indices", kept, ["n", 3], "i64")


def _best(e: Export, box: Tensor, score: Tensor, label: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The best 100 rows; missing ones have a score of -1."""
    padded = [
        e("Concat", x, np.full(shape, fill, dtype), axis=0)
        for x, shape, fill, dtype in (
            (box, (_ROWS, 4), 0, np.float32),
            (score, (_ROWS,), -1, np.float32),
            (label, (_ROWS,), 0, np.int64),
        )
    ]
    top, order = e.several("TopK", 2, padded[1], [_ROWS], axis=0)
    return e("Gather", padded[0], order, axis=0), top, e("Gather", padded[2], order, axis=0)


def _four_outputs(e: Export) -> None:
    p = e.preprocessing
    boxes, scores, _ = _network(e)
    _, box, score, label = _selected(e, boxes, scores)
    box, score, label = _best(e, box, score, label)
    sure = e("Cast", e("Greater", score, 0.25), to=6)
    pixels = e("Mul", box, [float(p.width), float(p.height)] * 2)
    count = e("ReduceSum", sure, [0], keepdims=1)
    e.output("num_dets", e("Reshape", count, [1, 1]), [1, 1], "i32")
    e.output("det_boxes", e("Unsqueeze", pixels, [0]), [1, _ROWS, 4])
    e.output("det_scores", e("Unsqueeze", score, [0]), [1, _ROWS])
    e.output("det_classes", e("Unsqueeze", e("Cast", label, to=6), [0]), [1, _ROWS], "i32")


def _dets_and_labels(e: Export) -> None:
    p = e.preprocessing
    boxes, scores, _ = _network(e)
    _, box, score, label = _selected(e, boxes, scores)
    pixels = e("Mul", box, [float(p.width), float(p.height)] * 2)
    rows = e("Concat", pixels, e("Unsqueeze", score, [1]), axis=1)
    e.output("dets", e("Unsqueeze", rows, [0]), [1, "num_dets", 5])
    e.output("labels", e("Unsqueeze", label, [0]), [1, "num_dets"], "i64")


def _torchvision(e: Export) -> None:
    p = e.preprocessing
    boxes, scores, _ = _network(e)
    _, box, score, label = _selected(e, boxes, scores)
    count = e("Min", e("Shape", score), [_ROWS])
    top, order = e.several("TopK", 2, score, count, axis=0)
    pixels = e("Mul", e("Gather", box, order, axis=0), [float(p.width), float(p.height)] * 2)
    e.output("boxes", pixels, ["n", 4])
    e.output("scores", top, ["n"])
    e.output("labels", e("Add", e("Gather", label, order, axis=0), 1), ["n"], "i64")


FAMILIES = (
    Family("ssd", "det_boxes in 0..1, det_scores, det_classes", "detect", _detections, _SSD),
    Family("ssd-indices", "boxes, scores, selected_indices", "detect", _indices, _SSD),
    Family("ssd-four-outputs", "num_dets and 100 padded rows", "detect", _four_outputs, _SSD),
    Family("ssd-mmdeploy", "dets [1, n, 5] and labels", "detect", _dets_and_labels, _SSD),
    Family("ssd-torchvision", "boxes, scores, labels, best first", "detect", _torchvision, _SSD),
)
