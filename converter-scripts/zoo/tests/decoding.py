"""Decodes every family's outputs in numpy, from what is known of its format."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from zoo.families.export import Preprocessing

Outputs = dict[str, NDArray]


class Found(NamedTuple):
    """Candidates before any suppression: x1, y1, x2, y2 in pixels of the input, and scores."""

    boxes: NDArray  # [n, 4]
    scores: NDArray  # [n, classes]


def sigmoid(x: NDArray) -> NDArray:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def corners(boxes: NDArray) -> NDArray:
    """cx, cy, w, h as x1, y1, x2, y2."""
    return np.concatenate(
        [boxes[..., :2] - boxes[..., 2:4] / 2, boxes[..., :2] + boxes[..., 2:4] / 2], axis=-1
    )


def one_hot(scores: NDArray, labels: NDArray, classes: int) -> NDArray:
    """A row for each detection, with its score in the column of its class."""
    table = np.zeros((len(scores), classes))
    table[np.arange(len(scores)), labels.astype(int)] = scores
    return table


def _scale(p: Preprocessing) -> NDArray:
    return np.array([p.width, p.height] * 2)


# Ultralytics


def columns(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output0"][0].T
    return Found(corners(rows[:, :4]), rows[:, 4 : 4 + classes])


def transposed(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output0"][0]
    return Found(corners(rows[:, :4]), rows[:, 4:])


def normalised(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    found = columns(outputs, p, classes)
    return Found(found.boxes * _scale(p), found.scores)


def rows_of_six(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output0"][0]
    rows = rows[rows[:, 4] > 0]  # zero rows are padding
    return Found(rows[:, :4], one_hot(rows[:, 4], rows[:, 5], classes))


def rotated_rows(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    found = rows_of_six(outputs, p, classes)
    return Found(corners(found.boxes), found.scores)


def classified(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    return Found(_scale(p)[None] * [0.0, 0.0, 1.0, 1.0], outputs["output0"])


# Transformers


def original_detr(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    """Its boxes are in pixels of the picture, which the tests give as the size of the input."""
    labels, scores = outputs["labels"][0], outputs["scores"][0]
    return Found(outputs["boxes"][0], one_hot(scores, labels, classes))


def hugging_face(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    return Found(corners(outputs["pred_boxes"][0]) * _scale(p), sigmoid(outputs["logits"][0]))


def rf_detr(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    return Found(corners(outputs["dets"][0]) * _scale(p), sigmoid(outputs["labels"][0]))


def unit_columns(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output0"][0]
    return Found(corners(rows[:, :4]) * _scale(p), rows[:, 4:])


def unit_rows(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    found = rows_of_six(outputs, p, classes)
    return Found(corners(found.boxes) * _scale(p), found.scores)


# Distributions


def distributed(logits: NDArray, points: NDArray, stride: int) -> NDArray:
    """Boxes from logits [n, 4 * bins] at points in cells."""
    apart = logits.reshape(len(logits), 4, -1).astype(np.float64)
    shares = np.exp(apart - apart.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    sides = shares @ np.arange(apart.shape[-1])
    return np.concatenate([points - sides[:, :2], points + sides[:, 2:]], axis=1) * stride


def grid(p: Preprocessing, stride: int, offset: float) -> NDArray:
    axes = np.meshgrid(np.arange(p.width // stride), np.arange(p.height // stride))
    return np.stack(axes, axis=-1).reshape(-1, 2) + offset


def picodet(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    arrays = list(outputs.values())
    boxes = [
        distributed(logits[0], grid(p, stride, 0.5), stride)
        for logits, stride in zip(arrays[4:], (8, 16, 32, 64), strict=True)
    ]
    return Found(np.concatenate(boxes), np.concatenate([a[0] for a in arrays[:4]]))


def nanodet(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output"][0]
    boxes, start = [], 0
    for stride in (8, 16, 32, 64):
        points = grid(p, stride, 0.0)
        part = rows[start : start + len(points), classes:]
        boxes.append(distributed(part, points, stride))
        start += len(points)
    return Found(np.concatenate(boxes), rows[:, :classes])


def paddle_post(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["multiclass_nms3_0.tmp_0"]
    assert outputs["multiclass_nms3_0.tmp_2"].tolist() == [len(rows)]
    return Found(rows[:, 2:], one_hot(rows[:, 1], rows[:, 0], classes))


def classes_first(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    boxes, scores = outputs.values()
    return Found(boxes[0], scores[0].T)


def apart(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    boxes, scores = outputs.values()
    return Found(boxes[0], scores[0])


# LibreYOLO


def corner_columns(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output"][0].T
    return Found(rows[:, :4], rows[:, 4:])


def corner_rows(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output"][0]
    return Found(rows[:, :4], rows[:, 4:])


# Objectness


def with_objectness(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    (array,) = outputs.values()
    rows = array[0]
    return Found(corners(rows[:, :4]), rows[:, 4:5] * rows[:, 5:])


V7 = ((12, 16, 19, 36, 40, 28), (36, 75, 76, 55, 72, 146), (142, 110, 192, 243, 459, 401))
V3 = ((10, 13, 16, 30, 33, 23), (30, 61, 62, 45, 59, 119), (116, 90, 156, 198, 373, 326))


def yolov7(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    boxes, scores = [], []
    for values, stride, anchors in zip(outputs.values(), (8, 16, 32), V7, strict=True):
        s = sigmoid(values[0].reshape(3, -1, 5 + classes))
        centre = (s[..., :2] * 2 - 0.5 + grid(p, stride, 0.0)) * stride
        size = (s[..., 2:4] * 2) ** 2 * np.reshape(anchors, (3, 1, 2))
        boxes.append(corners(np.concatenate([centre, size], axis=-1)).reshape(-1, 4))
        scores.append((s[..., 4:5] * s[..., 5:]).reshape(-1, classes))
    return Found(np.concatenate(boxes), np.concatenate(scores))


def yolov7_end_to_end(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["output"]
    return Found(rows[:, 1:5], one_hot(rows[:, 6], rows[:, 5], classes))


def yolov3(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    boxes, scores = [], []
    for values, stride, anchors in zip(outputs.values(), (32, 16, 8), V3[::-1], strict=True):
        raw = values[0].reshape(3, 5 + classes, -1).transpose(0, 2, 1).astype(np.float64)
        centre = (sigmoid(raw[..., :2]) + grid(p, stride, 0.0)) * stride
        size = np.exp(raw[..., 2:4]) * np.reshape(anchors, (3, 1, 2))
        sure = sigmoid(raw[..., 4:])
        boxes.append(corners(np.concatenate([centre, size], axis=-1)).reshape(-1, 4))
        scores.append((sure[..., :1] * sure[..., 1:]).reshape(-1, classes))
    return Found(np.concatenate(boxes), np.concatenate(scores))


def yolov4(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    return Found(outputs["boxes"][0, :, 0] * _scale(p), outputs["confs"][0])


# SSD


def ssd(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    labels = outputs["det_classes"] - 1  # 0 is the background
    return Found(outputs["det_boxes"] * _scale(p), one_hot(outputs["det_scores"], labels, classes))


def ssd_indices(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    _, label, box = outputs["selected_indices"].T
    scores = outputs["scores"][0][label, box]
    return Found(outputs["boxes"][0][box] * _scale(p), one_hot(scores, label, classes))


def ssd_four_outputs(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    count = outputs["num_dets"][0, 0]
    scores, labels = (outputs[name][0, :count] for name in ("det_scores", "det_classes"))
    return Found(outputs["det_boxes"][0, :count], one_hot(scores, labels, classes))


def dets_and_labels(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    rows = outputs["dets"][0]
    return Found(rows[:, :4], one_hot(rows[:, 4], outputs["labels"][0], classes))


def torchvision(outputs: Outputs, p: Preprocessing, classes: int) -> Found:
    labels = outputs["labels"] - 1  # 0 is the background
    return Found(outputs["boxes"], one_hot(outputs["scores"], labels, classes))


Decoder = Callable[[Outputs, Preprocessing, int], Found]

DECODERS: dict[str, Decoder] = {
    **dict.fromkeys(
        (
            "yolov8",
            "yolov8-p2",
            "yolov8-p6",
            "yolov8-two-heads",
            "yolov8-batch4",
            "yolov8-u8-nhwc",
            "yolov8-imagenet-inside",
            "yolov8-norm-inside",
            "yolov8-f16",
            "yolov8-grey",
            "yolov8-dynamic",
            "yolov8-int8",
            "yolov8-int8-operators",
            "yolov8-seg",
            "yolov8-pose",
            "yolov8-obb",
            "yolo26-raw",
            "yolo26-seg-raw",
            "yolo26-pose-raw",
            "yolo26-obb-raw",
        ),
        columns,
    ),
    "yolov8-transposed": transposed,
    "yolov8-normalised": normalised,
    **dict.fromkeys(
        (
            "yolo26",
            "yolo26-dynamic",
            "yolov10",
            "yolov8-nms",
            "yolov8-seg-nms",
            "yolov8-pose-nms",
            "yolo26-seg",
            "yolo26-pose",
        ),
        rows_of_six,
    ),
    **dict.fromkeys(("yolo26-obb", "yolov8-obb-nms"), rotated_rows),
    **dict.fromkeys(("yolov8-cls", "yolo26-cls"), classified),
    "rtdetr": original_detr,
    "hf-rtdetr": hugging_face,
    "rfdetr": rf_detr,
    "ultralytics-rtdetr": unit_columns,
    "ultralytics-rtdetr-rows": unit_rows,
    "picodet": picodet,
    "picodet-post": paddle_post,
    "picodet-no-nms": classes_first,
    "ppyoloe-post": paddle_post,
    "ppyoloe-plus": classes_first,
    "nanodet-plus": nanodet,
    "yolo-nas": apart,
    "libreyolo-yolo9": corner_columns,
    "libreyolo-rtmdet": corner_rows,
    "libreyolo-picodet": corner_rows,
    "libreyolo-ppyoloe": apart,
    "yolov6": with_objectness,
    "yolov7": yolov7,
    "yolov7-flat": with_objectness,
    "yolov7-end2end": yolov7_end_to_end,
    "yolov3": yolov3,
    "yolov4": yolov4,
    "ssd": ssd,
    "ssd-indices": ssd_indices,
    "ssd-four-outputs": ssd_four_outputs,
    "ssd-mmdeploy": dets_and_labels,
    "ssd-torchvision": torchvision,
}
