"""A detector of an ovkit IR in Python, as its documentation of OpenVINO, OpenCV and numpy suggests to write it.

Reads layout, labels and preprocessing from the IR's metadata (docs/ir-metadata.md): raw YOLOv5 heads and PicoDet's
distributions, which are what the figures in docs/performance.md need.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

CONFIDENCE, IOU = 0.25, 0.45


@dataclass(frozen=True)
class Letterboxed:
    """A picture in the network's input, and how to get back from there."""

    pixels: np.ndarray
    ratio_x: float
    ratio_y: float
    left: int
    top: int


class Spec:
    """What the IR says about itself."""

    def __init__(self, ir: Path) -> None:
        section = ET.parse(ir).getroot().find("rt_info/ovkit")
        if section is None:
            raise SystemExit(f"{ir}: it has no section 'ovkit'; make it with ovkit convert")
        values = {child.tag: child.get("value", "") for child in section}
        self.layout = values["layout"]
        self.classes = int(values["classes"])
        self.width, self.height = int(values["input_width"]), int(values["input_height"])
        self.resize = values["resize"]
        self.interpolation = (
            cv2.INTER_CUBIC if values.get("interpolation") == "bicubic" else cv2.INTER_LINEAR
        )
        self.pad = int(values["pad_value"])
        self.rgb = values["input_colour"] == "RGB"
        count = sum(1 for key in values if key.startswith("head_") and key.endswith("_stride"))
        self.strides = [int(values[f"head_{i}_stride"]) for i in range(count)]
        self.outputs = [values[f"head_{i}_output"] for i in range(count)]
        if self.layout == "raw-heads":
            self.anchors = [
                np.array(
                    [[float(n) for n in pair.split(",")] for pair in values[f"head_{i}_anchors"].split()],
                    np.float32,
                )
                for i in range(count)
            ]
        elif self.layout == "distribution-heads":
            self.distances = [values[f"head_{i}_distances"] for i in range(count)]
            self.bins = int(values["bins"])
            self.offset = float(values["cell_offset"])
        else:
            raise SystemExit(f"{ir}: layout {self.layout}, expected raw-heads or distribution-heads")

    def names(self) -> list[str]:
        """The outputs in the order in which decoding takes them."""
        return self.outputs + (self.distances if self.layout == "distribution-heads" else [])


def letterbox(spec: Spec, picture: np.ndarray) -> Letterboxed:
    h, w = picture.shape[:2]
    if spec.resize == "stretch":
        pixels = cv2.resize(picture, (spec.width, spec.height), interpolation=spec.interpolation)
        return Letterboxed(pixels, spec.width / w, spec.height / h, 0, 0)
    ratio = min(spec.width / w, spec.height / h)
    new_w, new_h = round(w * ratio), round(h * ratio)
    centred = spec.resize == "centre"
    left = round((spec.width - new_w) / 2 - 0.1) if centred else 0
    top = round((spec.height - new_h) / 2 - 0.1) if centred else 0
    resized = cv2.resize(picture, (new_w, new_h), interpolation=spec.interpolation)
    pixels = cv2.copyMakeBorder(
        resized,
        top,
        spec.height - new_h - top,
        left,
        spec.width - new_w - left,
        cv2.BORDER_CONSTANT,
        value=(spec.pad,) * 3,
    )
    return Letterboxed(pixels, ratio, ratio, left, top)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def raw_heads(spec: Spec, heads: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres and sizes, scores, and classes of all candidates that pass the threshold."""
    rows = []
    for y, stride, anchors in zip(heads, spec.strides, spec.anchors):
        if y.ndim == 4:
            _, channels, h, w = y.shape
            y = y.reshape(len(anchors), channels // len(anchors), h, w).transpose(0, 2, 3, 1)
        else:
            _, _, h, w, _ = y.shape
            y = y[0]
        y = sigmoid(y)
        grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), 2)[None]
        y[..., :2] = (y[..., :2] * 2 - 0.5 + grid) * stride
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * anchors[:, None, None]
        rows.append(y.reshape(-1, y.shape[-1]))
    table = np.concatenate(rows)
    table = table[table[:, 4] >= CONFIDENCE]
    label = table[:, 5:].argmax(1)
    score = table[:, 4] * table[np.arange(len(table)), 5 + label]
    keep = score >= CONFIDENCE
    return table[keep, :4], score[keep], label[keep]


def distributions(spec: Spec, tensors: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of PicoDet: the distance of a side is the mean of its softmax."""
    boxes, scores, labels = [], [], []
    count = len(spec.strides)
    for stride, score, sides in zip(spec.strides, tensors[:count], tensors[count:]):
        columns = -(-spec.width // stride)
        best = score[0].argmax(1)
        top = score[0][np.arange(len(best)), best]
        cells = np.flatnonzero(top >= CONFIDENCE)
        bins = sides[0][cells].reshape(len(cells), 4, spec.bins)
        bins = np.exp(bins - bins.max(2, keepdims=True))
        distance = (bins / bins.sum(2, keepdims=True)) @ np.arange(spec.bins) * stride
        x = (cells % columns + spec.offset) * stride
        y = (cells // columns + spec.offset) * stride
        left, right = x - distance[:, 0], x + distance[:, 2]
        upper, lower = y - distance[:, 1], y + distance[:, 3]
        boxes.append(
            np.stack(((left + right) / 2, (upper + lower) / 2, right - left, lower - upper), 1)
        )
        scores.append(top[cells])
        labels.append(best[cells])
    return np.concatenate(boxes), np.concatenate(scores), np.concatenate(labels)


def suppress(
    shape: Letterboxed, boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray
) -> list[tuple[float, ...]]:
    """Boxes in pixels of the picture: x, y, width, height, score, class."""
    if not len(boxes):
        return []
    ratio = np.array([shape.ratio_x, shape.ratio_y])
    size = boxes[:, 2:4] / ratio
    corner = (boxes[:, :2] - [shape.left, shape.top]) / ratio - size / 2
    chosen = cv2.dnn.NMSBoxesBatched(
        np.concatenate((corner, size), 1).tolist(), scores.tolist(), labels.tolist(), CONFIDENCE, IOU
    )
    return [
        (*map(float, corner[i]), *map(float, size[i]), float(scores[i]), int(labels[i]))
        for i in np.asarray(chosen).reshape(-1)
    ]


def decode(spec: Spec, shape: Letterboxed, tensors: list[np.ndarray]) -> list[tuple[float, ...]]:
    found = (raw_heads if spec.layout == "raw-heads" else distributions)(spec, tensors)
    return suppress(shape, *found)


def frames(film: str) -> Iterator[np.ndarray]:
    """Yields the frames of a film to its end."""
    capture = cv2.VideoCapture(film)
    while True:
        whole, frame = capture.read()
        if not whole:
            return
        yield frame
