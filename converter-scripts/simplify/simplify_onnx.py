"""Simplifies an ONNX with onnxsim: folds constants and the arithmetic of shapes.

    python simplify_onnx.py --input model.onnx --output model-sim.onnx

Prints one JSON object: {"tool", "version", "onnx", "nodes_before", "nodes_after"}.
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
        prog="simplify_onnx.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: simplify_onnx.py --input model.onnx --output model-sim.onnx",
    )
    parser.add_argument("--input", type=Path, required=True, metavar="ONNX")
    parser.add_argument("--output", type=Path, required=True, metavar="ONNX")
    return parser.parse_args(argv)


def _simplify(source: Path, target: Path) -> dict[str, str | int]:
    if not source.is_file():
        raise FileNotFoundError(f"{source} is not there")
    import onnx
    import onnxsim

    model = onnx.load(source)
    simplified, sound = onnxsim.simplify(model)
    if not sound:
        raise ValueError(f"onnxsim's own check of {source} does not hold")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        onnx.save(simplified, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return {
        "tool": "onnxsim",
        "version": onnxsim.__version__.removeprefix("v"),
        "onnx": target.name,
        "nodes_before": len(model.graph.node),
        "nodes_after": len(simplified.graph.node),
    }


def main(argv: Sequence[str]) -> int:
    arguments = _arguments(argv)
    # Libraries print as they like, C++ included; stdout is for the answer alone.
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = _simplify(arguments.input, arguments.output)
    except Exception as error:
        print(" ".join(f"onnxsim: {error}".split()), file=sys.stderr)
        return 1
    os.dup2(answer, 1)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
