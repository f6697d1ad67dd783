"""The layers: what each computes, and which nodes its exporter writes for it.

Every function takes the graph, the input tensor and the layer's own numbers, and returns the output
tensor. `width` is the number of output channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from zoo import probe
from zoo.graph import Graph, Norm, Tensor

Activation = Callable[[Graph, Tensor], Tensor]

_END = np.iinfo(np.int64).max  # ONNX's end of a slice without an end

# Activations


def silu(g: Graph, x: Tensor) -> Tensor:
    gate = g.op("Sigmoid", [x], x.shape, probe.sigmoid(x.activation))
    return g.op("Mul", [x, gate], x.shape, x.activation * gate.activation)


def relu(g: Graph, x: Tensor) -> Tensor:
    return g.op("Relu", [x], x.shape, np.maximum(x.activation, 0))


def hard_swish(g: Graph, x: Tensor) -> Tensor:
    """x * clip(x + 3, 0, 6) / 6, which torch exports with fewer nodes since 1.13."""
    y = probe.hard_swish(x.activation)
    if not g.style.legacy:
        gate = g.op("HardSigmoid", [x], x.shape, alpha=float(np.float32(1 / 6)))
        return g.op("Mul", [x, gate], x.shape, y)
    shifted = g.op("Add", [x, g.constant(3)], x.shape)
    clipped = g.op("Clip", [shifted, g.constant(0), g.constant(6)], x.shape)
    gate = g.op("Div", [clipped, g.constant(6)], x.shape)
    return g.op("Mul", [x, gate], x.shape, y)


# Convolutions


def conv_norm(
    g: Graph,
    x: Tensor,
    width: int,
    *,
    conv: str,
    norm: str,
    size: int = 1,
    stride: int = 1,
    pad: int | None = None,
    depthwise: bool = False,
) -> Tensor:
    """A convolution without bias and its BatchNorm; the exporter folds the two."""
    pad = size // 2 if pad is None else pad
    groups = x.channels if depthwise else 1
    weight = g.random_weight(width, x.channels // groups, size)
    raw = probe.convolve(x.activation, weight.astype(np.float64), stride, pad, groups)
    bn = g.random_norm(raw)
    g.count(x, weight, stride, pad)
    if g.style.keeps_bn:
        with g.scope(conv):
            y = g.convolution(
                x, weight, None, stride=stride, pad=pad, groups=groups, activation=raw
            )
        with g.scope(norm):
            return g.batch_norm(y, bn)
    with g.scope(conv):
        return g.convolution(
            x,
            _scaled(weight, bn),
            bn.shift,
            stride=stride,
            pad=pad,
            groups=groups,
            activation=bn.apply(raw),
        )


def plain_conv(
    g: Graph,
    x: Tensor,
    width: int,
    *,
    spread: float | np.ndarray,
    bias: np.ndarray | None = None,
) -> Tensor:
    """A 1x1 convolution without BatchNorm; `spread` is the standard deviation of its outputs.

    `bias` is the mean of each channel on the probe.
    """
    weight = g.random_weight(width, x.channels, 1)
    raw = probe.convolve(x.activation, weight.astype(np.float64), 1, 0, 1)
    gain = probe.rounded(spread / np.maximum(raw.std(), 1e-6)).astype(np.float32)
    weight = weight * gain.reshape(-1, 1, 1, 1)
    raw = raw * probe.per_channel(gain.astype(np.float64))
    shift = None
    if bias is not None:
        shift = (bias - probe.rounded(raw.mean(axis=(0, 2, 3)))).astype(np.float32)
        raw = raw + probe.per_channel(shift)
    g.count(x, weight, 1, 0, norms=0, bias=bias is not None)
    return g.convolution(x, weight, shift, activation=raw)


def _scaled(weight: np.ndarray, norm: Norm) -> np.ndarray:
    return weight * norm.scale.reshape(-1, 1, 1, 1)


def conv(
    g: Graph, x: Tensor, width: int, size: int = 1, stride: int = 1, pad: int | None = None
) -> Tensor:
    """YOLOv5's convolution: with BatchNorm and SiLU."""
    y = conv_norm(g, x, width, conv="conv", norm="bn", size=size, stride=stride, pad=pad)
    with g.scope("act"):
        return silu(g, y)


