"""YOLOv8 quantised to QDQ, as ONNX Runtime's static quantiser writes it.

Activations are u8 with one scale, weights i8 with a scale per channel, biases i32. Every
convolution of the body and the heads reads and writes quantised tensors; the rest stays in f32.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from zoo.families import ultralytics, yolov8
from zoo.families.export import Export, Family

Range = tuple[float, float]


class _Quantiser:
    """Rewrites one graph."""

    def __init__(self, graph: onnx.GraphProto, ranges: Mapping[str, Range]) -> None:
        self._graph = graph
        self._ranges = ranges
        self._arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        self._nodes: list[onnx.NodeProto] = []
        self._new: dict[str, onnx.TensorProto] = {}
        self._restored: dict[str, str] = {}  # tensors that already pass a Q and a DQ

    def run(self) -> None:
        gone: set[str] = set()
        for node in self._graph.node:
            quantised = node.op_type == "Conv" and node.input[0] in self._ranges
            if quantised:
                gone.update(node.input[1:])
                self._quantise(node)
            node.input[:] = [self._restored.get(name, name) for name in node.input]
            self._nodes.append(node)
            if quantised:
                self._pass(node.output[0])
        kept = [t for t in self._graph.initializer if t.name not in gone]
        del self._graph.initializer[:]
        self._graph.initializer.extend([*kept, *self._new.values()])
        del self._graph.node[:]
        self._graph.node.extend(self._nodes)

    def _quantise(self, node: onnx.NodeProto) -> None:
        x, weight, bias = node.input
        self._pass(x)
        values = self._arrays[weight]
        largest = np.maximum(np.abs(values).max(axis=(1, 2, 3)), 1e-8)
        scale = (largest / 127).astype(np.float32)
        whole = np.round(values / scale.reshape(-1, 1, 1, 1)).astype(np.int8)
        node.input[1] = self._constant(weight, whole, scale, np.zeros(len(scale), np.int8))
        joint = (scale * self._scale_of(x)).astype(np.float32)
        whole = np.round(self._arrays[bias] / joint).astype(np.int32)
        node.input[2] = self._constant(bias, whole, joint, np.zeros(len(joint), np.int32))

    def _scale_of(self, name: str) -> np.float32:
        low, high = self._ranges[name]
        return np.float32((max(high, 0) - min(low, 0)) / 255)

    def _pass(self, name: str) -> None:
        """Lets a tensor pass a QuantizeLinear and a DequantizeLinear, once."""
        if name in self._restored:
            return
        scale = self._scale_of(name)
        zero = np.uint8(np.clip(round(-min(self._ranges[name][0], 0) / scale), 0, 255))
        operands = [
            self._array(f"{name}_scale", np.array(scale)),
            self._array(f"{name}_zero_point", np.array(zero)),
        ]
        source = name
        for op in ("QuantizeLinear", "DequantizeLinear"):
            target = f"{name}_{op}_Output"
            node = helper.make_node(op, [source, *operands], [target], f"{name}_{op}")
            self._nodes.append(node)
            source = target
        self._restored[name] = source

    def _constant(
        self, name: str, whole: NDArray, scale: NDArray[np.float32], zero: NDArray
    ) -> str:
        """A quantised parameter and its DequantizeLinear; gives the output's name."""
        operands = [
            self._array(f"{name}_quantized", whole),
            self._array(f"{name}_scale", scale),
            self._array(f"{name}_zero_point", zero),
        ]
        result = f"{name}_DequantizeLinear_Output"
        node = helper.make_node(
            "DequantizeLinear", operands, [result], f"{name}_DequantizeLinear", axis=0
        )
        self._nodes.append(node)
        return result

    def _array(self, name: str, value: NDArray) -> str:
        self._new[name] = numpy_helper.from_array(value, name)
        return name


def _build(e: Export) -> None:
    yolov8.output(e, yolov8.columns(e, e.image()))
    args = {"batch": 1, "nms": None, "quantize": 8, "dynamic": False}
    ultralytics.describe(e, "Detect", args=str(args))
    e.metadata = {"onnx.infer": "onnxruntime.quant", **e.metadata}
    e.producer = "onnx.quantize"
    ranges = {**e.graph.ranges, "images": (0.0, 1.0)}
    e.finish = lambda model: _Quantiser(model.graph, ranges).run()


FAMILIES = (Family("yolov8-int8", "INT8 as QDQ", "detect", _build),)
