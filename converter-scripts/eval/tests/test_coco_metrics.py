"""The script from the outside: figures worked out by hand, and messages on bad input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask

import coco_metrics

TRUTH: dict[str, Any] = {
    "images": [{"id": 7, "file_name": "a.jpg", "width": 640, "height": 480}],
    "categories": [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}],
    "annotations": [
        {
            "id": 1,
            "image_id": 7,
            "category_id": 1,
            "bbox": [10, 10, 100, 100],
            "area": 10000,
            "iscrowd": 0,
        }
    ],
}


def _found(box: list[float]) -> list[dict[str, Any]]:
    return [{"image_id": 7, "category_id": 1, "bbox": box, "score": 0.5}]


def _case(folder: Path, truth: Any, found: Any) -> list[str]:
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "found.json").write_text(json.dumps(found))
    return ["--case", str(folder / "truth.json"), str(folder / "found.json")]


def test_the_right_box_scores_one_where_there_is_something_to_measure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert coco_metrics.main(_case(tmp_path, TRUTH, _found([10, 10, 100, 100]))) == 0
    case = json.loads(capsys.readouterr().out)["cases"][0]
    assert [case[name] for name in ("map", "map_large", "ar1")] == pytest.approx([1, 1, 1])
    assert case["map_small"] == case["ar_medium"] == -1
    assert [(c["category_id"], round(c["ap"], 9)) for c in case["per_class"]] == [(1, 1), (3, -1)]


def test_a_box_that_overlaps_by_seven_tenths_counts_at_five_of_ten_thresholds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert coco_metrics.main(_case(tmp_path, TRUTH, _found([10, 10, 100, 71]))) == 0
    case = json.loads(capsys.readouterr().out)["cases"][0]
    assert case["map"] == pytest.approx(0.5)
    assert (case["map50"], case["map75"]) == (pytest.approx(1), 0)


def test_masks_are_filled_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corners = [10, 10, 110, 10, 110, 110, 10, 110]
    truth = json.loads(json.dumps(TRUTH))
    truth["annotations"][0]["segmentation"] = [corners]
    shape = {"size": [480, 640], "counts": _runs(10, 10, 100, 71)}
    found = [{"image_id": 7, "category_id": 1, "segmentation": shape, "score": 0.5}]
    assert coco_metrics.main(["--iou-type", "segm", *_case(tmp_path, truth, found)]) == 0
    case = json.loads(capsys.readouterr().out)["cases"][0]
    assert case["map"] == pytest.approx(0.5)
    assert list(case["masks"]) == ["1"]


def _runs(x: int, y: int, width: int, height: int) -> str:
    pixels = np.zeros((480, 640), np.uint8, order="F")
    pixels[y : y + height, x : x + width] = 1
    text: str = mask.encode(pixels)["counts"].decode()
    return text


def test_key_points_that_are_not_seventeen_are_weighed_alike(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = json.loads(json.dumps(TRUTH))
    truth["annotations"][0] |= {"keypoints": [10, 10, 2, 60, 60, 2], "num_keypoints": 2}
    found = [{"image_id": 7, "category_id": 1, "keypoints": [10, 10, 1, 60, 60, 1], "score": 0.5}]
    assert coco_metrics.main(["--iou-type", "keypoints", *_case(tmp_path, truth, found)]) == 0
    case = json.loads(capsys.readouterr().out)["cases"][0]
    assert [case[name] for name in ("map", "map_large", "ar75")] == pytest.approx([1, 1, 1])


def test_nothing_found_scores_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert coco_metrics.main(_case(tmp_path, TRUTH, [])) == 0
    assert json.loads(capsys.readouterr().out)["cases"][0]["map"] == 0


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing.json"
    assert coco_metrics.main(["--case", str(missing), str(missing)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"coco_metrics.py: {missing}: cannot be read: No such file or directory\n"


def test_a_broken_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = _case(tmp_path, TRUTH, [])
    (tmp_path / "found.json").write_text("[{")
    assert coco_metrics.main(case) == 1
    assert f"{tmp_path / 'found.json'}: not JSON: " in capsys.readouterr().err


def test_results_of_another_picture_are_refused_without_a_stack_trace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = _found([10, 10, 100, 100])
    found[0]["image_id"] = 8
    assert coco_metrics.main(_case(tmp_path, TRUTH, found)) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("coco_metrics.py: ")
    assert "pycocotools refuses them: AssertionError" in said


def test_without_a_case_it_shows_its_usage() -> None:
    with pytest.raises(SystemExit) as exit_:
        coco_metrics.main([])
    assert exit_.value.code == 2
