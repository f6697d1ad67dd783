"""A model for tests: one convolution and a Relu.

It is written byte by byte, because not every converter's environment has the onnx package.
"""

from __future__ import annotations

import struct


def _varint(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _value(name: str, *dimensions: int) -> bytes:
    shape = b"".join(_bytes(1, _number(1, dimension)) for dimension in dimensions)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, shape)))


def _node(op: str, name: str, inputs: list[str], output: str) -> bytes:
    names = b"".join(_bytes(1, name) for name in inputs)
    return names + _bytes(2, output) + _bytes(3, name) + _bytes(4, op)


def one_convolution() -> bytes:
    """``images`` 1x3x8x8 -> Conv_0 (2 channels, 1x1) -> Identity -> Relu_1 -> ``output``."""
    weights = struct.pack("<6f", *(0.1 * k for k in range(1, 7)))
    kernel = b"".join(_number(1, d) for d in (2, 3, 1, 1)) + _number(2, 1)
    kernel += _bytes(8, "weight") + _bytes(9, weights)
    graph = _bytes(1, _node("Conv", "Conv_0", ["images", "weight"], "convolved"))
    graph += _bytes(1, _node("Identity", "Identity_1", ["convolved"], "same"))
    graph += _bytes(1, _node("Relu", "Relu_2", ["same"], "output"))
    graph += _bytes(2, "tiny") + _bytes(5, kernel)
    graph += _bytes(11, _value("images", 1, 3, 8, 8)) + _bytes(12, _value("output", 1, 2, 8, 8))
    return _number(1, 7) + _bytes(7, graph) + _bytes(8, _number(2, 12))
