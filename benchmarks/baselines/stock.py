"""The stock route: an ONNX converted by openvino.convert_model, as its documentation says, in f32.

usage: stock.py MODEL.onnx OUT.xml
"""

from __future__ import annotations

import sys

import openvino as ov

if len(sys.argv) != 3:
    print(__doc__, file=sys.stderr)
    sys.exit(2)
ov.save_model(ov.convert_model(sys.argv[1]), sys.argv[2], compress_to_fp16=False)
