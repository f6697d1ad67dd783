"""Makes an f32 IR of ovkit's 8 bit with NNCF, mixed preset: the rival of `ovkit quantize`.

    python quantize_with_nncf.py --ir model.xml --images DIR --output int8.xml

Pictures are letterboxed as the IR's metadata says, which is what `ovkit infer` does.
Prints one JSON object: {"tool", "version", "openvino", "pictures", "xml", "bin"}. What NNCF says
goes to stderr.
Exit codes: 0 done, 1 failed (the last line on stderr says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="quantize_with_nncf.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: quantize_with_nncf.py --ir model.xml --images pictures --output int8.xml",
    )
    parser.add_argument("--ir", type=Path, required=True, metavar="XML", help="in FP32")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR")
    parser.add_argument("--output", type=Path, required=True, metavar="XML")
    arguments = parser.parse_args(argv)
    if arguments.output.suffix != ".xml":
        parser.error(f"--output {arguments.output}: expected a name that ends in .xml")
    return arguments


def letterboxed(
    picture: np.ndarray, width: int, height: int, resize: str, pad: int
) -> np.ndarray:
    """As ovkit does it: the size rounded and centred, or truncated at the top left."""
    import cv2
    import numpy as np

    rows, columns = picture.shape[:2]
    if resize == "standard":
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    centred = resize == "fit_to_window_letterbox"
    ratio = min(width / columns, height / rows)
    w, h = (max(1, round(s) if centred else int(s)) for s in (columns * ratio, rows * ratio))
    left, top = (
        (round((width - w) / 2 - 0.1), round((height - h) / 2 - 0.1)) if centred else (0, 0)
    )
    canvas = np.full((height, width, 3), pad, np.uint8)
    resized = cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR)
    canvas[top : top + h, left : left + w] = resized
    return canvas


def _inputs(model: ov.Model, images: Path) -> list[np.ndarray]:
    import cv2
    import numpy as np

    resize = model.get_rt_info(["model_info", "resize_type"]).astype(str)
    pad = int(model.get_rt_info(["model_info", "pad_value"]).astype(str))
    height, width = list(model.input(0).shape)[2:]
    inputs = []
    for file in sorted(f for f in images.iterdir() if f.suffix.lower() in PICTURES):
        picture = cv2.imread(str(file))
        if picture is None:
            raise ValueError(f"{file}: no picture that can be read")
        boxed = letterboxed(picture, width, height, resize, pad)
        inputs.append(boxed.transpose(2, 0, 1)[None].astype(np.float32))
    if not inputs:
        raise ValueError(f"{images}: no picture in it")
    return inputs


def _quantize(ir: Path, images: Path, xml: Path) -> dict[str, str | int]:
    if not ir.is_file():
        raise FileNotFoundError(f"{ir} is not there")
    import nncf
    import openvino as ov
    from openvino._offline_transformations import apply_moc_transformations

    model = ov.Core().read_model(ir)
    if not all(model.has_rt_info(key) for key in (["ovkit"], ["model_info", "resize_type"])):
        raise ValueError(f"{ir}: no detector's IR as ovkit convert makes it")
    inputs = _inputs(model, images)
    # As openvino.convert_model does it; without, NNCF does not see Swish for what it is.
    apply_moc_transformations(model, cf=True)
    made = nncf.quantize(
        model,
        nncf.Dataset(inputs),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(inputs),
    )
    # They are those of the f32 IR, and ovkit refuses an IR whose .bin is another.
    info = {k: str(v.value) for k, v in made.rt_info["ovkit"].items() if not k.startswith("bin_")}
    made.set_rt_info(info, "ovkit")
    ov.save_model(made, xml, compress_to_fp16=False)
    return {
        "tool": "nncf",
        "version": nncf.__version__,
        "openvino": ov.__version__.split("-")[0],
        "pictures": len(inputs),
        "xml": xml.name,
        "bin": xml.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> int:
    arguments = _arguments(argv)
    # Libraries print as they like, C++ included; stdout is for the answer alone.
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = _quantize(arguments.ir, arguments.images, arguments.output)
    except Exception as error:
        print(" ".join(f"nncf: {error}".split()), file=sys.stderr)
        return 1
    os.dup2(answer, 1)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
