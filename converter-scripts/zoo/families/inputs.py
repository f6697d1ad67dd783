"""YOLOv8 with another input: u8 and NHWC, preprocessing inside the graph, f16, grey."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from zoo.families import ultralytics, yolov8
from zoo.families.export import IMAGENET_MEAN, IMAGENET_STD, Export, Family, Preprocessing
from zoo.graph import Tensor

_UNIT = (255.0, 255.0, 255.0)
_EPSILON = 1e-5
_BYTES = Preprocessing(std=(1.0, 1.0, 1.0), type="u8", order="NHWC")
_BGR_PIXELS = Preprocessing(colour="BGR", std=(1.0, 1.0, 1.0))
_HALF = Preprocessing(type="f16")
_GREY = Preprocessing(colour="grey", mean=(0.0,), std=(255.0,))


def _rest(e: Export, image: Tensor) -> None:
    yolov8.output(e, yolov8.columns(e, image))
    ultralytics.describe(e, "Detect")


def _bytes(e: Export) -> None:
    """Cast, Transpose, Div."""
    p = e.preprocessing
    pixels = e.input("images", "u8", [1, p.height, p.width, 3])
    planes = e("Transpose", e("Cast", pixels, to=TensorProto.FLOAT), perm=[0, 3, 1, 2])
    _rest(e, e.body_input(e("Div", planes, 255.0).name, std=_UNIT))


def _pixels(e: Export) -> Tensor:
    p = e.preprocessing
    return e.input("images", "f32", [1, 3, p.height, p.width])


def _gathered(e: Export) -> None:
    """The channels by Gather, ImageNet's mean and deviation by Sub and Div."""
    swapped = e("Gather", _pixels(e), [2, 1, 0], axis=1)
    centred = e("Sub", swapped, np.reshape(np.float32(IMAGENET_MEAN), (1, 3, 1, 1)))
    scaled = e("Div", centred, np.reshape(np.float32(IMAGENET_STD), (1, 3, 1, 1)))
    _rest(e, e.body_input(scaled.name, IMAGENET_MEAN, IMAGENET_STD))


def _batch_norm(e: Export) -> None:
    """The channels by Slice and Concat, 1/255 by a BatchNormalization."""
    pixels = _pixels(e)
    blue, green, red = (e.slice(pixels, i, i + 1, 1) for i in range(3))
    swapped = e("Concat", red, green, blue, axis=1)
    one, zero = np.ones(3, np.float32), np.zeros(3, np.float32)
    variance = np.full(3, 255.0**2 - _EPSILON, np.float32)
    norm = e("BatchNormalization", swapped, one, zero, zero, variance, epsilon=_EPSILON)
    _rest(e, e.body_input(norm.name, std=_UNIT))


def _grey(e: Export) -> None:
    yolov8.output(e, yolov8.columns(e, e.image()))
    ultralytics.describe(e, "Detect", channels="1")


def _half(e: Export) -> None:
    _rest(e, e.image())
    e.finish = in_f16


def in_f16(model: onnx.ModelProto) -> None:
    """Turns a model of f32 into one of f16, inputs and outputs too."""
    kept = {name for node in model.graph.node if node.op_type == "Resize" for name in node.input}
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT and tensor.name not in kept:
            half = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(half, tensor.name))
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT16


FAMILIES = (
    Family("yolov8-u8-nhwc", "bytes, channels last", "detect", _bytes, _BYTES),
    Family("yolov8-imagenet-inside", "BGR pixels, Sub and Div", "detect", _gathered, _BGR_PIXELS),
    Family("yolov8-norm-inside", "BGR pixels, a BatchNorm", "detect", _batch_norm, _BGR_PIXELS),
    Family("yolov8-f16", "f16 input, weights and output", "detect", _half, _HALF),
    Family("yolov8-grey", "one channel", "detect", _grey, _GREY),
)
