"""The network below every head: a small backbone and a top-down neck, for any strides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo import blocks
from zoo.families.export import Export
from zoo.graph import Tensor

_WIDTHS = {2: 16, 4: 16, 8: 24, 16: 32, 32: 48, 64: 48}


def pyramid(e: Export, image: Tensor, strides: Sequence[int] = (8, 16, 32)) -> list[Tensor]:
    """Feature maps of these strides, finest first."""
    g = e.graph
    maps: dict[int, Tensor] = {}
    x = image
    stride = 1
    while stride < strides[-1]:
        stride *= 2
        with g.scope("backbone", f"stage{stride}"):
            with g.scope("down"):
                x = blocks.conv(g, x, _WIDTHS[stride], 3, 2)
            if stride >= 8:
                with g.scope("block"):
                    x = blocks.bottleneck(g, x, _WIDTHS[stride], True)
        maps[stride] = x
    found = [x]
    while stride > strides[0]:
        stride //= 2
        with g.scope("neck", f"stage{stride}"):
            joined = blocks.concat(g, [blocks.upsample(g, x), maps[stride]])
            with g.scope("merge"):
                x = blocks.conv(g, joined, _WIDTHS[stride])
        if stride in strides:
            found.insert(0, x)
    return found


def head(
    e: Export,
    x: Tensor,
    name: str,
    channels: int,
    mean: float | np.ndarray,
    spread: float | np.ndarray,
) -> Tensor:
    """A 1x1 convolution whose outputs have this mean and spread, each channel its own in arrays."""
    with e.graph.scope("head", name):
        bias = np.broadcast_to(np.asarray(mean, dtype=np.float64), (channels,)).copy()
        return blocks.plain_conv(e.graph, x, channels, spread=spread, bias=bias)


def scores(e: Export, x: Tensor, name: str, classes: int, spread: float = 1.5) -> Tensor:
    """Logits of classes: about one in a hundred is above 0.25 after a sigmoid."""
    return head(e, x, name, classes, -4.5, spread)


def cells(x: Tensor, offset: float = 0.5) -> np.ndarray:
    """Centres of a map's cells as [rows * columns, 2]: x, y in cells."""
    rows, columns = x.shape[2:4]
    grid = np.meshgrid(np.arange(columns) + offset, np.arange(rows) + offset)
    return np.stack(grid, axis=-1).reshape(-1, 2).astype(np.float32)


def flat(e: Export, x: Tensor, batch: int = 1) -> Tensor:
    """[batch, channels, rows, columns] as [batch, channels, cells]; batch 0 is any."""
    return e("Reshape", x, [batch, x.channels, -1])


def rows(e: Export, x: Tensor, batch: int = 1) -> Tensor:
    """[batch, channels, rows, columns] as [batch, cells, channels]."""
    return e("Transpose", flat(e, x, batch), perm=[0, 2, 1])
