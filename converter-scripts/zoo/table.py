"""Writes the zoo's tables into its README: parameters and operations, and the families.

    python -m zoo.table

Prints one JSON object with the same figures. Exit codes: 0 done, 1 failed, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from zoo.build import Request, build
from zoo.families import FAMILIES
from zoo.graph import Cost
from zoo.systems import SYSTEMS, Figure

README = Path(__file__).with_name("README.md")

_BEGIN = "<!-- table: written by python -m zoo.table -->"
_END = "<!-- end of table -->"
_FAMILIES_BEGIN = "<!-- families: written by python -m zoo.table -->"
_FAMILIES_END = "<!-- end of families -->"

_CLASSES = (1, 80)


@functools.cache
def cost(system: str, classes: int, size: int) -> Cost:
    """A system's parameters and operations."""
    return build(Request(SYSTEMS[system], classes, size, size)).cost


def profiled(cost: Cost, size: int) -> float:
    """GFLOPs as YOLOv5's profiler counts them.

    It runs one picture of 32x32 through the untrained network and counts two operations for each
    multiplication of a convolution and four for each normalised value. Then it multiplies the sum
    by (size / 32)^2, even for pooled maps, whose size is fixed.
    """
    grown = cost.pooled_macs * (size // 32) ** 2
    return (2 * (cost.macs - cost.pooled_macs + grown) + 4 * cost.normalised) / 1e9


def rows() -> Iterator[dict[str, Any]]:
    """Each system's parameters and operations."""
    for system in SYSTEMS.values():
        for classes in _CLASSES:
            weight = cost(system.name, classes, system.size)
            yield {
                "system": system.name,
                "classes": classes,
                "size": system.size,
                "parameters": weight.parameters,
                "parameters_fused": weight.fused,
                "gflops": round(2 * weight.macs / 1e9, 2),
            }


def comparisons() -> Iterator[dict[str, Any]]:
    """Each published figure next to ours."""
    for system in SYSTEMS.values():
        for figure in system.figures:
            weight = cost(system.name, figure.classes, figure.size)
            yield {
                "system": system.name,
                "classes": figure.classes,
                "size": figure.size,
                "source": figure.source,
                "published": figure.parameters,
                "ours": weight.fused if figure.fused else weight.parameters,
                "published_gflops": figure.gflops,
                "ours_gflops": round(2 * weight.macs / 1e9, 2),
                "ours_profiled": round(profiled(weight, figure.size), 2),
                "remark": _remark(figure, weight),
            }


def _remark(figure: Figure, weight: Cost) -> str:
    ours = weight.fused if figure.fused else weight.parameters
    exact = figure.parameters == f"{ours:,}"
    return "; ".join(filter(None, ["equal" if exact else "", figure.why]))


def _markdown() -> str:
    lines = [
        "| system | classes | input | parameters | fused | GFLOPs |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows():
        lines.append(
            f"| {row['system']} | {row['classes']} | {row['size']} | {row['parameters']:,} |"
            f" {row['parameters_fused']:,} | {row['gflops']:.2f} |"
        )
    lines += [
        "",
        "| system | classes | input | source | published | ours | published GFLOPs |"
        " ours: convolutions | ours, counted their way | remark |",
        "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for row in comparisons():
        operations = (
            f"{row['published_gflops']} | {row['ours_gflops']:.2f} | {row['ours_profiled']:.2f}"
            if row["published_gflops"]
            else " | | "
        )
        lines.append(
            f"| {row['system']} | {row['classes']} | {row['size']} | {row['source']} |"
            f" {row['published']} | {row['ours']:,} | {operations} | {row['remark']} |"
        )
    return "\n".join(lines)


def _families() -> str:
    lines = ["| family | form | input |", "| --- | --- | --- |"]
    for family in FAMILIES.values():
        p = family.preprocessing
        channels = f"{p.colour}, {p.resize}"
        if p.mean != (0, 0, 0):
            channels += ", mean and deviation"
        elif p.std == (1, 1, 1):
            channels += ", 0..255"
        if p.type != "f32":
            channels += f", {p.type}"
        lines.append(f"| {family.name} | {family.about} | {channels} |")
    return "\n".join(lines)


def updated(text: str) -> str:
    """The README with fresh tables."""
    for begin, end, table in (
        (_BEGIN, _END, _markdown()),
        (_FAMILIES_BEGIN, _FAMILIES_END, _families()),
    ):
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{README.name} lacks the lines '{begin}' and '{end}' around a table")
        text = f"{before}{begin}\n{table}\n{end}{after}"
    return text


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zoo.table", description=__doc__)
    parser.parse_args(argv)
    try:
        README.write_text(updated(README.read_text(encoding="utf-8")), encoding="utf-8")
    except (OSError, ValueError) as error:
        print(f"zoo.table: {error}", file=sys.stderr)
        return 1
    json.dump({"systems": list(rows()), "published": list(comparisons())}, sys.stdout)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
