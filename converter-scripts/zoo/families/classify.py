"""Classification: [1, classes] of probabilities for a centre crop."""

from __future__ import annotations

from dataclasses import replace

from zoo import blocks
from zoo.families import body, tokens, ultralytics
from zoo.families.export import Export, Family, Preprocessing
from zoo.graph import Tensor

_WIDE = 96  # channels that YOLO26 pools


def _pooled(e: Export, x: Tensor, spread: float) -> None:
    """The end of both: a mean over the picture, a linear layer, and a softmax."""
    mean = x.activation.mean(axis=(2, 3), keepdims=True)
    pooled = e.graph.op("GlobalAveragePool", [x], (1, x.channels, 1, 1), mean)
    weight, bias = tokens.fitted(e, mean[..., 0, 0][:, None], e.classes, spread, 0.0)
    with e.graph.scope("linear"):
        operands = [e.graph.parameter("weight", weight.T), e.graph.parameter("bias", bias)]
        logits = e("Gemm", e("Flatten", pooled), *operands, transB=1)
    e.output("output0", e("Softmax", logits, axis=1), [1, e.classes])
    ultralytics.describe(e, "Classify", stride="1")


def _build(e: Export) -> None:
    _pooled(e, body.pyramid(e, e.image(), (32,))[0], 2.0)


def _attended(e: Export, x: Tensor) -> Tensor:
    """The deepest map, each cell of which has looked at all others."""
    cells = tokens.tokens(e, [x])
    seen = tokens.add(e, cells, tokens.attention(e, cells, cells, "attn", x.channels))
    turned = e("Transpose", seen, perm=[0, 2, 1])
    values = seen.activation.swapaxes(1, 2).reshape(x.activation.shape)
    return replace(e("Reshape", turned, list(x.shape)), shape=x.shape, probe=values)


def _build_26(e: Export) -> None:
    """YOLO26: attention over the deepest map, and a wide 1x1 convolution before the mean."""
    deepest = _attended(e, body.pyramid(e, e.image(), (32,))[0])
    with e.graph.scope("head"):
        _pooled(e, blocks.conv(e.graph, deepest, _WIDE), 4.0)


_PICTURE = Preprocessing(224, 224, "centre-crop")

FAMILIES = (
    Family(
        "yolov8-cls",
        "YOLOv8, 11 classification: [1, classes]",
        "classify",
        _build,
        _PICTURE,
        classes=10,
    ),
    Family("yolo26-cls", "the same of YOLO26", "classify", _build_26, _PICTURE, classes=10),
)
