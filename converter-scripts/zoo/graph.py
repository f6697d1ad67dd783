"""Writes an ONNX graph node by node, as torch's exporter does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from zoo import probe
from zoo.names import LegacyNames, ModernNames, Names, parameter_path

_EPSILON = 1e-3  # of every BatchNormalization, as in YOLOv5
_INPUT = "images"

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Style:
    """The names and nodes with which a network is written."""

    names: str = "modern"  # or "legacy": torch <= 1.12
    form: str = "simplified"  # or "exported": with Constant nodes and shape arithmetic
    bn: str = "folded"  # or "keep": BatchNormalization, Dropout and Identity stay
    branches: str = "merged"  # or "kept": the branches of RepVGG stay apart

    @property
    def legacy(self) -> bool:
        return self.names == "legacy"

    @property
    def exported(self) -> bool:
        return self.form == "exported"

    @property
    def keeps_bn(self) -> bool:
        return self.bn == "keep"

    @property
    def keeps_branches(self) -> bool:
        return self.branches == "kept" or self.keeps_bn


@dataclass(frozen=True)
class Tensor:
    """A value in the graph: its shape, and its value on the probe or as a constant."""

    name: str
    shape: Shape
    probe: probe.Array | None = None
    constant: NDArray[Any] | None = None
    node: str = ""  # the node that computes it

    @property
    def channels(self) -> int:
        return self.shape[1]

    @property
    def activation(self) -> probe.Array:
        assert self.probe is not None, f"{self.name} has no value on the probe"
        return self.probe


@dataclass(frozen=True)
class Norm:
    """A BatchNormalization at inference: y = scale * x + shift, channel by channel."""

    gamma: NDArray[np.float32]
    beta: NDArray[np.float32]
    mean: NDArray[np.float32]
    variance: NDArray[np.float32]

    @property
    def scale(self) -> probe.Array:
        return self.gamma / np.sqrt(self.variance.astype(np.float64) + _EPSILON)

    @property
    def shift(self) -> probe.Array:
        return self.beta - self.mean * self.scale

    def apply(self, x: probe.Array) -> probe.Array:
        return x * probe.per_channel(self.scale) + probe.per_channel(self.shift)


@dataclass
class Cost:
    """A network's parameters and operations, which do not depend on the style."""

    parameters: int = 0  # as trained: with BatchNorm's scale and shift, without its statistics
    fused: int = 0  # with BatchNorm folded and the branches of RepVGG merged
    macs: int = 0  # of the fused convolutions
    pooled_macs: int = 0  # the part on pooled maps, which do not grow with the picture
    normalised: int = 0  # values that pass a BatchNorm before it is folded


