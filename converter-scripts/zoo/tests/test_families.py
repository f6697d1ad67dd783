"""Every family on the demo's pictures, on ONNX Runtime."""

from __future__ import annotations

import ast
import functools
import json

import numpy as np
import onnx
import onnxruntime
import pytest

from decoding import DECODERS, Found, Outputs, columns
from pictures import FILES, opened, prepared
from zoo.families import FAMILIES
from zoo.families.export import Preprocessing

PASSES = 0.25


@functools.cache
def model(name: str) -> onnx.ModelProto:
    return FAMILIES[name].model()


@functools.cache
def session(name: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model(name).SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


@functools.cache
def run(name: str, index: int) -> Outputs:
    """The outputs for one picture; a second input says that the picture has the input's size."""
    p = FAMILIES[name].preprocessing
    image = prepared(opened(FILES[index]), p)
    network = session(name)
    feeds = {}
    for value in network.get_inputs():
        if value.name == "orig_target_sizes":
            feeds[value.name] = np.array([[p.width, p.height]], np.int64)
        elif value.name == "scale_factor":
            feeds[value.name] = np.ones((1, 2), np.float32)
        else:
            batch = value.shape[0] if isinstance(value.shape[0], int) else 1
            feeds[value.name] = np.repeat(image, batch, axis=0)
    names = [value.name for value in network.get_outputs()]
    return dict(zip(names, network.run(names, feeds), strict=True))


def found(name: str, index: int) -> Found:
    family = FAMILIES[name]
    return DECODERS[name](run(name, index), family.preprocessing, family.classes)


def passing(name: str, index: int) -> Found:
    boxes, scores = found(name, index)
    good = scores.max(axis=1) > PASSES
    return Found(boxes[good], scores[good])


def test_every_family_has_a_decoder_here() -> None:
    assert DECODERS.keys() == FAMILIES.keys()


@pytest.mark.parametrize("name", FAMILIES)
def test_outputs_have_the_declared_shapes(name: str) -> None:
    outputs = run(name, 0)
    for value in session(name).get_outputs():
        array = outputs[value.name]
        assert array.ndim == len(value.shape), value.name
        for side, declared in zip(array.shape, value.shape, strict=True):
            assert isinstance(declared, str) or side == declared, value.name
        assert np.isfinite(array).all(), value.name


@pytest.mark.parametrize("name", FAMILIES)
def test_some_scores_pass_on_the_demos_pictures(name: str) -> None:
    counts = []
    for index in range(len(FILES)):
        boxes, scores = found(name, index)
        assert scores.min() >= 0 and scores.max() <= 1
        counts.append(int((scores.max(axis=1) > PASSES).sum()))
        assert len(boxes) == len(scores)
        if len(scores) > 500 and "nms" not in name and not name.startswith("ssd"):
            assert counts[-1] < len(scores) / 4, "most candidates are no objects"
    assert sum(count > 0 for count in counts) >= len(FILES) - 1, counts
    assert sum(counts) >= len(FILES)


@pytest.mark.parametrize("name", FAMILIES)
def test_boxes_are_in_the_picture_and_have_a_size(name: str) -> None:
    p = FAMILIES[name].preprocessing
    for index in range(2):
        boxes = passing(name, index).boxes
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
        sizes = boxes[:, 2:] - boxes[:, :2]
        margin = 0.3 * p.width
        assert (centres > -margin).all() and (centres < p.width + margin).all()
        assert np.median(sizes) > 2
        assert (sizes > -p.width).all() and (sizes < 4 * p.width).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_pictures_differ(name: str) -> None:
    one, other = passing(name, 0), passing(name, 1)
    same = one.scores.shape == other.scores.shape
    assert not same or np.abs(one.scores - other.scores).max() > 0.01


@pytest.mark.parametrize("name", FAMILIES)
def test_a_model_is_small_and_has_the_same_bytes_again(name: str) -> None:
    data = [FAMILIES[name].model(seed).SerializeToString(deterministic=True) for seed in (0, 0, 1)]
    assert data[0] == data[1] != data[2]
    assert len(data[0]) < 600_000


# Forms of one network give one answer.


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("yolov8", "yolov8-transposed"),
        ("yolov8", "yolov8-normalised"),
        ("yolov8", "yolov8-batch4"),
        ("yolov8", "yolov8-dynamic"),
        ("yolo26", "yolo26-dynamic"),
        ("hf-rtdetr", "ultralytics-rtdetr"),
        ("rtdetr", "ultralytics-rtdetr-rows"),
        ("picodet", "picodet-no-nms"),
        ("picodet", "libreyolo-picodet"),
        ("yolov7", "yolov7-flat"),
        ("ssd", "ssd-indices"),
        ("ssd", "ssd-mmdeploy"),
    ],
)
def test_another_layout_has_the_same_candidates(one: str, other: str) -> None:
    expected, got = found(one, 0), found(other, 0)
    np.testing.assert_allclose(got.boxes, expected.boxes, atol=2e-3)
    np.testing.assert_allclose(got.scores, expected.scores, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "pixels", "probability"),
    [
        ("yolov8-u8-nhwc", 0.2, 0.01),
        ("yolov8-norm-inside", 0.01, 1e-4),
        ("yolov8-f16", 3, 0.03),
    ],
)
def test_another_input_has_the_same_candidates(
    name: str, pixels: float, probability: float
) -> None:
    expected, got = found("yolov8", 0), found(name, 0)
    assert np.abs(got.boxes - expected.boxes).max() < pixels
    assert np.abs(got.scores - expected.scores).max() < probability


