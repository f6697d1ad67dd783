"""Quantizes an FP32 IR of ovkit with NNCF, mixed preset, to compare `ovkit quantize` with.

    python quantize_with_nncf.py --ir model.xml --images DIR --output int8.xml

Pictures are letterboxed as the IR's metadata says, as in `ovkit infer`.
Prints one JSON object: {"tool", "version", "openvino", "pictures", "xml", "bin"}. NNCF's messages
go to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from answer import answer, existing, parser, xml

if TYPE_CHECKING:
    import numpy as np
    import openvino as ov

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}


def _inputs(model: ov.Model, images: Path) -> list[np.ndarray]:
    import cv2
    import numpy as np

    from letterbox import letterboxed

    resize = model.get_rt_info(["model_info", "resize_type"]).astype(str)
    pad = int(model.get_rt_info(["model_info", "pad_value"]).astype(str))
    height, width = list(model.input(0).shape)[2:]
    inputs = []
    for file in sorted(f for f in images.iterdir() if f.suffix.lower() in PICTURES):
        picture = cv2.imread(str(file))
        if picture is None:
            raise ValueError(f"{file}: unreadable picture")
        boxed = letterboxed(picture, width, height, resize, pad)
        inputs.append(boxed.transpose(2, 0, 1)[None].astype(np.float32))
    if not inputs:
        raise ValueError(f"{images}: no pictures in this folder")
    return inputs


def _quantize(ir: Path, images: Path, target: Path) -> dict[str, str | int]:
    existing(ir)
    import nncf
    import openvino as ov
    from openvino._offline_transformations import apply_moc_transformations

    model = ov.Core().read_model(ir)
    if not all(model.has_rt_info(key) for key in (["ovkit"], ["model_info", "resize_type"])):
        raise ValueError(f"{ir}: not a detector's IR written by ovkit convert")
    inputs = _inputs(model, images)
    # openvino.convert_model does this too; without it NNCF does not recognise Swish.
    apply_moc_transformations(model, cf=True)
    made = nncf.quantize(
        model,
        nncf.Dataset(inputs),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(inputs),
    )
    # These describe the .bin of the FP32 IR; ovkit refuses an IR whose .bin does not match.
    info = {k: str(v.value) for k, v in made.rt_info["ovkit"].items() if not k.startswith("bin_")}
    made.set_rt_info(info, "ovkit")
    ov.save_model(made, target, compress_to_fp16=False)
    return {
        "tool": "nncf",
        "version": nncf.__version__,
        "openvino": ov.__version__.split("-")[0],
        "pictures": len(inputs),
        "xml": target.name,
        "bin": target.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> int:
    options = parser(
        __doc__, "quantize_with_nncf.py --ir model.xml --images pictures --output int8.xml"
    )
    options.add_argument("--ir", type=Path, required=True, metavar="XML", help="in FP32")
    options.add_argument("--images", type=Path, required=True, metavar="DIR")
    options.add_argument("--output", type=xml, required=True, metavar="XML")
    given = options.parse_args(argv)
    return answer("nncf", lambda: _quantize(given.ir, given.images, given.output))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
