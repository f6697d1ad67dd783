"""Converts an ONNX with OpenVINO's present converter, uncompressed and as it is.

    python convert_with_ovc.py --input model.onnx --output model.xml

Prints one JSON object: {"tool", "version", "xml", "bin"}. What the converter says goes to stderr.
Exit codes: 0 done, 1 failed (the last line on stderr says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="convert_with_ovc.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: convert_with_ovc.py --input model.onnx --output model.xml",
    )
    parser.add_argument("--input", type=Path, required=True, metavar="ONNX")
    parser.add_argument("--output", type=Path, required=True, metavar="XML")
    arguments = parser.parse_args(argv)
    if arguments.output.suffix != ".xml":
        parser.error(f"--output {arguments.output}: expected a name that ends in .xml")
    return arguments


def _convert(onnx: Path, xml: Path) -> dict[str, str]:
    if not onnx.is_file():
        raise FileNotFoundError(f"{onnx} is not there")
    import openvino

    model = openvino.convert_model(onnx)
    openvino.save_model(model, xml, compress_to_fp16=False)
    return {
        "tool": "ovc",
        "version": openvino.__version__.split("-")[0],
        "xml": xml.name,
        "bin": xml.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> int:
    arguments = _arguments(argv)
    # Libraries print as they like, C++ included; stdout is for the answer alone.
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = _convert(arguments.input, arguments.output)
    except Exception as error:
        print(" ".join(f"ovc: {error}".split()), file=sys.stderr)
        return 1
    os.dup2(answer, 1)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
