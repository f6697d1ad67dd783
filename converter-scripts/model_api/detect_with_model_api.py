"""Reads an IR with OpenVINO's Model API and prints what it finds and what reaches the network.

    python detect_with_model_api.py --ir model.xml --image bus.jpg

Prints one JSON object: versions, the wrapper and its parameters, and for each picture the boxes
(x1, y1, x2, y2 in pixels of the picture) and the difference at the input of the first convolution
between the Model API and the plain IR, which gets the same letterboxed bytes (BGR, 0..255).
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
import cv2
import numpy as np
import openvino as ov
from model_api.adapters import OpenvinoAdapter
from model_api.models import DetectionModel, Model

from answer import answer, existing, parser
from letterbox import letterboxed

PARAMETERS = (
    "labels",
    "reverse_input_channels",
    "mean_values",
    "scale_values",
    "resize_type",
    "pad_value",
    "confidence_threshold",
    "iou_threshold",
    "orig_width",
    "orig_height",
)
# Some CPUs compute in bf16 unless told otherwise.
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def opened(ir: Path, confidence: float | None) -> Any:
    existing(ir)
    configuration = {} if confidence is None else {"confidence_threshold": confidence}
    try:
        adapter = OpenvinoAdapter(ov.Core(), str(ir), device="CPU", plugin_config=F32)
        model = Model.create_model(adapter, configuration=configuration)
    except Exception as error:
        raise ValueError(f"{ir}: the Model API cannot load it: {one_line(error)}") from error
    if not isinstance(model, DetectionModel):
        raise ValueError(f"{ir}: not a detector; the Model API reads it as {type(model).__name__}")
    return model


def one_line(error: Exception) -> str:
    text = str(error).strip() or repr(error)
    return f"{type(error).__name__}: {text.splitlines()[-1]}"


def read_picture(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    if picture is None:
        raise ValueError(f"{path}: unreadable picture")
    return picture


def detections(model: Any, picture: np.ndarray) -> list[dict[str, Any]]:
    try:
        result = model(picture)
    except Exception as error:
        name = type(model).__name__
        raise ValueError(f"the Model API's {name} fails on a picture: {one_line(error)}") from error
    return [
        {
            "class": int(label),
            "label": model.get_label_name(int(label)),
            "score": float(score),
            "box": [float(side) for side in box],
        }
        for box, score, label in zip(result.bboxes, result.scores, result.labels, strict=True)
    ]


def first_convolution(model: ov.Model) -> ov.Node:
    for node in model.get_ordered_ops():
        if node.get_type_name() in ("Convolution", "GroupConvolution"):
            return node
    raise ValueError("the IR has no convolution")


def probe(model: ov.Model) -> Any:
    """Compiles a copy that returns the input of its first convolution."""
    copy = model.clone()
    reads = first_convolution(copy).input_value(0)
    cut = ov.Model([ov.opset13.result(reads)], copy.get_parameters(), "probe")
    return ov.Core().compile_model(cut, "CPU", F32)


def input_difference(theirs: Any, plain: Any, model: Any, picture: np.ndarray) -> dict[str, Any]:
    width, height = model.params.orig_width, model.params.orig_height
    same_size = picture.shape[:2] == (height, width)
    bytes_ = letterboxed(picture, width, height, model.params.resize_type, model.params.pad_value)
    one = theirs(picture[None])[0]
    other = plain(bytes_.transpose(2, 0, 1)[None].astype(np.float32))[0]
    difference = np.abs(one.astype(np.float64) - other)
    return {
        "shape": list(one.shape),
        "picture_has_input_size": same_size,
        "max_abs": float(difference.max()),
        "mean_abs": float(difference.mean()),
        "largest": float(np.abs(other).max()),
    }


def run(given: argparse.Namespace) -> dict[str, Any]:
    model = opened(given.ir, given.confidence)
    plain = probe(ov.Core().read_model(str(given.ir)))
    theirs = probe(model.get_model())
    pictures = []
    for path in given.image:
        picture = read_picture(path)
        pictures.append(
            {
                "image": str(path),
                "detections": detections(model, picture),
                "first_convolution": input_difference(theirs, plain, model, picture),
            }
        )
    if given.save:
        model.save(str(given.save))
    return {
        "model_api": version("openvino-model-api"),
        "openvino": ov.get_version(),
        "wrapper": type(model).__name__,
        "parameters": {name: getattr(model.params, name) for name in PARAMETERS},
        "pictures": pictures,
    }


def main(argv: Sequence[str]) -> int:
    options = parser(__doc__, "detect_with_model_api.py --ir model.xml --image bus.jpg")
    options.add_argument("--ir", type=Path, required=True, help="the .xml of an IR")
    options.add_argument("--image", type=Path, action="append", default=[], help="may be repeated")
    options.add_argument("--confidence", type=float, help="overrides the threshold of the IR")
    options.add_argument("--save", type=Path, help="saves the model in the Model API's own form")
    given = options.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    return answer("detect_with_model_api", lambda: run(given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