def cbh(
    g: Graph, x: Tensor, width: int, size: int = 1, stride: int = 1, depthwise: bool = False
) -> Tensor:
    """PP-LCNet's convolution: with BatchNorm and H-swish."""
    y = conv_norm(
        g, x, width, conv="conv", norm="bn", size=size, stride=stride, depthwise=depthwise
    )
    with g.scope("hardswish"):
        return hard_swish(g, y)


# PP-LCNet


def lc_block(
    g: Graph, x: Tensor, width: int, size: int = 3, stride: int = 1, se: bool = False
) -> Tensor:
    """A depthwise convolution, optionally a gate, a pointwise convolution."""
    with g.scope("dw_conv"):
        x = cbh(g, x, x.channels, size, stride, depthwise=True)
    if se:
        with g.scope("se"):
            x = _squeeze_excite(g, x)
    with g.scope("pw_conv"):
        return cbh(g, x, width)


def _squeeze_excite(g: Graph, x: Tensor) -> Tensor:
    """Scales each channel by a gate, a SiLU of all channels' means."""
    with g.scope("avg_pool"):
        mean = x.activation.mean(axis=(2, 3), keepdims=True)
        pooled = g.op("GlobalAveragePool", [x], (1, x.channels, 1, 1), mean)
    with g.scope("conv1"):
        hidden = plain_conv(g, pooled, x.channels // 4, spread=1, bias=np.zeros(x.channels // 4))
    with g.scope("relu"):
        hidden = relu(g, hidden)
    with g.scope("conv2"):
        gate = plain_conv(g, hidden, x.channels, spread=0.4, bias=np.full(x.channels, 1.3))
    with g.scope("SiLU"):
        gate = silu(g, gate)  # around 1
    return g.op("Mul", [x, gate], x.shape, x.activation * gate.activation)


def dense(g: Graph, x: Tensor, width: int) -> Tensor:
    """A classifier's dense layer as a detector keeps it: 1x1 convolution, H-swish, dropout."""
    with g.scope("dense_conv"):
        y = plain_conv(g, x, width, spread=1)
    with g.scope("hardswish"):
        y = hard_swish(g, y)
    if not g.style.keeps_bn:
        return y
    with g.scope("dropout"):
        return g.op("Dropout", [y, g.constant(0.2)], y.shape, y.activation)


# YOLOv5


def bottleneck(g: Graph, x: Tensor, width: int, shortcut: bool) -> Tensor:
    with g.scope("cv1"):
        y = conv(g, x, width)
    with g.scope("cv2"):
        y = conv(g, y, width, 3)
    return _add(g, x, y) if shortcut else y


def c3(g: Graph, x: Tensor, width: int, n: int = 1, shortcut: bool = True) -> Tensor:
    """Two parallel halves, one through a chain of bottlenecks, joined by a third 1x1."""
    half = width // 2
    with g.scope("cv1"):
        y = conv(g, x, half)
    with g.scope("m"):
        for index in range(n):
            with g.scope(f"m.{index}"):
                y = bottleneck(g, y, half, shortcut)
    with g.scope("cv2"):
        z = conv(g, x, half)
    y = concat(g, [y, z])
    with g.scope("cv3"):
        return conv(g, y, width)


def focus(g: Graph, x: Tensor, width: int, size: int = 3) -> Tensor:
    """Every second pixel, from four starting points, stacked as channels; a convolution."""
    corners = ((0, 0), (1, 0), (0, 1), (1, 1))
    rows: dict[int, Tensor] = {}
    parts = []
    for row, column in corners:
        if g.style.legacy or row not in rows:  # the modern exporter shares equal slices
            rows[row] = _every_second(g, x, 2, row)
        parts.append(_every_second(g, rows[row], 3, column))
    if not g.style.exported:
        parts = [
            _both_axes(g, part, x, index, corner)
            for index, (part, corner) in enumerate(zip(parts, corners, strict=True))
        ]
    y = concat(g, parts)
    with g.scope("conv"):
        return conv(g, y, width, size)


def _every_second(g: Graph, x: Tensor, axis: int, start: int) -> Tensor:
    """A slice as exported; when simplified, it only takes a name."""
    axes, starts, ends, steps = (g.constant([v], np.int64) for v in (axis, start, _END, 2))
    shape = tuple(side // 2 if index == axis else side for index, side in enumerate(x.shape))
    window = [slice(None)] * 4
    window[axis] = slice(start, None, 2)
    values = x.activation[tuple(window)]
    inputs = [x, starts, ends, axes, steps]
    return g.op("Slice", inputs, shape, values, emit=g.style.exported)


def _both_axes(g: Graph, part: Tensor, x: Tensor, index: int, corner: tuple[int, int]) -> Tensor:
    """The one slice, with a new name, into which a simplifier joins the two behind `part`."""
    ranges = [
        g.folded("Slice", values, np.int64) for values in (corner, (_END, _END), (2, 3), (2, 2))
    ]
    return g.op(
        "Slice",
        [x, *ranges],
        part.shape,
        part.activation,
        node=f"Slice_{index}",
        output=g.names.folded("Slice"),
    )


def sppf(g: Graph, x: Tensor, width: int, size: int = 5) -> Tensor:
    """Three max-pools in a row; all four stages are concatenated between two convolutions."""
    with g.scope("cv1"):
        x = conv(g, x, x.channels // 2)
    pooled = [x]
    for scope in ("m", "m_1", "m_2"):
        with g.scope(scope):
            pooled.append(max_pool(g, pooled[-1], size))
    y = concat(g, pooled)
    with g.scope("cv2"):
        return conv(g, y, width)


def spp(g: Graph, x: Tensor, width: int, sizes: Sequence[int] = (5, 9, 13)) -> Tensor:
    """The same function as `sppf`, with three parallel max-pools."""
    with g.scope("cv1"):
        x = conv(g, x, x.channels // 2)
    pooled = [x]
    for index, size in enumerate(sizes):
        with g.scope(f"m.{index}"):
            pooled.append(max_pool(g, x, size))
    y = concat(g, pooled)
    with g.scope("cv2"):
        return conv(g, y, width)


# ShuffleNetV2


def shuffle_stem(g: Graph, x: Tensor, width: int) -> Tensor:
    with g.scope("conv"):
        y = conv_norm(g, x, width, conv="conv.0", norm="conv.1", size=3, stride=2)
        with g.scope("conv.2"):
            y = relu(g, y)
    with g.scope("maxpool"):
        return max_pool(g, y, 3, 2)


def shuffle_block(g: Graph, x: Tensor, width: int, stride: int = 1) -> Tensor:
    """Half of the channels (all of them at stride 2) pass a branch; then both halves mix."""
    half = width // 2
    if stride == 1:
        kept, x = _halves(g, x)
    else:
        with g.scope("branch1"):
            layer = _Sequence(g, "branch1")
            kept = layer.conv_norm(x, x.channels, size=3, stride=stride, depthwise=True)
            kept = layer.relu(layer.conv_norm(kept, half))
    with g.scope("branch2"):
        layer = _Sequence(g, "branch2")
        y = layer.relu(layer.conv_norm(x, half))
        y = layer.conv_norm(y, half, size=3, stride=stride, depthwise=True)
        y = layer.relu(layer.conv_norm(y, half))
    return _shuffle(g, concat(g, [kept, y]))


class _Sequence:
    """Numbers the members of a torch Sequential; a folded BatchNorm leaves no gap."""

    def __init__(self, g: Graph, name: str) -> None:
        self._g = g
        self._name = name
        self._next = 0

    def _member(self) -> str:
        name = f"{self._name}.{self._next}"
        self._next += 1
        return name

    def conv_norm(
        self, x: Tensor, width: int, size: int = 1, stride: int = 1, depthwise: bool = False
    ) -> Tensor:
        name = self._member()
        norm = self._member() if self._g.style.keeps_bn else ""
        return conv_norm(
            self._g,
            x,
            width,
            conv=name,
            norm=norm,
            size=size,
            stride=stride,
            depthwise=depthwise,
        )

    def relu(self, x: Tensor) -> Tensor:
        with self._g.scope(self._member()):
            return relu(self._g, x)


def _halves(g: Graph, x: Tensor) -> list[Tensor]:
    """Both halves of the channels; the exporter computes their ends from the shape."""
    half = x.channels // 2
    size = g.op("Shape", [x], (4,), constant=np.array(x.shape))
    axis = g.constant([1], np.int64)
    size = g.op("Gather", [size, axis], (1,), constant=np.array([x.channels]), axis=0)
    start = g.constant([0], np.int64)
    if g.style.legacy:
        parts = g.constant([2], np.int64)
    last = g.constant([1], np.int64)
    size = g.op("Add", [size, last], (1,), constant=np.array([x.channels + 1]))
    if not g.style.legacy:
        parts = g.constant([2], np.int64)
    size = g.op("Div", [size, parts], (1,), constant=np.array([half]))
    result = []
    for index in range(2):
        factor = g.constant([index + 1], np.int64)
        end = g.op("Mul", [size, factor], (1,), constant=np.array([half * (index + 1)]))
        values = x.activation[:, index * half : (index + 1) * half]
        shape = (1, half, *x.shape[2:])
        result.append(g.op("Slice", [x, start, end, axis], shape, values))
        start = end
    return result


def _shuffle(g: Graph, x: Tensor) -> Tensor:
    """Interleaves the two halves of the channels."""
    half = x.channels // 2
    height, width = x.shape[2:]
    split = (1, 2, half, height, width)
    y = g.op("Reshape", [x, g.constant(split, np.int64)], split)
    y = g.op("Transpose", [y], (1, half, 2, height, width), perm=[0, 2, 1, 3, 4])
    values = x.activation
    batch, _, *sides = values.shape
    mixed = values.reshape(batch, 2, half, *sides).swapaxes(1, 2).reshape(values.shape)
    return g.op("Reshape", [y, g.constant((1, -1, height, width), np.int64)], x.shape, mixed)


def separable(g: Graph, x: Tensor, width: int, size: int = 3, stride: int = 1) -> Tensor:
    """Depthwise and pointwise, each with BatchNorm and Relu."""
    y = conv_norm(
        g, x, x.channels, conv="conv1", norm="bn1", size=size, stride=stride, depthwise=True
    )
    y = conv_norm(g, relu(g, y), width, conv="conv2", norm="bn2")
    return relu(g, y)


# RepVGG


def rep_vgg(g: Graph, x: Tensor, width: int, stride: int = 1) -> Tensor:
    """A 3x3 convolution that is trained as a sum of branches: 3x3, 1x1 and the input itself.

    Each branch has its own BatchNorm. Folded and merged, they are one 3x3 convolution.
    """
    identity = stride == 1 and x.channels == width
    gain = (3 if identity else 2) ** -0.5
    wide = g.random_weight(width, x.channels, 3)
    point = g.random_weight(width, x.channels, 1)
    wide_raw = probe.convolve(x.activation, wide.astype(np.float64), stride, 1, 1)
    point_raw = probe.convolve(x.activation, point.astype(np.float64), stride, 0, 1)
    wide_norm = g.random_norm(wide_raw, gain)
    point_norm = g.random_norm(point_raw, gain)
    norms = [wide_norm, point_norm]
    if identity:
        identity_norm = g.random_norm(x.activation, gain)
        norms.append(identity_norm)
    g.count(x, wide, stride, 1, norms=len(norms), extra=point.size)

    if g.style.keeps_branches:
        if identity:
            with g.scope("rbr_identity"):
                skipped = g.batch_norm(x, identity_norm)
        branches = []
        for name, weight, raw, norm in (
            ("rbr_dense", wide, wide_raw, wide_norm),
            ("rbr_1x1", point, point_raw, point_norm),
        ):
            pad = weight.shape[2] // 2
            with g.scope(name, "conv"):
                if g.style.keeps_bn:
                    y = g.convolution(x, weight, None, stride=stride, pad=pad, activation=raw)
                else:
                    scaled = _scaled(weight, norm)
                    activation = norm.apply(raw)
                    y = g.convolution(
                        x, scaled, norm.shift, stride=stride, pad=pad, activation=activation
                    )
            if g.style.keeps_bn:
                with g.scope(name, "bn"):
                    y = g.batch_norm(y, norm)
            branches.append(y)
        y = _add(g, *branches)
        if identity:
            y = _add(g, y, skipped)
        if g.style.keeps_bn:
            with g.scope("se"):
                y = g.op("Identity", [y], y.shape, y.activation)
    else:
        kernel = _scaled(wide, wide_norm)
        kernel[:, :, 1, 1] += _scaled(point, point_norm)[:, :, 0, 0]
        activation = wide_norm.apply(wide_raw) + point_norm.apply(point_raw)
        if identity:
            kernel[range(width), range(width), 1, 1] += identity_norm.scale
            activation = activation + identity_norm.apply(x.activation)
        shift = np.sum([norm.shift for norm in norms], axis=0)
        with g.scope("rbr_dense"):
            y = g.convolution(x, kernel, shift, stride=stride, pad=1, activation=activation)
    with g.scope("nonlinearity"):
        return silu(g, y)


# Joints


def _add(g: Graph, a: Tensor, b: Tensor) -> Tensor:
    return g.op("Add", [a, b], a.shape, a.activation + b.activation)


def add(g: Graph, tensors: Sequence[Tensor]) -> Tensor:
    first, second = tensors
    return _add(g, first, second)


def concat(g: Graph, tensors: Sequence[Tensor]) -> Tensor:
    channels = sum(tensor.channels for tensor in tensors)
    shape = (1, channels, *tensors[0].shape[2:])
    values = np.concatenate([tensor.activation for tensor in tensors], axis=1)
    return g.op("Concat", list(tensors), shape, values, axis=1)


def upsample(g: Graph, x: Tensor) -> Tensor:
    """Twice the size, each pixel repeated."""
    scales = g.constant([1, 1, 2, 2])
    region = g.folded("Resize", []) if g.style.legacy else g.constant([])
    shape = (*x.shape[:2], 2 * x.shape[2], 2 * x.shape[3])
    return g.op(
        "Resize",
        [x, region, scales],
        shape,
        x.activation.repeat(2, axis=2).repeat(2, axis=3),
        coordinate_transformation_mode="asymmetric",
        cubic_coeff_a=-0.75,
        mode="nearest",
        nearest_mode="floor",
    )


def max_pool(g: Graph, x: Tensor, size: int, stride: int = 1) -> Tensor:
    pad = size // 2
    height, width = ((side + 2 * pad - size) // stride + 1 for side in x.shape[2:])
    return g.op(
        "MaxPool",
        [x],
        (1, x.channels, height, width),
        probe.max_pool(x.activation, size, stride, pad),
        ceil_mode=0,
        kernel_shape=[size, size],
        pads=[pad] * 4,
        strides=[stride, stride],
    )
