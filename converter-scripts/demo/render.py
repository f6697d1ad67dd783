#!/usr/bin/env python3
"""Renders pictures of parts on a conveyor, with their ground truth as COCO `instances.json`.

The same seed, size and library versions give the same bytes; the truth depends only on seed and
size. Prints one JSON object. Needs numpy and OpenCV, see ../requirements/render.txt.

Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

from scene import CROWD, LINE, OVERLAPPED, Scene, as_coco, render

_SMALLEST = (640, 360)
_LARGEST = (7680, 4320)


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(data)
    partial.replace(path)


def render_pictures(args: argparse.Namespace) -> dict[str, Any]:
    """Writes the pictures and the truth; returns what was written."""
    width, height = args.size
    args.out.mkdir(parents=True, exist_ok=True)
    scenes: list[tuple[str, Scene]] = []
    for index in range(args.first, args.first + args.count):
        scene = render(args.seed, index, width, height, CROWD if args.crowd else LINE)
        name = f"{index:06d}.jpg"
        _write(args.out / name, scene.jpeg)
        scenes.append((name, scene))
    info = {
        "description": "Rendered parts on a conveyor; boxes hold the visible pixels",
        "seed": args.seed,
        "overlapped_from": OVERLAPPED,
        "most_hidden": (CROWD if args.crowd else LINE).most_hidden,
    }
    truth = args.out / "instances.json"
    indent = None if args.shapes else 1  # a mask would have a line for each run
    text = json.dumps(as_coco(scenes, info, args.shapes), indent=indent)
    _write(truth, (text + "\n").encode())
    parts = [part for _, scene in scenes for part in scene.parts]
    return {
        "out": str(args.out),
        "truth": str(truth),
        "pictures": len(scenes),
        "width": width,
        "height": height,
        "seed": args.seed,
        "parts": len(parts),
        "overlapped_share": round(sum(p.hidden >= OVERLAPPED for p in parts) / len(parts), 4),
    }


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    fits = all(low <= s <= high for low, s, high in zip(_SMALLEST, size, _LARGEST, strict=True))
    if not fits or not 1.3 <= size[0] / size[1] <= 2.4:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a size; expected WIDTHxHEIGHT from 640x360 to 7680x4320, "
            "1.3 to 2.4 times as wide as high, such as 1280x720"
        )
    return size


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: python3 render.py --count 20 --seed 7 --out pictures",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder; created if missing")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--first", type=int, default=0, help="number of the first picture")
    parser.add_argument("--size", type=_size, default=(1280, 720), metavar="WxH")
    parser.add_argument("--crowd", action="store_true", help="more parts per picture")
    parser.add_argument(
        "--shapes", action="store_true", help="masks, key points and rotated boxes in the truth"
    )
    args = parser.parse_args(argv)
    if args.count < 1:
        parser.error("--count must be at least 1")
    if args.seed < 0 or args.first < 0:
        parser.error("--seed and --first must not be negative")
    return args


def main(argv: list[str] | None = None) -> int:
    """Renders and reports."""
    args = _parse(argv)
    try:
        result = render_pictures(args)
    except (OSError, RuntimeError) as e:
        print(f"render.py: {e}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
