"""Writes the list by which the loader knows its libraries: OpenVINO's version, then name, size and SHA-256 of each
file under a folder, sorted.

usage: list-libraries.py FOLDER OPENVINO_VERSION OUT
"""

import hashlib
import pathlib
import sys

folder, version, out = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
files = sorted(p for p in folder.rglob("*") if p.is_file())
lines = [
    f"{p.relative_to(folder).as_posix()}\t{p.stat().st_size}\t{hashlib.sha256(p.read_bytes()).hexdigest()}\n" for p in files
]
out.parent.mkdir(parents=True, exist_ok=True)
text = f"openvino\t{version}\n" + "".join(lines)
if not out.exists() or out.read_text() != text:  # a newer file would be a newer jar, and compile what depends on it
    out.write_text(text)