@dataclass
class Graph:
    """A graph under construction; `scope` is the current module of the network."""

    style: Style
    seed: int
    cost: Cost = field(default_factory=Cost)

    def __post_init__(self) -> None:
        self.names: Names = LegacyNames() if self.style.legacy else ModernNames()
        self._scope: list[str] = []
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: list[onnx.TensorProto] = []
        self._parameters = 0
        self._constants: dict[tuple[str, Shape, bytes], str] = {}
        self._random = np.random.Generator(np.random.PCG64(self.seed))
        self.ranges: dict[str, tuple[float, float]] = {}  # of each tensor on the probe

    @contextmanager
    def scope(self, *parts: str) -> Iterator[None]:
        """Nodes written inside belong to the module of this name."""
        self._scope.extend(parts)
        yield
        del self._scope[len(self._scope) - len(parts) :]

    def op(
        self,
        op_type: str,
        inputs: Sequence[Tensor],
        shape: Sequence[int],
        activation: probe.Array | None = None,
        *,
        constant: NDArray[Any] | None = None,
        emit: bool = True,
        node: str | None = None,
        output: str | None = None,
        **attributes: Any,
    ) -> Tensor:
        """Writes one node; one with a known `constant` value is left out when simplified.

        It takes a name all the same, as does a node that is not emitted: a simplifier removes nodes
        after the exporter has named them all.
        """
        node = node or self.names.node(op_type, self._scope)
        name = output or self.names.tensor(node)
        result = Tensor(name, tuple(shape), activation, constant, node)
        if activation is not None:
            self.ranges[name] = (float(activation.min()), float(activation.max()))
        if emit and (constant is None or self.style.exported):
            sources = [self._reference(tensor) for tensor in inputs]
            self._nodes.append(helper.make_node(op_type, sources, [name], node, **attributes))
        return result

    def node(
        self, op_type: str, inputs: Sequence[Tensor], count: int = 1, **attributes: Any
    ) -> list[Tensor]:
        """Writes a node whose outputs have neither a known shape nor a value on the probe."""
        node = self.names.node(op_type, self._scope)
        outputs = [Tensor(f"{node}_output_{index}", (), node=node) for index in range(count)]
        sources = [self._reference(tensor) for tensor in inputs]
        names = [tensor.name for tensor in outputs]
        self._nodes.append(helper.make_node(op_type, sources, names, node, **attributes))
        return outputs

    def constant(self, value: Any, dtype: type = np.float32) -> Tensor:
        """A Constant node, or the initializer into which a simplifier turns it."""
        array = np.asarray(value, dtype=dtype)
        attributes = {"value": numpy_helper.from_array(array)} if self.style.exported else {}
        return self.op("Constant", [], array.shape, constant=array, **attributes)

    def folded(self, op_type: str, value: Any, dtype: type = np.float32) -> Tensor:
        """A constant that the exporter itself computes: never a node."""
        array = np.asarray(value, dtype=dtype)
        name = self.names.folded(op_type)
        self._initializers.append(numpy_helper.from_array(array, name))
        return Tensor(name, array.shape)

    def _reference(self, tensor: Tensor) -> str:
        if tensor.constant is None or self.style.exported:
            return tensor.name
        array = tensor.constant
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = tensor.name
            self._initializers.append(numpy_helper.from_array(array, tensor.name))
        return self._constants[key]

    def parameter(self, name: str, value: NDArray[Any]) -> Tensor:
        """A trained array, named after the module in scope."""
        self._parameters += 1
        path = f"{parameter_path(self._scope)}.{name}"
        array = value.astype(np.float32)
        self._initializers.append(numpy_helper.from_array(array, path))
        return Tensor(path, array.shape)

    def input(self, height: int, width: int) -> Tensor:
        return Tensor(_INPUT, (1, 3, height, width), probe.pictures())

    # Random weights. They are drawn in the same order in every style, so that all styles of a
    # system compute the same function; uniform, because that is exact on every machine.
    #
    # Normalising alone does not keep a random network stable: each layer multiplies the difference
    # between two pictures by 1.2, until pictures unlike those of the probe explode. Weights that
    # sum to zero, and a mean that puts most activations where their slope changes slowly, bring
    # that factor close to 1.

    def random_weight(self, out: int, per_group: int, size: int) -> NDArray[np.float32]:
        """Weights that keep the variance of independent inputs."""
        bound = np.float32((3 / (per_group * size * size)) ** 0.5)
        weight = self._uniform((out, per_group, size, size)) * bound
        if per_group == 1:
            return weight
        mean = weight.astype(np.float64).mean(axis=(1, 2, 3), keepdims=True)
        return weight - mean.astype(np.float32)

    def random_norm(self, raw: probe.Array, gain: float = 1.0) -> Norm:
        """A BatchNorm that was trained on `raw`."""
        channels = raw.shape[1]
        gamma = (1 + self._uniform((channels,)) / 4) * np.float32(gain)
        beta = (1.25 + self._uniform((channels,)) / 4) * np.float32(gain)
        variance = raw.var(axis=(0, 2, 3))
        return Norm(
            gamma.astype(np.float32),
            beta.astype(np.float32),
            probe.rounded(raw.mean(axis=(0, 2, 3))).astype(np.float32),
            probe.rounded(np.maximum(variance, variance.mean() / 100)).astype(np.float32),
        )

    def _uniform(self, shape: Shape) -> NDArray[np.float32]:
        return self._random.random(shape, dtype=np.float32) * np.float32(2) - np.float32(1)

    # Convolutions

    def convolution(
        self,
        x: Tensor,
        weight: NDArray[Any],
        bias: NDArray[Any] | None,
        *,
        stride: int = 1,
        pad: int = 0,
        groups: int = 1,
        activation: probe.Array,
    ) -> Tensor:
        """A Conv node with its parameters, named after the module in scope."""
        size = weight.shape[2]
        inputs = [x, self.parameter("weight", weight)]
        if bias is not None:
            inputs.append(self.parameter("bias", bias))
        return self.op(
            "Conv",
            inputs,
            _strided(x.shape, weight.shape[0], size, stride, pad),
            activation,
            dilations=[1, 1],
            group=groups,
            kernel_shape=[size, size],
            pads=[pad] * 4,
            strides=[stride, stride],
        )

    def count(
        self,
        x: Tensor,
        weight: NDArray[Any],
        stride: int,
        pad: int,
        *,
        norms: int = 1,
        bias: bool = False,
        extra: int = 0,
    ) -> None:
        """Adds a convolution to the cost, with its BatchNorms or its own bias.

        `extra` counts parameters that exist only in training: the weights of merged branches.
        """
        out, _, size, _ = weight.shape
        _, _, height, width = _strided(x.shape, out, size, stride, pad)
        macs = weight.size * height * width
        self.cost.parameters += weight.size + (out if bias else 0) + 2 * out * norms + extra
        self.cost.fused += weight.size + (out if bias or norms else 0)
        self.cost.macs += macs
        self.cost.pooled_macs += macs if height == width == 1 else 0
        self.cost.normalised += norms * out * height * width

    def batch_norm(self, x: Tensor, norm: Norm) -> Tensor:
        """A BatchNormalization node, named after the module in scope."""
        inputs = [
            x,
            self.parameter("weight", norm.gamma),
            self.parameter("bias", norm.beta),
            self.parameter("running_mean", norm.mean),
            self.parameter("running_var", norm.variance),
        ]
        activation = norm.apply(x.activation)
        return self.op("BatchNormalization", inputs, x.shape, activation, epsilon=_EPSILON)

    # The end

    def model(self, image: Tensor, outputs: Sequence[Tensor], doc: str) -> onnx.ModelProto:
        """The finished model; outputs are the tensors of these names."""

        def value(tensor: Tensor) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(tensor.name, TensorProto.FLOAT, tensor.shape)

        return self.finished(
            [value(image)],
            [value(tensor) for tensor in outputs],
            producer_name="ovkit zoo",
            doc_string=doc,
            ir_version=6 if self.style.legacy else 7,
            opset_imports=[helper.make_opsetid("", 12)],
        )

    def finished(
        self,
        inputs: Sequence[onnx.ValueInfoProto],
        outputs: Sequence[onnx.ValueInfoProto],
        renamed: Mapping[str, str] | None = None,
        **attributes: Any,
    ) -> onnx.ModelProto:
        """The finished model with any inputs and outputs; `renamed` gives tensors other names."""
        names = renamed or {}

        def final(name: str) -> str:
            return names.get(name, self.resolve(name))

        for tensor in self._initializers:
            tensor.name = final(tensor.name)
        for node in self._nodes:
            node.input[:] = [final(name) for name in node.input]
            node.output[:] = [final(name) for name in node.output]
        graph = helper.make_graph(
            self._nodes,
            "torch-jit-export" if self.style.legacy else "main_graph",
            list(inputs),
            list(outputs),
            self._initializers,
        )
        return helper.make_model(graph, **attributes)

    def resolve(self, name: str) -> str:
        """A tensor's name in the finished model."""
        return self.names.resolve(name, self._parameters)


def _strided(shape: Shape, channels: int, size: int, stride: int, pad: int) -> Shape:
    height, width = ((side + 2 * pad - size) // stride + 1 for side in shape[2:])
    return (shape[0], channels, height, width)
