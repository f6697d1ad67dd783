"""Writes the trained detector as ONNX: one decoded output, labels and thresholds as metadata."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch

from net import PplcnetYolo

OPSET = 12


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def metadata_property(key: str, value: str) -> bytes:
    """One entry of ModelProto.metadata_props (field 14), ready to be appended to a model's bytes.

    Protobuf merges concatenated messages, so this works without the onnx package, which Debian's
    torch lacks too.
    """
    return _field(14, _field(1, key.encode()) + _field(2, value.encode()))


def write_onnx(
    net: PplcnetYolo,
    path: Path,
    labels: Sequence[str],
    width: int,
    height: int,
    confidence: float,
    nms_iou: float,
) -> None:
    """Exports with batch normalisation folded, input `images`, output `output`."""
    net.eval().to(memory_format=torch.contiguous_format)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The size is fixed, so tracing may turn the grids into constants.
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        torch.onnx.export(
            net,
            (torch.zeros(1, 3, height, width),),
            buffer,
            opset_version=OPSET,
            input_names=["images"],
            output_names=["output"],
            do_constant_folding=True,
        )
    names = "{" + ", ".join(f"{i}: '{label}'" for i, label in enumerate(labels)) + "}"
    properties = {
        "names": names,
        "stride": "32",
        "confidence_threshold": f"{confidence:g}",
        "iou_threshold": f"{nms_iou:g}",
    }
    data = buffer.getvalue() + b"".join(metadata_property(k, v) for k, v in properties.items())
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)
