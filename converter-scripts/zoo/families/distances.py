"""Boxes as distances from a cell's centre to its four sides, as anchor-free heads give them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from zoo.families import body
from zoo.families.export import Export
from zoo.graph import Tensor

# Logits that fall with the distance: most boxes are a few cells wide.
_FALL = 0.3


def bins(e: Export, x: Tensor, name: str, count: int) -> Tensor:
    """A head of 4 * count logits: for each side a distribution over distances in cells."""
    mean = np.tile(-_FALL * np.arange(count), 4)
    return body.head(e, x, name, 4 * count, mean, 1.0)


def expected(e: Export, logits: Tensor, count: int, batch: int = 1) -> Tensor:
    """[batch, 4 * count, n] of logits as [batch, 4, n] of mean distances, by a convolution."""
    apart = e("Reshape", logits, [batch, 4, count, -1])
    apart = e("Transpose", apart, perm=[0, 2, 1, 3])
    shares = e("Softmax", apart, axis=1)
    weight = np.arange(count, dtype=np.float32).reshape(1, count, 1, 1)
    with e.graph.scope("dfl"):
        return e("Reshape", e("Conv", shares, weight), [batch, 4, -1])


def centres(maps: Sequence[Tensor], offset: float = 0.5) -> np.ndarray:
    """The centres of the cells of all maps as [n, 2], in cells."""
    return np.concatenate([body.cells(x, offset) for x in maps])


def strides_of_cells(maps: Sequence[Tensor], strides: Sequence[int]) -> np.ndarray:
    """The stride of each cell as [n, 1]."""
    sizes = [x.shape[2] * x.shape[3] for x in maps]
    return np.repeat(np.asarray(strides, np.float32), sizes).reshape(-1, 1)


def sides(e: Export, distances: Tensor, points: np.ndarray, axis: int = 1) -> tuple[Tensor, Tensor]:
    """Top left and bottom right corner from distances l, t, r, b along `axis`."""
    grid = points.T[None] if axis == 1 else points[None]
    before = e.slice(distances, 0, 2, axis)
    after = e.slice(distances, 2, 4, axis)
    return e("Sub", grid, before), e("Add", grid, after)


def boxes(
    e: Export, distances: Tensor, points: np.ndarray, *, corners: bool, axis: int = 1
) -> Tensor:
    """Boxes in cells: x1, y1, x2, y2, or cx, cy, w, h."""
    low, high = sides(e, distances, points, axis)
    if corners:
        return e("Concat", low, high, axis=axis)
    centre = e("Div", e("Add", low, high), 2.0)
    return e("Concat", centre, e("Sub", high, low), axis=axis)
