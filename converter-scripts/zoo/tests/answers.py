"""Writes every family's model, the demo's pictures as it reads them, and what is on them.

    python -m zoo.tests.answers DIR

For a family NAME: NAME.onnx, NAME-0.png … in the input's size, so that nothing is left to scale,
and NAME.json. The answers are the candidates before any suppression, of ONNX Runtime's outputs as
numpy decodes them: an opinion on each format that shares no code with ovkit.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from zoo.families import FAMILIES
from zoo.families.end_to_end import ROWS
from zoo.families.export import Family
from zoo.tests.decoding import DECODERS, Outputs
from zoo.tests.pictures import FILES, fitted, opened, prepared

_LOWEST = 0.2  # well below the threshold, so that both sides of it are compared
_PICTURES = 2


def _feeds(session: onnxruntime.InferenceSession, family: Family, image: NDArray) -> dict[str, Any]:
    """The inputs; a second one says that the picture has the input's size."""
    p = family.preprocessing
    feeds = {}
    for value in session.get_inputs():
        if value.name == "orig_target_sizes":
            feeds[value.name] = np.array([[p.width, p.height]], np.int64)
        elif value.name == "scale_factor":
            feeds[value.name] = np.ones((1, 2), np.float32)
        else:
            batch = value.shape[0] if isinstance(value.shape[0], int) else 1
            feeds[value.name] = np.repeat(image, batch, axis=0)
    return feeds


def _extras(outputs: Outputs, family: Family) -> NDArray | None:
    """The key points or the angle of each candidate, in the order in which it is decoded."""
    if family.task not in ("pose", "obb"):
        return None
    rows = outputs["output0"][0]
    chosen = len(rows) == ROWS
    return rows[rows[:, 4] > 0, 6:] if chosen else rows.T[:, 4 + family.classes :]


def _write(family: Family, folder: Path) -> None:
    model = family.model()
    onnx.save(model, folder / f"{family.name}.onnx")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [value.name for value in session.get_outputs()]
    pictures = []
    for index, file in enumerate(FILES[:_PICTURES]):
        picture = fitted(opened(file), family.preprocessing)
        name = f"{family.name}-{index}.png"
        picture.save(folder / name)
        image = prepared(picture, family.preprocessing)
        outputs = dict(zip(names, session.run(names, _feeds(session, family, image)), strict=True))
        boxes, scores = DECODERS[family.name](outputs, family.preprocessing, family.classes)
        extras = _extras(outputs, family)
        objects = [
            {
                "class": int(k),
                "score": float(scores[n, k]),
                "corners": boxes[n].tolist(),
                "extras": [] if extras is None else extras[n].tolist(),
            }
            for n, k in zip(*np.nonzero(scores > _LOWEST), strict=True)
        ]
        pictures.append({"file": name, "objects": objects})
    answers = {"task": family.task, "pictures": pictures}
    (folder / f"{family.name}.json").write_text(json.dumps(answers))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for each in FAMILIES.values():
        _write(each, target)