@pytest.mark.parametrize("name", ["yolov8-int8", "yolov8-int8-operators"])
def test_int8_is_close_to_f32(name: str) -> None:
    expected, got = found("yolov8", 0), found(name, 0)
    assert np.corrcoef(expected.scores.ravel(), got.scores.ravel())[0, 1] > 0.95
    assert np.median(np.abs(expected.boxes - got.boxes)) < 3


def test_int8_is_quantised_everywhere() -> None:
    nodes = model("yolov8-int8").graph.node
    givers = {name: node for node in nodes for name in node.output}
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    plain = [n for n in convolutions if givers[n.input[0]].op_type != "DequantizeLinear"]
    assert len(convolutions) > 15
    assert ["dfl" in node.name for node in plain] == [True]  # the mean of a distribution


def test_suppressed_rows_are_those_of_the_raw_columns() -> None:
    rows = run("yolov8-nms", 0)["output0"][0]
    family = FAMILIES["yolov8"]
    raw = columns(run("yolov8", 0), family.preprocessing, family.classes)
    expected = greedy(raw, 0.45)
    count = int((rows[:, 4] > 0).sum())
    assert 0 < count == len(expected.scores)
    assert not rows[count:].any(), "padding is zero"
    np.testing.assert_allclose(rows[:count, 4], expected.scores.max(axis=1), atol=1e-5)
    np.testing.assert_allclose(rows[:count, :4], expected.boxes, atol=1e-2)


def greedy(raw: Found, iou: float) -> Found:
    """Suppression for each class, best first."""
    best = raw.scores.max(axis=1)
    order = np.argsort(-best, kind="stable")
    order = order[best[order] > PASSES]
    kept: list[int] = []
    for i in order:
        same = [k for k in kept if raw.scores[k].argmax() == raw.scores[i].argmax()]
        if all(overlap(raw.boxes[i], raw.boxes[k]) <= iou for k in same):
            kept.append(int(i))
    return Found(raw.boxes[kept], raw.scores[kept])


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    both = np.prod(np.maximum(sides, 0))
    return float(both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both))


def test_dynamic_models_take_several_pictures_of_another_size() -> None:
    pictures = [prepared(opened(file), Preprocessing(width=384, height=224)) for file in FILES[:2]]
    for name, shape in (("yolov8-dynamic", (2, 8, 1764)), ("yolo26-dynamic", (2, 300, 6))):
        (both,) = session(name).run(None, {"images": np.concatenate(pictures)})
        assert both.shape == shape
        for picture, rows in zip(pictures, both, strict=True):
            (alone,) = session(name).run(None, {"images": picture})
            np.testing.assert_allclose(rows, alone[0], atol=1e-3)


