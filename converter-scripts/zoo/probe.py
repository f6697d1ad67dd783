"""A small forward pass in numpy that keeps random networks stable.

With random weights, activations vanish or explode after a few dozen layers. As in training, each
BatchNorm therefore takes its mean and variance from the real outputs of its convolution, here on a
few small fixed pictures. The pass runs in f64 and the statistics are rounded to three digits, so
that the bytes of the model do not depend on the CPU's order of summation.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_PICTURES = 16
_SIDE = 64


def pictures() -> Array:
    """Noise in 0..1: from rough to smooth, with low and high contrast, dark and bright.

    Photographs differ as much from each other as within themselves. A network normalised on similar
    pictures explodes on the first different one.
    """
    generator = np.random.Generator(np.random.PCG64(0))
    result = []
    for index in range(_PICTURES):
        smoothness = 2 * index / (_PICTURES - 1)
        picture = np.zeros((3, _SIDE, _SIDE))
        side = 2
        while side <= _SIDE:
            octave = generator.random((1, side, side)) + generator.random((3, side, side)) / 2
            repeat = _SIDE // side
            picture += octave.repeat(repeat, axis=1).repeat(repeat, axis=2) * repeat**smoothness
            side *= 2
        contrast = (0.1, 0.35)[index % 2]
        brightness = (0.35, 0.5, 0.65)[index % 3]
        standard = (picture - picture.mean()) / picture.std()
        result.append(np.clip(standard * contrast + brightness, 0, 1))
    return np.stack(result)


def _windows(x: Array, size: int, stride: int) -> Iterator[tuple[int, int, Array]]:
    """For each position in a kernel: row, column and the strided view of a padded map."""
    height = (x.shape[2] - size) // stride + 1
    width = (x.shape[3] - size) // stride + 1
    for row in range(size):
        for column in range(size):
            rows = slice(row, row + stride * (height - 1) + 1, stride)
            columns = slice(column, column + stride * (width - 1) + 1, stride)
            yield row, column, x[:, :, rows, columns]


def _pad(x: Array, pad: int) -> Array:
    """Pads by wrapping around.

    The maps are so small that zeros, rare in a real picture, would dominate the statistics.
    """
    return np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="wrap")


def convolve(x: Array, weight: Array, stride: int, pad: int, groups: int) -> Array:
    """Convolution, one matrix product (or, depthwise, one scaling) for each kernel position."""
    out: Array | None = None
    for row, column, window in _windows(_pad(x, pad), weight.shape[2], stride):
        tap = weight[:, :, row, column]
        flat = window.reshape(*window.shape[:2], -1)
        term = tap @ flat if groups == 1 else tap * flat
        out = term if out is None else out + term
        shape = window.shape
    assert out is not None
    return out.reshape(shape[0], -1, *shape[2:])


def max_pool(x: Array, size: int, stride: int, pad: int) -> Array:
    """Max pooling."""
    windows = (window for _, _, window in _windows(_pad(x, pad), size, stride))
    return functools.reduce(np.maximum, windows)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def hard_swish(x: Array) -> Array:
    return x * np.clip(x / 6 + 0.5, 0, 1)


def per_channel(values: Array) -> Array:
    """A vector of one value per channel, shaped to act on NCHW."""
    return values.reshape(1, -1, 1, 1)


def rounded(values: Array) -> Array:
    """Three significant digits."""
    values = np.asarray(values, dtype=np.float64)
    magnitude = 10.0 ** np.floor(np.log10(np.where(values == 0, 1, np.abs(values))))
    return np.round(values / magnitude, 2) * magnitude
