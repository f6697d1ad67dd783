"""The script, on an IR whose answers can be worked out by hand."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
import openvino.opset13 as op
import pytest

SCRIPT = Path(__file__).parent.parent / "detect_with_model_api.py"
NEUTRAL = {"reverse_input_channels": "False", "mean_values": "0", "scale_values": "1"}


def detector(folder: Path, info: dict[str, str]) -> Path:
    """Two columns [1, 6, 2]: one box of class b, whose score is the picture's mean blue / 255."""
    images = op.parameter([1, 3, 64, 64], np.float32, name="images")
    images.output(0).set_names({"images"})
    kernel = np.zeros((1, 3, 64, 64), np.float32)
    kernel[0, 0] = 1 / (64 * 64 * 255)
    score = op.convolution(images, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
    box = op.constant(np.array([32, 24, 20, 10, 0], np.float32).reshape(1, 5, 1))
    column = op.concat([box, op.reshape(score, [1, 1, 1], False)], 1)
    none = op.constant(np.zeros((1, 6, 1), np.float32))
    columns = op.concat([column, none], 2)
    model = ov.Model([op.result(columns)], [images], "toy")
    model.output(0).set_names({"columns"})
    common = {
        "model_type": "YOLOv8",
        "labels": "a b",
        "resize_type": "fit_to_window_letterbox",
        "pad_value": "114",
    }
    for key, value in {**common, **info}.items():
        model.set_rt_info(value, ["model_info", key])
    xml = folder / "toy.xml"
    ov.save_model(model, str(xml), compress_to_fp16=False)
    return xml


def picture(folder: Path, height: int, width: int) -> Path:
    path = folder / "picture.png"
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    pixels[..., 0] = 204
    cv2.imwrite(str(path), pixels)
    return path


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def answer(*words: object) -> dict[str, Any]:
    done = run(*words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_neutral_values_leave_the_input_alone(tmp_path: Path) -> None:
    said = answer("--ir", detector(tmp_path, NEUTRAL), "--image", picture(tmp_path, 64, 64))
    assert said["wrapper"] == "YOLOv8"
    (seen,) = said["pictures"]
    assert seen["first_convolution"]["max_abs"] == 0
    (found,) = seen["detections"]
    assert (found["class"], found["label"]) == (1, "b")
    assert found["score"] == pytest.approx(204 / 255, abs=1e-4)
    assert found["box"] == [22, 19, 42, 29]


def test_without_them_the_wrapper_scales_and_reverses(tmp_path: Path) -> None:
    said = answer("--ir", detector(tmp_path, {}), "--image", picture(tmp_path, 64, 64))
    assert said["parameters"]["reverse_input_channels"] is True
    (seen,) = said["pictures"]
    assert seen["first_convolution"]["max_abs"] > 200
    assert seen["detections"] == []


def test_another_size_differs_by_the_resize_alone(tmp_path: Path) -> None:
    said = answer("--ir", detector(tmp_path, NEUTRAL), "--image", picture(tmp_path, 48, 64))
    (seen,) = said["pictures"]
    assert seen["first_convolution"]["max_abs"] == 0  # only padded
    said = answer("--ir", detector(tmp_path, NEUTRAL), "--image", picture(tmp_path, 100, 120))
    assert 0 < said["pictures"][0]["first_convolution"]["max_abs"] <= 2


def test_a_saved_model_finds_the_same(tmp_path: Path) -> None:
    saved = tmp_path / "saved.xml"
    shown = picture(tmp_path, 64, 64)
    first = answer("--ir", detector(tmp_path, NEUTRAL), "--image", shown, "--save", saved)
    assert "embedded_processing" in saved.read_text()
    assert first["pictures"][0]["detections"]


def test_an_ir_that_cannot_be_loaded_gives_one_line(tmp_path: Path) -> None:
    missing = run("--ir", tmp_path / "no.xml")
    assert missing.returncode == 1
    assert missing.stderr.endswith(f"{tmp_path}/no.xml: no such file\n")
    odd = run("--ir", detector(tmp_path, {"model_type": "nothing"}))
    assert odd.returncode == 1
    assert "the Model API cannot load it" in odd.stderr
    assert "Traceback" not in odd.stderr
    assert run("--nothing").returncode == 2
