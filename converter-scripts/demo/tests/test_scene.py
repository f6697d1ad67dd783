"""The rendered pictures are as the model card describes them."""

from __future__ import annotations

import functools
import json
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

import render as render_script
from parts import LABELS
from scene import CROWD, FEWEST, LINE, MOST, MOST_IOU, OVERLAPPED, Scene, iou, render

ROOT = Path(__file__).resolve().parents[3]
SHAPES = ROOT / "toolkit/desk/src/test/resources/dev/ovkit/evaluate/parts-with-shapes.json"
HELD_OUT_SEED = 2028
PICTURES = 200


@functools.cache
def held_out() -> list[Scene]:
    return [render(HELD_OUT_SEED, i) for i in range(PICTURES)]


def luma_levels(picture: np.ndarray, scene: Scene) -> float:
    """How far a picture's brightness is from the clean one; JPEG halves the colour anyway."""
    grey, clean = (cv2.cvtColor(p, cv2.COLOR_BGR2GRAY) for p in (picture, scene.clean))
    return float(np.std(grey.astype(np.float32) - clean.astype(np.float32)))


def encoded_without_noise(scene: Scene) -> np.ndarray:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(scene.camera["jpeg_quality"])]
    return cv2.imdecode(cv2.imencode(".jpg", scene.clean, quality)[1], cv2.IMREAD_COLOR)


def test_held_out_pictures_are_large_and_hold_5_to_40_parts_of_every_class() -> None:
    scenes = held_out()
    assert all(s.picture.shape == (720, 1280, 3) for s in scenes)
    counts = [len(s.parts) for s in scenes]
    assert FEWEST == 5 and MOST == 40
    assert min(counts) == FEWEST
    assert max(counts) <= MOST
    assert max(len(render(HELD_OUT_SEED, i, profile=CROWD).parts) for i in range(40)) >= 30
    assert len(LABELS) >= 6
    per_class = Counter(p.label for s in scenes for p in s.parts)
    assert set(per_class) == set(range(len(LABELS)))
    assert min(per_class.values()) >= 0.8 * sum(counts) / len(LABELS)


def test_a_third_of_the_held_out_parts_has_a_fifth_of_its_silhouette_hidden() -> None:
    hidden = np.asarray([p.hidden for s in held_out() for p in s.parts])
    assert OVERLAPPED == 0.20
    assert np.mean(hidden >= OVERLAPPED) >= 1 / 3
    assert hidden.max() <= LINE.most_hidden


def test_held_out_pictures_are_noisy_like_photographs() -> None:
    added = [s.noise_levels() for s in held_out()]
    assert min(added) >= 1.0
    assert 2.0 <= np.median(added) <= 8.0
    # Sensor noise survives the encoder and outweighs what the encoder itself does.
    for s in held_out()[::5]:
        assert luma_levels(s.picture, s) >= 1.2 * luma_levels(encoded_without_noise(s), s)
    assert all(72 <= s.camera["jpeg_quality"] < 95 for s in held_out())
    assert all(s.camera["shot"] > 0 and s.camera["read"] > 0 for s in held_out())
    assert all(s.camera["defocus_px"] >= 0.3 for s in held_out())


def test_visible_boxes_lie_in_the_picture_and_never_coincide() -> None:
    for scene in held_out():
        boxes = [p.box for p in scene.parts]
        for x0, y0, x1, y1 in boxes:
            assert 0 <= x0 < x1 <= 1280 and 0 <= y0 < y1 <= 720
        for i, a in enumerate(boxes):
            assert all(iou(a, b) <= MOST_IOU for b in boxes[i + 1 :])


def test_same_seed_same_bytes_and_another_seed_another_picture() -> None:
    once, again = render(11, 3), render(11, 3)
    assert once.jpeg == again.jpeg
    assert once.parts == again.parts
    assert render(12, 3).jpeg != once.jpeg
    assert render(11, 4).jpeg != once.jpeg


def test_a_box_is_tight_around_what_changes_when_the_part_is_there() -> None:
    scene = render(5, 0)
    top = scene.parts[-1]  # laid last, so wholly visible
    assert top.hidden == 0
    x0, y0, x1, y1 = top.box
    assert top.area <= (x1 - x0) * (y1 - y0)
    assert top.area >= 0.2 * (x1 - x0) * (y1 - y0)


def test_larger_pictures_show_larger_parts() -> None:
    small = [p for i in range(4) for p in render(21, i).parts]
    large = [p for i in range(4) for p in render(21, i, 1920, 1080).parts]
    ratio = np.sqrt(np.median([p.area for p in large]) / np.median([p.area for p in small]))
    assert 1.3 <= ratio <= 1.7


def test_render_script_writes_pictures_and_coco_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert render_script.main(["--count", "2", "--seed", "7", "--out", str(tmp_path)]) == 0
    report = json.loads(capsys.readouterr().out)
    truth = json.loads((tmp_path / "instances.json").read_text())
    assert report["pictures"] == 2
    assert report["parts"] == len(truth["annotations"])
    assert [c["name"] for c in truth["categories"]] == list(LABELS)
    for image in truth["images"]:
        picture = cv2.imread(str(tmp_path / image["file_name"]))
        assert picture.shape == (image["height"], image["width"], 3)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "000000.jpg",
        "000001.jpg",
        "instances.json",
    ]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--size", "12x7"], "is not a size; expected WIDTHxHEIGHT"),
        (["--size", "big"], "is not a size; expected WIDTHxHEIGHT"),
        (["--count", "0"], "--count must be at least 1"),
        (["--seed", "-1"], "--seed and --first must not be negative"),
    ],
)
def test_render_script_refuses_bad_options(
    args: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        render_script.main([*args, "--out", str(tmp_path / "x")])
    assert stop.value.code == 2
    assert message in capsys.readouterr().err


def test_render_script_names_the_folder_it_cannot_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("")
    assert render_script.main(["--count", "1", "--out", str(occupied)]) == 1
    assert str(occupied) in capsys.readouterr().err


def test_shapes_hold_the_visible_pixels_and_the_own_box_of_each_part(tmp_path: Path) -> None:
    args = ["--count", "2", "--seed", "121", "--crowd", "--shapes", "--out", str(tmp_path)]
    assert render_script.main(args) == 0
    written = (tmp_path / "instances.json").read_text()
    assert written == SHAPES.read_text()
    whole = 0
    for annotation in json.loads(written)["annotations"]:
        height, width = annotation["segmentation"]["size"]
        counts = annotation["segmentation"]["counts"]
        inside = np.repeat(np.arange(len(counts)) % 2, counts).reshape(width, height).T
        rows, cols = np.nonzero(inside)
        box = [cols.min(), rows.min(), np.ptp(cols) + 1, np.ptp(rows) + 1]
        assert (annotation["area"], annotation["bbox"]) == (len(rows), box)
        corners = np.reshape(annotation["corners"], (4, 2))
        pixels = np.stack((cols, rows), 1) + 0.5 - corners[0]
        for side in (corners[1] - corners[0], corners[3] - corners[0]):
            length = np.hypot(*side)
            along = pixels @ side / length
            assert along.min() > -0.1 and along.max() < length + 0.1
            if annotation["hidden"] == 0:
                whole += 1
                assert along.min() < 1 and along.max() > length - 1
    assert whole > 20
