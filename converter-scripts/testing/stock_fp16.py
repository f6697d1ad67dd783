"""Converts every ONNX of a folder as OpenVINO's own converter does, with its default, FP16 weights.

    python -m testing.stock_fp16 DIR

Writes NAME.xml and NAME.bin beside NAME.onnx; a model that OpenVINO cannot read gets neither.
"""

from __future__ import annotations

import sys
from pathlib import Path

import openvino

for onnx in sorted(Path(sys.argv[1]).glob("*.onnx")):
    try:
        model = openvino.convert_model(onnx)
    except RuntimeError as e:
        print(f"{onnx.name}: {e}", file=sys.stderr)
    else:
        openvino.save_model(model, onnx.with_suffix(".xml"), compress_to_fp16=True)
