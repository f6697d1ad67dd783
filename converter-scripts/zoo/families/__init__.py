"""Small detectors in every form in which the field exports them, with random weights.

One file per family or layout; `FAMILIES` lists them. Written from the formats, not from code.
"""

from __future__ import annotations

from zoo.families import (
    anchored,
    classify,
    detr,
    dynamic,
    end_to_end,
    inputs,
    int8,
    libreyolo,
    nanodet,
    picodet,
    pose,
    ppyoloe,
    rotated,
    segment,
    ssd,
    suppressed,
    yolonas,
    yolov6,
    yolov8,
)
from zoo.families.export import Family

_MODULES = (
    yolov8,
    inputs,
    int8,
    end_to_end,
    dynamic,
    suppressed,
    segment,
    pose,
    rotated,
    classify,
    detr,
    picodet,
    ppyoloe,
    nanodet,
    yolonas,
    libreyolo,
    yolov6,
    anchored,
    ssd,
)

FAMILIES: dict[str, Family] = {
    family.name: family for module in _MODULES for family in module.FAMILIES
}
