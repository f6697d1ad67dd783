"""PPLcnet-yolo from its published layer table: PP-LCNet backbone, FPN+PAN neck, three heads.

Layers keep the table's numbers, so an exported graph names its heads `/model.32/m.0/Conv` and so
on. At width 1 and with one class it has the published 4,378,838 parameters; the demo detector is
narrower.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)


class ConvAct(nn.Module):
    """Convolution without bias, batch normalisation, activation."""

    def __init__(
        self, c_in: int, c_out: int, k: int, stride: int, act: nn.Module, groups: int = 1
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, k, stride, k // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.bn(self.conv(x)))


class SqueezeExcite(nn.Module):
    """Scales channels by a gate that depends on their means; here a SiLU, not a sigmoid."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, channels // 4, 1)
        self.relu = nn.ReLU(inplace=True)
        self.expand = nn.Conv2d(channels // 4, channels, 1)
        self.gate = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate(self.expand(self.relu(self.reduce(self.pool(x)))))


class LightBlock(nn.Module):
    """LC_Block: depthwise convolution, optional squeeze-and-excite, pointwise convolution."""

    def __init__(self, c_in: int, c_out: int, stride: int, k: int, squeeze: bool) -> None:
        super().__init__()
        self.depthwise = ConvAct(c_in, c_in, k, stride, nn.Hardswish(inplace=True), groups=c_in)
        self.se = SqueezeExcite(c_in) if squeeze else nn.Identity()
        self.pointwise = ConvAct(c_in, c_out, 1, 1, nn.Hardswish(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        return self.pointwise(self.se(self.depthwise(x)))


class Dense(nn.Module):
    """Pointwise convolution without bias or normalisation, H-swish, dropout."""

    def __init__(self, c_in: int, c_out: int, dropout: float) -> None:
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, 1, bias=False)
        self.act = nn.Hardswish(inplace=True)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.act(self.conv(x)))


def _conv(c_in: int, c_out: int, k: int = 1) -> ConvAct:
    return ConvAct(c_in, c_out, k, 1, nn.SiLU(inplace=True))


class C3(nn.Module):
    """Two pointwise branches, one through a bottleneck without shortcut, joined by a third."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        half = c_out // 2
        self.cv1 = _conv(c_in, half)
        self.cv2 = _conv(c_in, half)
        self.cv3 = _conv(2 * half, c_out)
        self.m = nn.Sequential(_conv(half, half), _conv(half, half, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class Concat(nn.Module):
    """Joins feature maps on channels."""

    def forward(self, *maps: Tensor) -> Tensor:
        return torch.cat(maps, 1)


class Detect(nn.Module):
    """The three heads: raw maps `[n, 3, h, w, 5 + classes]` in training, else decoded boxes."""

    def __init__(self, classes: int, channels: list[int], anchors: list[list[float]]) -> None:
        super().__init__()
        self.outputs = 5 + classes
        self.m = nn.ModuleList(nn.Conv2d(c, 3 * self.outputs, 1) for c in channels)
        self.register_buffer("anchors", torch.tensor(anchors).view(3, 3, 2))
        for conv, stride in zip(self.m, STRIDES, strict=True):
            bias = conv.bias.data.view(3, self.outputs)
            # Start near the truth: about ten parts per picture, all classes equally frequent.
            bias[:, 4] = math.log(10 / (640 / stride) ** 2)
            bias[:, 5:] = math.log(0.6 / (classes - 0.6))

    def raw(self, maps: list[Tensor]) -> list[Tensor]:
        out = []
        for conv, x in zip(self.m, maps, strict=True):
            y = conv(x)
            n, _, h, w = y.shape
            out.append(y.view(n, 3, self.outputs, h, w).permute(0, 1, 3, 4, 2).contiguous())
        return out

    def forward(self, *maps: Tensor) -> list[Tensor] | Tensor:
        raw = self.raw(list(maps))
        return raw if self.training else self.decode(raw)

    def decode(self, raw: list[Tensor]) -> Tensor:
        """Boxes (cx, cy, w, h in input pixels), objectness, class scores: `[n, boxes, 5 + nc]`."""
        flat = []
        for level, y in enumerate(raw):
            n, _, h, w, _ = (int(d) for d in y.shape)
            xy, wh, scores = y.sigmoid().split((2, 2, self.outputs - 4), 4)
            xy = (xy * 2 + (cell_grid(h, w) - 0.5)) * float(STRIDES[level])
            wh = (wh * 2) ** 2 * self.anchors[level].view(1, 3, 1, 1, 2)
            flat.append(torch.cat((xy, wh, scores), 4).view(n, 3 * h * w, self.outputs))
        return torch.cat(flat, 1)


def cell_grid(h: int, w: int) -> Tensor:
    """Column and row of each cell as `[1, 1, h, w, 2]`, a constant when traced."""
    rows, cols = np.indices((h, w), np.float32)
    return torch.tensor(np.stack((cols, rows), 2)[None, None])


class _Layer(NamedTuple):
    sources: tuple[int, ...]
    module: nn.Module


class PplcnetYolo(nn.Module):
    """The detector.

    Channels are scaled and rounded up to a multiple of eight: by `early` in layers with at most 64
    of them, which work on large maps and cost most, by `width` in all others.
    """

    def __init__(
        self,
        classes: int,
        anchors: list[list[float]],
        width: float = 1.0,
        early: float | None = None,
    ) -> None:
        super().__init__()
        first = width if early is None else early

        def ch(channels: int) -> int:
            scale = first if channels <= 64 else width
            return max(8, math.ceil(channels * scale / 8) * 8)

        layers: list[_Layer] = []
        sizes: list[int] = []

        def add(module: nn.Module, c_out: int, *sources: int) -> int:
            layers.append(_Layer(sources or (-1,), module))
            sizes.append(c_out)
            return len(layers) - 1

        add(ConvAct(3, ch(32), 3, 2, nn.Hardswish(inplace=True)), ch(32))
        backbone = [(64, 2, 3, False), (64, 1, 3, False), (128, 2, 3, False)]
        backbone += [(128, 1, 3, False)] * 3 + [(256, 2, 3, False)] + [(256, 1, 5, False)] * 5
        backbone += [(512, 2, 5, True)] + [(512, 1, 5, True)] * 3
        for c, stride, k, squeeze in backbone:
            add(LightBlock(sizes[-1], ch(c), stride, k, squeeze), ch(c))
        add(Dense(sizes[-1], ch(512), 0.2), ch(512))

        def up(c: int, lateral: int) -> int:
            narrow = add(_conv(sizes[-1], ch(c)), ch(c))
            add(nn.Upsample(scale_factor=2.0, mode="nearest"), ch(c))
            joined = ch(c) + sizes[lateral]
            add(Concat(), joined, -1, lateral)
            add(C3(joined, ch(c)), ch(c))
            return narrow

        def down(c_in: int, c_out: int, lateral: int) -> int:
            add(LightBlock(sizes[-1], ch(c_in), 2, 5, True), ch(c_in))
            joined = ch(c_in) + sizes[lateral]
            add(Concat(), joined, -1, lateral)
            return add(C3(joined, ch(c_out)), ch(c_out))

        narrow5 = up(256, 12)
        narrow4 = up(128, 6)
        p3 = len(layers) - 1
        p4 = down(128, 256, narrow4)
        p5 = down(256, 512, narrow5)
        heads = (p3, p4, p5)
        add(Detect(classes, [sizes[i] for i in heads], anchors), 0, *heads)

        self.model = nn.Sequential(*(layer.module for layer in layers))
        self.sources = [layer.sources for layer in layers]

    def forward(self, x: Tensor) -> list[Tensor] | Tensor:
        seen: list[Tensor] = []
        for sources, module in zip(self.sources, self.model, strict=True):
            inputs = [x if not seen else seen[i] for i in sources]
            seen.append(module(*inputs))
        return seen[-1]

    @property
    def head(self) -> Detect:
        """The detection head."""
        detect = self.model[-1]
        assert isinstance(detect, Detect)
        return detect
