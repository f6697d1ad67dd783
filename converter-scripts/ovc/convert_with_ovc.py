"""Converts an ONNX model with OpenVINO's current converter; nothing is compressed or changed.

    python convert_with_ovc.py --input model.onnx --output model.xml

Prints one JSON object: {"tool", "version", "xml", "bin"}. The converter's messages go to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from answer import answer, existing, parser, xml


def _convert(source: Path, target: Path) -> dict[str, str]:
    existing(source)
    import openvino

    model = openvino.convert_model(source)
    openvino.save_model(model, target, compress_to_fp16=False)
    return {
        "tool": "ovc",
        "version": openvino.__version__.split("-")[0],
        "xml": target.name,
        "bin": target.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> int:
    options = parser(__doc__, "convert_with_ovc.py --input model.onnx --output model.xml")
    options.add_argument("--input", type=Path, required=True, metavar="ONNX")
    options.add_argument("--output", type=xml, required=True, metavar="XML")
    given = options.parse_args(argv)
    return answer("ovc", lambda: _convert(given.input, given.output))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
