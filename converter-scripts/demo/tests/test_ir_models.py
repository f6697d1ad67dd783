"""The files in ir-models/ match the manifest, and the detector keeps its card's promises."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from detect import NMS_IOU, detections, exact_counts, letterbox, mean_average_precision
from parts import LABELS
from scene import render

FOLDER = Path(__file__).resolve().parents[3] / "ir-models"
FRESH_SEED = 42  # used by no training, tuning or held-out set


def manifest() -> dict[str, dict[str, object]]:
    return {f["path"]: f for f in json.loads((FOLDER / "MANIFEST.json").read_text())["files"]}


def test_every_file_is_in_the_manifest_with_its_sha256() -> None:
    present = {
        p.relative_to(FOLDER).as_posix()
        for p in FOLDER.rglob("*")
        if p.is_file() and p.name not in ("MANIFEST.json", "README.md")
    }
    listed = manifest()
    assert present == set(listed)
    for path, entry in listed.items():
        data = (FOLDER / path).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest(), path
        assert entry["bytes"] == len(data), path
        assert entry["licence"] == "Apache-2.0" and entry["made"], path


def test_model_is_small_and_its_labels_are_the_renderer_s() -> None:
    assert (FOLDER / "conveyor-parts.onnx").stat().st_size <= 6_000_000
    assert (FOLDER / "conveyor-parts.names").read_text().split() == list(LABELS)


def test_sample_pictures_are_large_crowded_and_have_their_truth() -> None:
    folder = FOLDER / "pictures"
    truth = json.loads((folder / "instances.json").read_text())
    assert {p.name for p in folder.glob("*.jpg")} == {i["file_name"] for i in truth["images"]}
    for image in truth["images"]:
        picture = cv2.imread(str(folder / image["file_name"]))
        assert picture.shape == (image["height"], image["width"], 3)
        assert image["width"] >= 1280 and image["height"] >= 720
        parts = [a for a in truth["annotations"] if a["image_id"] == image["id"]]
        assert len(parts) >= 12


def test_detector_finds_the_parts_of_fresh_pictures() -> None:
    runtime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    session = runtime.InferenceSession(
        str(FOLDER / "conveyor-parts.onnx"), options, providers=["CPUExecutionProvider"]
    )
    _, _, height, width = session.get_inputs()[0].shape
    threshold = float(session.get_modelmeta().custom_metadata_map["confidence_threshold"])
    found, truth = [], []
    for index in range(20):
        scene = render(FRESH_SEED, index)
        canvas, fit = letterbox(scene.picture, width, height)
        tensor = np.ascontiguousarray(canvas[..., ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        (rows,) = session.run(None, {"images": tensor})
        found.append(detections(rows[0], fit, 0.001, NMS_IOU))
        truth.append(np.asarray([[*p.box, p.label] for p in scene.parts], np.float32))
    map_50, map_50_95 = mean_average_precision(found, truth, len(LABELS))
    assert map_50 >= 0.95
    assert map_50_95 >= 0.70
    assert exact_counts(found, truth, len(LABELS), threshold) >= 0.90
