"""Simplifies an ONNX model with onnxsim: folds constants and shape arithmetic.

    python simplify_onnx.py --input model.onnx --output model-sim.onnx

Prints one JSON object: {"tool", "version", "onnx", "nodes_before", "nodes_after"}.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from answer import answer, existing, parser


def _simplify(source: Path, target: Path) -> dict[str, str | int]:
    existing(source)
    import onnx
    import onnxsim

    model = onnx.load(source)
    simplified, sound = onnxsim.simplify(model)
    if not sound:
        raise ValueError(f"{source}: onnxsim's own check of the simplified model failed")
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
    options = parser(__doc__, "simplify_onnx.py --input model.onnx --output model-sim.onnx")
    options.add_argument("--input", type=Path, required=True, metavar="ONNX")
    options.add_argument("--output", type=Path, required=True, metavar="ONNX")
    given = options.parse_args(argv)
    return answer("onnxsim", lambda: _simplify(given.input, given.output))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
