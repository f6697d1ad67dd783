"""The layers of a small detection transformer, with their values on the probe.

A tensor of tokens is [1, n, width] in the graph, and [pictures, tokens, width] on the probe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zoo import probe
from zoo.families import body
from zoo.families.export import Export
from zoo.graph import Tensor

_EPSILON = 1e-5


def tokens(e: Export, maps: Sequence[Tensor]) -> Tensor:
    """The cells of all maps, one after another."""
    joined = e("Concat", *[body.rows(e, x) for x in maps], axis=1)
    flat = [x.activation.reshape(*x.activation.shape[:2], -1) for x in maps]
    return replace(joined, probe=np.concatenate(flat, axis=2).swapaxes(1, 2))


def linear(e: Export, x: Tensor, name: str, width: int, spread: float, mean: float = 0.0) -> Tensor:
    """A linear layer whose outputs have this mean and spread on the probe."""
    weight, bias = fitted(e, x.activation, width, spread, mean)
    with e.graph.scope(name):
        product = e("MatMul", x, e.graph.parameter("weight", weight))
        result = e("Add", product, e.graph.parameter("bias", bias))
    return replace(result, probe=x.activation @ weight.astype(np.float64) + bias)


def fitted(
    e: Export, values: probe.Array, width: int, spread: float, mean: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights [in, width] and biases with which these values get this mean and spread."""
    weight = e.graph.random_weight(width, values.shape[-1], 1)[:, :, 0, 0].T
    raw = values @ weight.astype(np.float64)
    gain = probe.rounded(spread / np.maximum(raw.std(axis=(0, 1)).mean(), 1e-6))
    weight = (weight * gain).astype(np.float32)
    raw = values @ weight.astype(np.float64)
    return weight, (mean - probe.rounded(raw.mean(axis=(0, 1)))).astype(np.float32)


def layer_norm(e: Export, x: Tensor, name: str) -> Tensor:
    values = x.activation
    width = values.shape[-1]
    with e.graph.scope(name):
        one = e.graph.parameter("weight", np.ones(width))
        zero = e.graph.parameter("bias", np.zeros(width))
        result = e("LayerNormalization", x, one, zero, axis=-1, epsilon=_EPSILON)
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
    return replace(result, probe=centred / deviation)


def add(e: Export, a: Tensor, b: Tensor) -> Tensor:
    return replace(e("Add", a, b), probe=a.activation + b.activation)


def relu(e: Export, x: Tensor) -> Tensor:
    return replace(e("Relu", x), probe=np.maximum(x.activation, 0))


def attention(e: Export, asking: Tensor, memory: Tensor, name: str, width: int) -> Tensor:
    """One head of attention."""
    with e.graph.scope(name):
        q = linear(e, asking, "q", width, 1.0)
        k = linear(e, memory, "k", width, 1.0)
        v = linear(e, memory, "v", width, 1.0)
        scale = width**-0.5
        alike = e("MatMul", e("Mul", q, scale), e("Transpose", k, perm=[0, 2, 1]))
        mixed = e("MatMul", e("Softmax", alike, axis=-1), v)
    numbers = q.activation * scale @ k.activation.swapaxes(1, 2)
    shares = np.exp(numbers - numbers.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    return replace(mixed, probe=shares @ v.activation)
