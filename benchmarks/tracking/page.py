"""Writes a table into a page, between the marks that say which script writes it."""

from __future__ import annotations

from pathlib import Path


def write(page: Path, marks: tuple[str, str], lines: list[str]) -> None:
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(marks[0], 1)
    _, after = rest.split(marks[1], 1)
    table = "\n".join(["", *lines, ""])
    page.write_text(before + marks[0] + table + marks[1] + after, encoding="utf-8")
