"""The metadata that Ultralytics' exporter writes."""

from __future__ import annotations

from zoo.families.export import Export

# Parts of the demo: names that the exporter writes as a Python dict.
_NAMES = ("bolt", "nut", "washer", "gear")


def names(classes: int) -> str:
    """The names as a Python dict."""
    labels = [*_NAMES, *(f"class {i}" for i in range(len(_NAMES), classes))][:classes]
    return str(dict(enumerate(labels)))


def describe(e: Export, head: str, batch: int = 1, **more: str) -> None:
    """Adds the metadata; `more` overrides or adds keys."""
    p = e.preprocessing
    e.metadata |= {
        "description": f"ovkit zoo {e.family.name} model",
        "author": "ovkit",
        "date": "2026-01-01T00:00:00+00:00",
        "version": "8.4.0",
        "license": "Apache-2.0",
        "docs": "converter-scripts/zoo/README.md",
        "stride": "32",
        "task": e.family.task,
        "head": head,
        "batch": str(batch),
        "imgsz": str([p.height, p.width]),
        "names": names(e.classes),
        "args": str({"batch": batch, "nms": None, "dynamic": False, "simplify": True}),
        "channels": "3",
        "end2end": "False",
        **more,
    }
