"""The script, on an IR of one layer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import openvino.opset13 as op

SCRIPT = Path(__file__).parents[1] / "quantize_with_nncf.py"


def detector(folder: Path, info: dict[tuple[str, str], str]) -> Path:
    images = op.parameter([1, 3, 64, 64], np.float32, name="images")
    kernel = np.random.default_rng(2).normal(size=(8, 3, 3, 3)).astype(np.float32)
    layer = op.convolution(images, kernel, [1, 1], [1, 1], [1, 1], [1, 1])
    model = ov.Model([op.result(op.relu(layer))], [images], "toy")
    for (section, key), value in info.items():
        model.set_rt_info(value, [section, key])
    xml = folder / "toy.xml"
    ov.save_model(model, str(xml), compress_to_fp16=False)
    return xml


INFO = {
    ("model_info", "resize_type"): "fit_to_window_letterbox",
    ("model_info", "pad_value"): "114",
    ("ovkit", "bin_sha256"): "00",
    ("ovkit", "layout"): "raw-heads",
}


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, words)],
        cwd=folder,
        env={"HOME": str(folder / "home"), "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_makes_an_ir_with_8_bit_weights_and_the_same_metadata(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for i, size in enumerate([(48, 64), (100, 30)]):
        pixels = np.random.default_rng(i).integers(0, 256, (*size, 3), np.uint8)
        cv2.imwrite(str(pictures / f"{i}.png"), pixels)
    ir = detector(tmp_path, INFO)
    out = tmp_path / "int8.xml"
    done = run(tmp_path, "--ir", ir, "--images", pictures, "--output", out)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["tool"], said["version"], said["pictures"]) == ("nncf", "3.4.0", 2)
    model = ov.Core().read_model(str(out))
    nodes = model.get_ordered_ops()
    assert "FakeQuantize" in {node.get_type_name() for node in nodes}
    assert any(node.get_element_type() == ov.Type.i8 for node in nodes if not node.inputs())
    assert model.get_rt_info(["ovkit", "layout"]).astype(str) == "raw-heads"
    assert not model.has_rt_info(["ovkit", "bin_sha256"])
    assert not (tmp_path / "home").exists()


def test_one_line_gives_the_reason(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    gone = run(tmp_path, "--ir", "gone.xml", "--images", "none", "--output", "out.xml")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert gone.stderr.splitlines()[-1] == "nncf: gone.xml: no such file"
    ir = detector(tmp_path, {})
    foreign = run(tmp_path, "--ir", ir, "--images", "none", "--output", "out.xml")
    assert foreign.returncode == 1
    assert foreign.stderr.endswith("not a detector's IR written by ovkit convert\n")
    ir = detector(tmp_path, INFO)
    empty = run(tmp_path, "--ir", ir, "--images", "none", "--output", "out.xml")
    assert empty.stderr.splitlines()[-1] == "nncf: none: no pictures in this folder"
    assert "Traceback" not in foreign.stderr + empty.stderr
    assert not (tmp_path / "out.xml").exists()
    assert run(tmp_path, "--ir", ir, "--images", "none", "--output", "out.bin").returncode == 2
