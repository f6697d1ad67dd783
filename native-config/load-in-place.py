"""Lets the generated bindings load their library through their preset instead of JavaCPP's loader, which looks
through annotations and the class path once a class: a tenth of the time to the first boxes.

usage: load-in-place.py GENERATED_SOURCES
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PRESET = re.compile(r"dev\.ovkit\.nativelib\.(?:convert\.)?presets\.\w+")
JAVACPPS = "static { Loader.load(); }"


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    for file in sorted(Path(sys.argv[1]).rglob("*.java")):
        source = file.read_text(encoding="utf-8")
        preset = PRESET.search(source)
        if JAVACPPS in source and preset:
            file.write_text(source.replace(JAVACPPS, f"static {{ {preset[0]}.load(); }}"), encoding="utf-8")
        elif "Loader.load(" in source:
            print(f"{file.name}: loads a library in a way that is not known", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
