#!/usr/bin/env python3
"""Writes ir-models/MANIFEST.json: each file's sha256, size, origin and licence, and how to make it.

Prints one JSON object. Exit codes: 0 done, 1 failed (a file of unknown origin), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import fnmatch
import hashlib
import json
import sys
from pathlib import Path

_RENDERED = "converter-scripts/demo/render.py --count 5 --seed 121 --crowd --out pictures"
_MADE = {
    "conveyor-parts.onnx": "converter-scripts/demo/train.py --out build; see README.md, Training",
    "conveyor-parts.names": "converter-scripts/demo/train.py --out build",
    "pictures/*.jpg": _RENDERED,
    "pictures/instances.json": _RENDERED,
    "conveyor-parts.xml": "ovkit convert conveyor-parts.onnx",
    "conveyor-parts.bin": "ovkit convert conveyor-parts.onnx",
}
_ABOUT = ("MANIFEST.json", "README.md")


def describe(folder: Path) -> list[dict[str, object]]:
    """An entry for every file in the folder; a file of unknown origin is a ValueError."""
    entries: list[dict[str, object]] = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name in _ABOUT:
            continue
        made = next((m for pattern, m in _MADE.items() if fnmatch.fnmatch(name, pattern)), None)
        if made is None:
            raise ValueError(
                f"{path}: unknown origin; add it to _MADE in manifest.py or remove it"
            )
        data = path.read_bytes()
        entries.append(
            {
                "path": name,
                "sha256": hashlib.sha256(data).hexdigest(),
                "bytes": len(data),
                "origin": "this project",
                "made": made,
                "licence": "Apache-2.0",
            }
        )
    return entries


def main(argv: list[str] | None = None) -> int:
    """Writes the manifest and reports."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: python3 manifest.py --folder ../../ir-models",
    )
    parser.add_argument("--folder", type=Path, required=True)
    folder = parser.parse_args(argv).folder
    try:
        if not folder.is_dir():
            raise ValueError(f"{folder}: not a folder; expected the one with conveyor-parts.onnx")
        entries = describe(folder)
        partial = folder / "MANIFEST.json.part"
        partial.write_text(json.dumps({"files": entries}, indent=1) + "\n")
        partial.replace(folder / "MANIFEST.json")
    except (OSError, ValueError) as e:
        print(f"manifest.py: {e}", file=sys.stderr)
        return 1
    print(json.dumps({"manifest": str(folder / "MANIFEST.json"), "files": len(entries)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
