"""Reads an IR with OpenVINO's Model API and says what it finds and what reaches the network.

One JSON object on stdout: versions, the wrapper and its parameters, and for each picture the boxes
(x1, y1, x2, y2 in pixels of the picture) and how far the tensor that reaches the first convolution
is from the one that the plain IR makes of the same letterboxed bytes (BGR, 0..255).

Exit codes: 0 done, 1 failed (one line on stderr says why), 2 wrong usage.
"""

import argparse
import json
import logging
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
from model_api.adapters import OpenvinoAdapter
from model_api.models import DetectionModel, Model

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


class Failure(Exception):
    """What the user is told in one line."""


def opened(ir: Path, confidence: float | None) -> Any:
    if not ir.is_file():
        raise Failure(f"{ir}: there is no such file, expected the .xml of an OpenVINO IR")
    configuration = {} if confidence is None else {"confidence_threshold": confidence}
    try:
        adapter = OpenvinoAdapter(ov.Core(), str(ir), device="CPU", plugin_config=F32)
        model = Model.create_model(adapter, configuration=configuration)
    except Exception as error:
        raise Failure(f"{ir}: the Model API does not load it: {one_line(error)}") from error
    if not isinstance(model, DetectionModel):
        raise Failure(f"{ir}: the Model API takes it for {type(model).__name__}, no detector")
    return model


def one_line(error: Exception) -> str:
    text = str(error).strip() or repr(error)
    return f"{type(error).__name__}: {text.splitlines()[-1]}"


def read_picture(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    if picture is None:
        raise Failure(f"{path}: no picture that can be read")
    return picture


def detections(model: Any, picture: np.ndarray) -> list[dict[str, Any]]:
    try:
        result = model(picture)
    except Exception as error:
        name = type(model).__name__
        raise Failure(f"the Model API's {name} fails on a picture: {one_line(error)}") from error
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
    raise Failure("the IR has no convolution")


def probe(model: ov.Model) -> Any:
    """Compiles a copy whose only output is what its first convolution reads."""
    copy = model.clone()
    reads = first_convolution(copy).input_value(0)
    cut = ov.Model([ov.opset13.result(reads)], copy.get_parameters(), "probe")
    return ov.Core().compile_model(cut, "CPU", F32)


def letterboxed(picture: np.ndarray, model: Any) -> np.ndarray:
    """As ovkit does it: the size rounded and centred, or truncated at the top left."""
    width, height = model.params.orig_width, model.params.orig_height
    resize, pad = model.params.resize_type, model.params.pad_value
    if resize == "standard":
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    centred = resize == "fit_to_window_letterbox"
    ratio = min(width / picture.shape[1], height / picture.shape[0])
    sides = (picture.shape[1] * ratio, picture.shape[0] * ratio)
    w, h = (max(1, round(side) if centred else int(side)) for side in sides)
    left, top = (
        (round((width - w) / 2 - 0.1), round((height - h) / 2 - 0.1)) if centred else (0, 0)
    )
    canvas = np.full((height, width, 3), pad, np.uint8)
    canvas[top : top + h, left : left + w] = (
        picture
        if (w, h) == (picture.shape[1], picture.shape[0])
        else cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR)
    )
    return canvas


def input_difference(theirs: Any, plain: Any, model: Any, picture: np.ndarray) -> dict[str, Any]:
    same_size = picture.shape[:2] == (model.params.orig_height, model.params.orig_width)
    bytes_ = letterboxed(picture, model)
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


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--ir", type=Path, required=True, help="the .xml of an IR")
    parser.add_argument("--image", type=Path, action="append", default=[], help="may be repeated")
    parser.add_argument("--confidence", type=float, help="instead of the IR's own threshold")
    parser.add_argument("--save", type=Path, help="write the model as the Model API saves it")
    return parser.parse_args(words)


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


def main(words: list[str]) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        print(json.dumps(run(arguments(words))))
    except Failure as failure:
        print(f"detect_with_model_api: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