def test_end_to_end_rows_are_sorted_and_hold_one_class_each() -> None:
    for name in ("yolo26", "yolov10", "yolo26-obb"):
        rows = run(name, 0)["output0"][0]
        assert (np.diff(rows[:, 4]) <= 0).all()
        assert set(rows[:, 5]) <= set(range(FAMILIES[name].classes))


def test_masks_have_an_inside_and_an_outside() -> None:
    for name, first in (("yolov8-seg", None), ("yolo26-seg", 6)):
        outputs = run(name, 0)
        prototypes = outputs["output1"][0].reshape(32, -1)
        rows = outputs["output0"][0] if first else outputs["output0"][0].T
        coefficients = rows[:20, first:] if first else rows[:20, -32:]
        share = (coefficients @ prototypes > 0).mean(axis=1)
        assert 0.05 < np.median(share) < 0.95


def test_key_points_lie_around_their_box() -> None:
    for name in ("yolov8-pose", "yolo26-pose"):
        outputs = run(name, 0)["output0"][0]
        rows = outputs.T[:, 5:] if name == "yolov8-pose" else outputs[:, 6:]
        points = rows.reshape(len(rows), 17, 3)
        assert (points[..., 2] >= 0).all() and (points[..., 2] <= 1).all()
        assert np.median(np.abs(points[..., :2] - 160)) < 160


def test_angles_differ() -> None:
    raw = run("yolov8-obb", 0)["output0"][0].T[:, -1]
    rows = run("yolo26-obb", 0)["output0"][0][:, 6]
    assert -np.pi / 4 <= raw.min() and raw.max() <= 3 * np.pi / 4
    assert raw.std() > 0.2 and rows.std() > 0.2


def test_the_second_input_scales_the_boxes() -> None:
    p = FAMILIES["rtdetr"].preprocessing
    image = prepared(opened(FILES[0]), p)
    sizes = np.array([[1280, 720]], np.int64)
    (boxes,) = session("rtdetr").run(["boxes"], {"images": image, "orig_target_sizes": sizes})
    expected = run("rtdetr", 0)["boxes"] * (np.array([1280, 720] * 2) / 320)
    np.testing.assert_allclose(boxes, expected, rtol=1e-4, atol=1e-2)


def test_the_scale_factor_is_height_before_width() -> None:
    name = "picodet-post"
    image = prepared(opened(FILES[0]), FAMILIES[name].preprocessing)
    factor = np.array([[0.5, 0.25]], np.float32)
    rows, _ = session(name).run(None, {"image": image, "scale_factor": factor})
    expected = run(name, 0)["multiclass_nms3_0.tmp_0"]
    # Other sizes are suppressed alike: IoU does not change with the scale of an axis.
    np.testing.assert_allclose(rows[:, 2:], expected[:, 2:] * [4, 2, 4, 2], rtol=1e-4, atol=0.05)


# Metadata


def metadata(name: str) -> dict[str, str]:
    return {entry.key: entry.value for entry in model(name).metadata_props}


def test_ultralytics_metadata_says_what_the_model_is() -> None:
    names = [n for n in FAMILIES if metadata(n).get("author")]
    assert len(names) >= 20
    for name in names:
        notes, family = metadata(name), FAMILIES[name]
        p = family.preprocessing
        assert notes["task"] == family.task
        assert ast.literal_eval(notes["imgsz"]) == [p.height, p.width]
        assert len(ast.literal_eval(notes["names"])) == family.classes
        chosen = name.startswith(("yolo26", "yolov10")) and not name.endswith(("-raw", "-cls"))
        assert (notes["end2end"] == "True") == chosen
        assert ("kpt_shape" in notes) == (family.task == "pose")
        assert "AGPL" not in notes["license"]


def test_libreyolo_metadata_says_what_the_model_is() -> None:
    for name in (n for n in FAMILIES if n.startswith("libreyolo")):
        notes, family = metadata(name), FAMILIES[name]
        assert notes["model_family"] == name.removeprefix("libreyolo-")
        assert len(json.loads(notes["names"])) == family.classes == int(notes["nc"])
