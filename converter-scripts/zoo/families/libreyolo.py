"""LibreYOLO: boxes as x1, y1, x2, y2 in pixels in one output; metadata names the family.

YOLO9 has [1, 4 + classes, N] and a letterbox at the top left; RTMDet and PicoDet have
[batch, N, 4 + classes]. RTMDet is BGR and its points are at the corners of the cells. PP-YOLOE has
boxes and scores apart, coarse cells first.
"""

from __future__ import annotations

import json

from zoo.families import body, distances, picodet, yolov8
from zoo.families.export import IMAGENET_MEAN, IMAGENET_STD, Export, Family, Preprocessing

_TOP_LEFT = Preprocessing(resize="letterbox-top-left")
_TOP_LEFT_BGR = Preprocessing(
    resize="letterbox-top-left", colour="BGR", mean=IMAGENET_MEAN[::-1], std=IMAGENET_STD[::-1]
)
_NAMES = ("bolt", "nut", "washer", "gear")


def _describe(e: Export, family: str, size: str, dynamic: bool = False) -> None:
    p = e.preprocessing
    count = str(e.classes)
    e.metadata |= {
        "schema_version": "1.0",
        "libreyolo_version": "1.6.0",
        "model_family": family,
        "size": size,
        "model_size": size,
        "task": e.family.task,
        "supported_tasks": '["detect"]',
        "default_task": "detect",
        "nc": count,
        "nb_classes": count,
        "names": json.dumps({str(i): name for i, name in enumerate(_NAMES)}),
        "imgsz": str(max(p.width, p.height)),
        "imgsz_h": str(p.height),
        "imgsz_w": str(p.width),
        "dynamic": str(dynamic),
        "precision": "fp32",
        "half": "False",
        "segmentation": "false",
        "obb": "false",
    }


def _yolo9(e: Export) -> None:
    e.opset = 13
    found = yolov8.columns(e, e.image(), corners=True)
    joined = e("Concat", found.boxes, found.scores, axis=1)
    e.output("output", joined, [1, 4 + e.classes, yolov8.cells(found.maps)])
    _describe(e, "yolo9", "t")


def _rtmdet(e: Export) -> None:
    strides = (8, 16, 32)
    maps = body.pyramid(e, e.image(batch="batch"), strides)
    apart, scores = [], []
    for i, x in enumerate(maps):
        # The exponential keeps distances positive; they are in cells.
        logits = body.head(e, x, f"rtm_reg.{i}", 4, 0.5, 0.4)
        apart.append(body.rows(e, e.graph.op("Exp", [logits], logits.shape), 0))
        scores.append(body.rows(e, body.scores(e, x, f"rtm_cls.{i}", e.classes), 0))
    pixels = e("Mul", e("Concat", *apart, axis=1), distances.strides_of_cells(maps, strides)[None])
    points = distances.centres(maps, 0.0) * distances.strides_of_cells(maps, strides)
    boxes = distances.boxes(e, pixels, points, corners=True, axis=2)
    joined = e("Concat", boxes, e("Sigmoid", e("Concat", *scores, axis=1)), axis=2)
    e.output("output", joined, ["batch", yolov8.cells(maps), 4 + e.classes])
    _describe(e, "rtmdet", "t", dynamic=True)


def _picodet(e: Export) -> None:
    e.opset = 13
    boxes, scores, count = picodet.boxes_and_scores(e, e.image(), picodet.STRIDES, picodet.BINS)
    joined = e("Concat", boxes, e("Transpose", scores, perm=[0, 2, 1]), axis=2)
    e.output("output", joined, [1, count, 4 + e.classes])
    _describe(e, "picodet", "s")


def _ppyoloe(e: Export) -> None:
    e.opset = 13
    boxes, scores, count = picodet.boxes_and_scores(e, e.image(), (32, 16, 8), 17)
    e.output("boxes", boxes, [1, count, 4])
    e.output("scores", e("Transpose", scores, perm=[0, 2, 1]), [1, count, e.classes])
    _describe(e, "ppyoloe", "s")


FAMILIES = (
    Family("libreyolo-yolo9", "[1, 4 + classes, N], x1, y1, x2, y2", "detect", _yolo9, _TOP_LEFT),
    Family("libreyolo-rtmdet", "[batch, N, 4 + classes], BGR", "detect", _rtmdet, _TOP_LEFT_BGR),
    Family("libreyolo-picodet", "[1, N, 4 + classes]", "detect", _picodet, picodet.IMAGENET),
    Family("libreyolo-ppyoloe", "boxes and scores apart", "detect", _ppyoloe, picodet.IMAGENET),
)
