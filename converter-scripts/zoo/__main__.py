"""Writes detectors as ONNX with random weights.

    python -m zoo --system pplcnet-yolo --out pplcnet-yolo.onnx
    python -m zoo --system all --names legacy --classes 80 --out models/
    python -m zoo --family yolo26 --out yolo26.onnx
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
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import onnx

from zoo.build import BadRequest, Built, Request, build
from zoo.families import FAMILIES
from zoo.families.export import Family
from zoo.graph import Style
from zoo.head import FORMS
from zoo.systems import SYSTEMS, System

_LOG = logging.getLogger("zoo")

_Entry = TypeVar("_Entry", System, Family)

# Options that say how a system is built.
_OF_SYSTEMS = ("classes", "size", "width", "depth", "head", "names", "form", "bn", "branches")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m zoo",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: python -m zoo --system pplcnet-yolo --names legacy --out pplcnet.onnx",
    )
    add = parser.add_argument
    add("--list", action="store_true", help="list the systems and families; writes nothing")
    add("--system", metavar="NAME|all", help="the system to build; see --list")
    add(
        "--family",
        metavar="NAME|all",
        help="a small detector in this form instead; takes only --out and --seed",
    )
    add("--out", type=Path, metavar="FILE|DIR", help="the ONNX file; a folder with 'all'")
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


def _chosen(option: str, name: str | None, known: Mapping[str, _Entry]) -> list[_Entry]:
    if name == "all":
        return list(known.values())
    if name not in known:
        what = "missing" if name is None else f"{name}: unknown"
        raise BadRequest(f"{option} {what}; the zoo has {', '.join(known)} (or all)")
    return [known[name]]


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


def _target(out: Path | None, name: str, several: bool) -> Path:
    if out is None:
        raise BadRequest("--out is missing; give the ONNX file to write, or a folder with all")
    return out / f"{name}.onnx" if several or out.is_dir() else out


def _write(model: onnx.ModelProto, target: Path) -> bytes:
    """Writes under a temporary name first, so that nobody reads half a model."""
    data = model.SerializeToString(deterministic=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(target)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    _LOG.info("%s written, %.1f MB", target, len(data) / 1e6)
    return data


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
        ],
        "families": [
            {"name": family.name, "about": family.about, "task": family.task}
            for family in FAMILIES.values()
        ],
    }


def _systems(args: argparse.Namespace) -> list[dict[str, Any]]:
    systems = _chosen("--system", args.system, SYSTEMS)
    requests = [_request(system, args) for system in systems]  # refuse before the first is written
    models = []
    for request in requests:
        target = _target(args.out, request.system.name, len(requests) > 1)
        built = build(request)
        data = _write(built.model, target)
        models.append(_described(request, built, target, data))
    return models


def _families(args: argparse.Namespace) -> list[dict[str, Any]]:
    for option in ("system", *_OF_SYSTEMS):
        if getattr(args, option) != _parser().get_default(option):
            raise BadRequest(f"--{option} does not apply to --family")
    if args.seed < 0:
        raise BadRequest(f"--seed {args.seed}: give 0 or more")
    families = _chosen("--family", args.family, FAMILIES)
    models = []
    for family in families:
        target = _target(args.out, family.name, len(families) > 1)
        model = family.model(args.seed)
        data = _write(model, target)
        models.append(
            {
                "family": family.name,
                "file": str(target),
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "task": family.task,
                "classes": family.classes,
                "seed": args.seed,
                "preprocessing": asdict(family.preprocessing),
                "inputs": [_value(value) for value in model.graph.input],
                "outputs": [_value(value) for value in model.graph.output],
                "metadata": {entry.key: entry.value for entry in model.metadata_props},
            }
        )
    return models


def _value(value: onnx.ValueInfoProto) -> dict[str, Any]:
    tensor = value.type.tensor_type
    return {
        "name": value.name,
        "type": onnx.TensorProto.DataType.Name(tensor.elem_type),
        "shape": [side.dim_param or side.dim_value for side in tensor.shape.dim],
    }


def _run(args: argparse.Namespace) -> dict[str, Any]:
    if args.list:
        return _listed()
    return {"models": _systems(args) if args.family is None else _families(args)}


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
