"""Writes the seed's detectors as ONNX with random weights.

    python -m zoo --system pplcnet-yolo --out pplcnet-yolo.onnx
    python -m zoo --system all --names legacy --classes 80 --out models/
    python -m zoo --list

Prints one JSON object. Exit codes: 0 done, 1 failed (the reason is on stderr), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zoo.build import BadRequest, Built, Request, build
from zoo.graph import Style
from zoo.head import FORMS
from zoo.systems import SYSTEMS, System

_LOG = logging.getLogger("zoo")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m zoo",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: python -m zoo --system pplcnet-yolo --names legacy --out pplcnet.onnx",
    )
    add = parser.add_argument
    add("--list", action="store_true", help="list the systems; writes nothing")
    add("--system", metavar="NAME|all", help="the system to build; see --list")
    add("--out", type=Path, metavar="FILE|DIR", help="the ONNX file; a folder with --system all")
    add("--classes", type=int, default=1, metavar="N", help="number of classes (1)")
    add("--size", metavar="S|HxW", help="input size (640, v5lite-e 320)")
    add("--width", type=float, default=1.0, metavar="F", help="factor on all channels (1)")
    add("--depth", type=float, default=1.0, metavar="F", help="factor on all repetitions (1)")
    add("--seed", type=int, default=0, metavar="N", help="seed of the random weights (0)")
    add("--head", choices=FORMS, default="maps", help="form of the outputs (maps)")
    add(
        "--names",
        choices=("legacy", "modern"),
        default="modern",
        help="node names and operators of torch <= 1.12 or >= 1.13 (modern)",
    )
    add(
        "--form",
        choices=("simplified", "exported"),
        default="simplified",
        help="after onnxsim, or as exported, with Constant nodes and shape arithmetic (simplified)",
    )
    add(
        "--bn",
        choices=("folded", "keep"),
        default="folded",
        help="keep BatchNormalization, Dropout, Identity and RepVGG's branches (folded)",
    )
    add(
        "--branches",
        choices=("merged", "kept"),
        default="merged",
        help="keep RepVGG's branches, each with its BatchNorm folded (merged)",
    )
    return parser


def _size(text: str | None, default: int) -> tuple[int, int]:
    if text is None:
        return default, default
    match = re.fullmatch(r"(\d+)(?:[xX](\d+))?", text)
    if not match:
        raise BadRequest(f"--size {text}: give one number or HEIGHTxWIDTH, such as 640 or 384x640")
    height = int(match[1])
    return height, int(match[2] or height)


def _chosen(name: str | None) -> list[System]:
    if name == "all":
        return list(SYSTEMS.values())
    if name not in SYSTEMS:
        known = ", ".join(SYSTEMS)
        what = "missing" if name is None else f"{name}: unknown"
        raise BadRequest(f"--system {what}; the zoo has {known} (or all)")
    return [SYSTEMS[name]]


def _request(system: System, args: argparse.Namespace) -> Request:
    height, width = _size(args.size, system.size)
    return Request(
        system,
        classes=args.classes,
        height=height,
        width=width,
        channels=args.width,
        depth=args.depth,
        seed=args.seed,
        head=args.head,
        style=Style(args.names, args.form, args.bn, args.branches),
    )


def _target(out: Path, system: System, several: bool) -> Path:
    return out / f"{system.name}.onnx" if several or out.is_dir() else out


def _write(data: bytes, target: Path) -> None:
    """Writes under a temporary name first, so that nobody reads half a model."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _described(request: Request, built: Built, target: Path, data: bytes) -> dict[str, Any]:
    return {
        "system": request.system.name,
        "file": str(target),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "classes": request.classes,
        "size": [request.height, request.width],
        "width": request.channels,
        "depth": request.depth,
        "seed": request.seed,
        "head": request.head,
        **asdict(request.style),
        "parameters": built.cost.parameters,
        "parameters_fused": built.cost.fused,
        "gflops": round(2 * built.cost.macs / 1e9, 3),
        "heads": [asdict(head) for head in built.heads],
        "outputs": [{"name": o.name, "shape": o.shape} for o in built.outputs],
    }


def _listed() -> dict[str, Any]:
    return {
        "systems": [
            {
                "name": system.name,
                "about": system.about,
                "size": system.size,
                "published": [asdict(figure) for figure in system.figures],
            }
            for system in SYSTEMS.values()
        ]
    }


def _run(args: argparse.Namespace) -> dict[str, Any]:
    if args.list:
        return _listed()
    systems = _chosen(args.system)
    requests = [_request(system, args) for system in systems]  # refuse before the first is written
    if args.out is None:
        raise BadRequest("--out is missing; give the ONNX file to write, or a folder with all")
    models = []
    for request in requests:
        target = _target(args.out, request.system, len(requests) > 1)
        built = build(request)
        data = built.model.SerializeToString(deterministic=True)
        _write(data, target)
        _LOG.info("%s written, %.1f MB", target, len(data) / 1e6)
        models.append(_described(request, built, target, data))
    return {"models": models}


def main(argv: Sequence[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="zoo: %(message)s", stream=sys.stderr)
    try:
        result = _run(args)
    except BadRequest as error:
        print(f"zoo: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"zoo: cannot write {error.filename or args.out}: {error.strerror}", file=sys.stderr)
        return 1
    json.dump(result, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
