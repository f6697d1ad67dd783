"""Classification: [1, classes] of probabilities for a centre crop."""

from __future__ import annotations

from zoo.families import body, tokens, ultralytics
from zoo.families.export import Export, Family, Preprocessing


def _build(e: Export) -> None:
    deepest = body.pyramid(e, e.image(), (32,))[0]
    mean = deepest.activation.mean(axis=(2, 3), keepdims=True)
    shape = (1, deepest.channels, 1, 1)
    pooled = e.graph.op("GlobalAveragePool", [deepest], shape, mean)
    weight, bias = tokens.fitted(e, mean[..., 0, 0][:, None], e.classes, 2.0, 0.0)
    with e.graph.scope("linear"):
        operands = [e.graph.parameter("weight", weight.T), e.graph.parameter("bias", bias)]
        logits = e("Gemm", e("Flatten", pooled), *operands, transB=1)
    e.output("output0", e("Softmax", logits, axis=1), [1, e.classes])
    ultralytics.describe(e, "Classify", stride="1")


FAMILIES = (
    Family(
        "yolov8-cls",
        "YOLOv8, 11 classification: [1, classes]",
        "classify",
        _build,
        Preprocessing(224, 224, "centre-crop"),
        classes=10,
    ),
)
