"""Packs the glyphs of GNU Unifont for drawing labels: 33 bytes for each code point of the Basic Multilingual Plane, its
width in pixels (0: no glyph), and its 16 rows, from the top, each of two bytes, the leftmost pixel in the highest bit.

usage: pack-glyphs.py unifont.hex OUT
"""

import pathlib
import sys

ROWS, BYTES = 16, 2

glyphs = bytearray(0x10000 * (1 + ROWS * BYTES))
for line in pathlib.Path(sys.argv[1]).read_text().split():
    code, bits = line.split(":")
    row = len(bits) // ROWS
    rows = b"".join(bytes.fromhex(bits[i : i + row]).ljust(BYTES, b"\0") for i in range(0, len(bits), row))
    start = int(code, 16) * (1 + ROWS * BYTES)
    glyphs[start : start + 1 + len(rows)] = bytes([row * 4]) + rows
pathlib.Path(sys.argv[2]).write_bytes(glyphs)
