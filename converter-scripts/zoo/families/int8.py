"""YOLOv8 in INT8, in both forms in which ONNX Runtime's static quantiser writes it.

Activations and weights are i8, biases i32, each tensor with one scale. The body and the heads are
quantised; the decoding stays in f32. QDQ keeps all operators, between QuantizeLinear and
DequantizeLinear; QOperator has QLinearConv, and here the other operators in f32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from zoo.families import ultralytics, yolov8
from zoo.families.export import Export, Family

Range = tuple[float, float]


class _Quantiser:
    """Rewrites one graph to QDQ."""

    passes_all = True  # not only convolutions, but all operators of the body

    def __init__(self, graph: onnx.GraphProto, ranges: Mapping[str, Range]) -> None:
        self._graph = graph
        self._ranges = ranges
        self._arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self._new: dict[str, onnx.TensorProto] = {}
        self._restored: dict[str, str] = {}  # tensors that already pass a Q and a DQ
        self.nodes: list[onnx.NodeProto] = []

    def run(self) -> None:
        gone: set[str] = set()
        for node in self._graph.node:
            if node.op_type == "Conv" and node.input[0] in self._ranges:
                gone.update(node.input[1:])
                self.convolution(node)
            else:
                self._keep(node)
        kept = [t for t in self._graph.initializer if t.name not in gone]
        del self._graph.initializer[:]
        self._graph.initializer.extend([*kept, *self._new.values()])
        del self._graph.node[:]
        self._graph.node.extend(self.nodes)

    def convolution(self, node: onnx.NodeProto) -> None:
        x, weight, bias = node.input
        self._pass(x)
        for index, (name, operands) in enumerate(self.parameters(x, weight, bias).items(), 1):
            result = f"{name}_DequantizeLinear_Output"
            self.write("DequantizeLinear", operands, result, name)
            node.input[index] = result
        self._keep(node)

    def _keep(self, node: onnx.NodeProto) -> None:
        node.input[:] = [self._restored.get(name, name) for name in node.input]
        self.nodes.append(node)
        if self.passes_all and node.output[0] in self._ranges:
            self._pass(node.output[0])

    def _pass(self, name: str) -> None:
        """Lets a tensor pass a QuantizeLinear and a DequantizeLinear, once."""
        if name in self._restored:
            return
        source = name
        for op in ("QuantizeLinear", "DequantizeLinear"):
            target = f"{name}_{op}_Output"
            self.write(op, [source, *self.scale(name)], target, name)
            source = target
        self._restored[name] = source

    def write(self, op: str, inputs: list[str], output: str, of: str) -> None:
        self.nodes.append(helper.make_node(op, inputs, [output], f"{of}_{op}"))

    def scale(self, name: str) -> list[str]:
        """The names of an activation's scale and zero point."""
        low = min(self._ranges[name][0], 0)
        scale = self._scale_of(name)
        zero = np.int8(np.clip(round(-low / scale) - 128, -128, 127))
        return [
            self._array(f"{name}_scale", np.array(scale)),
            self._array(f"{name}_zero_point", np.array(zero)),
        ]

    def _scale_of(self, name: str) -> np.float32:
        low, high = self._ranges[name]
        return np.float32((max(high, 0) - min(low, 0)) / 255)

    def parameters(self, x: str, weight: str, bias: str) -> dict[str, list[str]]:
        """For weight and bias the names of the whole numbers, their scale and zero point."""
        scale = np.float32(np.abs(self._arrays[weight]).max() / 127)
        joint = np.array([scale * self._scale_of(x)], np.float32)
        return {
            weight: self._whole(weight, np.array(scale), np.int8),
            bias: self._whole(bias, joint, np.int32),
        }

    def _whole(self, name: str, scale: NDArray[np.float32], dtype: type) -> list[str]:
        values = np.round(self._arrays[name] / scale).astype(dtype)
        return [
            self._array(f"{name}_quantized", values),
            self._array(f"{name}_scale", scale),
            self._array(f"{name}_zero_point", np.array(0, dtype)),
        ]

    def _array(self, name: str, value: NDArray) -> str:
        self._new[name] = numpy_helper.from_array(value, name)
        return name


class _Operators(_Quantiser):
    """Rewrites one graph to QLinearConv."""

    passes_all = False

    def convolution(self, node: onnx.NodeProto) -> None:
        x, weight, bias = node.input
        y = node.output[0]
        source, target = f"{x}_quantized", f"{y}_quantized"
        if all(source not in earlier.output for earlier in self.nodes):
            self.write("QuantizeLinear", [x, *self.scale(x)], source, x)
        parameters = self.parameters(x, weight, bias)
        inputs = [source, *self.scale(x), *parameters[weight], *self.scale(y), parameters[bias][0]]
        self.write("QLinearConv", inputs, target, node.name)
        self.nodes[-1].attribute.extend(node.attribute)
        self.write("DequantizeLinear", [target, *self.scale(y)], y, y)


def _int8(quantiser: type[_Quantiser]) -> Callable[[Export], None]:
    def build(e: Export) -> None:
        yolov8.output(e, yolov8.columns(e, e.image()))
        args = {"batch": 1, "nms": None, "quantize": 8, "dynamic": False}
        ultralytics.describe(e, "Detect", args=str(args))
        e.metadata = {"onnx.infer": "onnxruntime.quant", **e.metadata}
        e.producer = "onnx.quantize"
        ranges = {**e.graph.ranges, "images": (0.0, 1.0)}
        e.finish = lambda model: quantiser(model.graph, ranges).run()

    return build


FAMILIES = (
    Family("yolov8-int8", "INT8 as QDQ", "detect", _int8(_Quantiser)),
    Family("yolov8-int8-operators", "INT8 as QOperator", "detect", _int8(_Operators)),
)
