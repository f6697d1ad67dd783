"""Builds a model whose tail is written operator by operator, as a detector's exporter does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from zoo import probe
from zoo.graph import Graph, Style, Tensor

Dims = Sequence[int | str]
Operand = Tensor | NDArray[Any] | Sequence[float] | float

_TYPES = {
    "f32": TensorProto.FLOAT,
    "f16": TensorProto.FLOAT16,
    "u8": TensorProto.UINT8,
    "i32": TensorProto.INT32,
    "i64": TensorProto.INT64,
}
IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class Preprocessing:
    """How a picture reaches the input: the values are (pixel - mean) / std, pixels in 0..255.

    Mean and standard deviation are in the order of `colour`.
    """

    width: int = 320
    height: int = 320
    resize: str = "letterbox"  # or "letterbox-top-left", "stretch", "centre-crop"
    colour: str = "RGB"  # or "BGR", "grey"
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (255.0, 255.0, 255.0)
    pad: int = 114
    type: str = "f32"  # or "f16", "u8"
    order: str = "NCHW"  # or "NHWC"

    @property
    def channels(self) -> int:
        return len(self.mean)


@dataclass(frozen=True)
class Family:
    """One form in which a family of detectors is exported."""

    name: str
    about: str
    task: str  # detect, segment, pose, obb or classify
    build: Callable[[Export], None]
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    classes: int = 4

    def model(self, seed: int = 0) -> onnx.ModelProto:
        """The ONNX model; same seed, same bytes."""
        export = Export(self, seed)
        self.build(export)
        return export.model()


class Export:
    """A model under construction: its graph, its inputs and outputs, and its metadata.

    `e(op, *operands)` writes a node of the tail; numbers and arrays become constants, f32 or, if
    they are whole, i64.
    """

    def __init__(self, family: Family, seed: int) -> None:
        self.family = family
        self.classes = family.classes
        self.preprocessing = family.preprocessing
        self.graph = Graph(Style(), seed)
        self.metadata: dict[str, str] = {}
        self.opset = 17
        self.producer = "pytorch"
        self.finish: Callable[[onnx.ModelProto], None] | None = None  # changes the whole model
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._names: dict[str, str] = {}

    def image(
        self, name: str = "images", batch: int | str = 1, sides: Dims | None = None
    ) -> Tensor:
        """The picture's input as the network reads it: f32, NCHW, normalised."""
        p = self.preprocessing
        dims = [batch, p.channels, *(sides or (p.height, p.width))]
        self._inputs.append(_value(name, "f32", dims))
        return self.body_input(name)

    def body_input(
        self, name: str, mean: Sequence[float] | None = None, std: Sequence[float] | None = None
    ) -> Tensor:
        """The tensor of this name as the network's input, if it holds normalised pictures."""
        p = self.preprocessing
        middle, deviation = (np.reshape(v, (1, -1, 1, 1)) for v in (mean or p.mean, std or p.std))
        pixels = probe.pictures() * 255
        if p.channels == 1:
            pixels = pixels.mean(axis=1, keepdims=True)
        return Tensor(name, (1, p.channels, p.height, p.width), (pixels - middle) / deviation)

    def input(self, name: str, kind: str, dims: Dims) -> Tensor:
        """Any other input."""
        self._inputs.append(_value(name, kind, dims))
        return Tensor(name, ())

    def output(self, name: str, tensor: Tensor, dims: Dims, kind: str = "f32") -> None:
        """Makes a tensor an output of this name."""
        self._names[tensor.name] = name
        self._outputs.append(_value(name, kind, dims))

    def constant(self, value: Operand, dtype: type | None = None) -> Tensor:
        """A constant; whole numbers are i64 unless the type is given."""
        array = np.asarray(value)
        if dtype is None:
            dtype = np.int64 if array.dtype.kind in "iu" else np.float32
        return self.graph.constant(array, dtype)

    def __call__(self, op: str, *operands: Operand, **attributes: Any) -> Tensor:
        """Writes a node with one output."""
        (result,) = self.several(op, 1, *operands, **attributes)
        return result

    def several(self, op: str, count: int, *operands: Operand, **attributes: Any) -> list[Tensor]:
        """Writes a node with several outputs."""
        tensors = [o if isinstance(o, Tensor) else self.constant(o) for o in operands]
        return self.graph.node(op, tensors, count, **attributes)

    def slice(self, x: Tensor, start: int, end: int, axis: int) -> Tensor:
        return self("Slice", x, [start], [end], [axis])

    def model(self) -> onnx.ModelProto:
        """The finished model, checked."""
        model = self.graph.finished(
            self._inputs,
            self._outputs,
            renamed=self._names,
            producer_name=self.producer,
            doc_string=f"ovkit zoo: {self.family.name}, random weights",
            ir_version=8,
            opset_imports=[helper.make_opsetid("", self.opset)],
        )
        helper.set_model_props(model, self.metadata)
        if self.finish is not None:
            self.finish(model)
        onnx.checker.check_model(model, full_check=True)
        return model


def _value(name: str, kind: str, dims: Dims) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, _TYPES[kind], list(dims))
