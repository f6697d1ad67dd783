"""Lets the generated bindings load their library through their preset instead of JavaCPP's loader, which looks
through annotations and the class path once a class: a tenth of the time to the first boxes.

Only sources that changed are written: JavaCPP writes all of them anew in each build, and a newer source would be
compiled again, with all that depends on it.

usage: load-in-place.py PARSED GENERATED_SOURCES
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

PRESET = re.compile(r"dev\.ovkit\.nativelib\.(?:convert\.)?presets\.\w+")
JAVACPPS = "static { Loader.load(); }"


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    parsed, generated = Path(sys.argv[1]), Path(sys.argv[2])
    made = set()
    for file in sorted(parsed.rglob("*.java")):
        source = file.read_text(encoding="utf-8")
        preset = PRESET.search(source)
        if JAVACPPS in source and preset:
            source = source.replace(JAVACPPS, f"static {{ {preset[0]}.load(); }}")
        elif "Loader.load(" in source:
            print(f"{file.name}: loads a library in a way that is not known", file=sys.stderr)
            return 1
        target = generated / file.relative_to(parsed)
        made.add(target)
        if not target.exists() or target.read_text(encoding="utf-8") != source:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8")
    for old in set(generated.rglob("*.java")) - made:
        old.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
