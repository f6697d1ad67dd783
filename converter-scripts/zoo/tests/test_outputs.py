"""The models' outputs on ONNX Runtime."""

from __future__ import annotations

import numpy as np
import onnx
import pytest

from conftest import Outputs, Zoo, noise, worst
from zoo.build import Request, build
from zoo.graph import Style
from zoo.head import ANCHORS, STRIDES
from zoo.systems import SYSTEMS

HEIGHT, WIDTH, CLASSES = 192, 320, 3


def _outputs(zoo: Zoo, system: str, style: Style | None = None, head: str = "maps") -> Outputs:
    built = zoo.narrow(system, style, head=head, height=HEIGHT, width=WIDTH, classes=CLASSES)
    outputs = zoo.run(built.model, noise(HEIGHT, WIDTH))
    assert [output.shape for output in outputs] == [output.shape for output in built.outputs]
    return outputs


@pytest.mark.parametrize("system", SYSTEMS)
def test_maps_have_one_cell_a_stride(zoo: Zoo, system: str) -> None:
    shapes = [output.shape for output in _outputs(zoo, system)]

    assert shapes == [(1, 3, HEIGHT // s, WIDTH // s, 5 + CLASSES) for s in STRIDES]


@pytest.mark.parametrize("names", ["legacy", "modern"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_head_forms_are_one_function(zoo: Zoo, system: str, names: str) -> None:
    style = Style(names)
    maps = _outputs(zoo, system, style)
    (sigmoid,) = _outputs(zoo, system, style, "sigmoid")
    (decoded,) = _outputs(zoo, system, style, "decoded")

    expected = [1 / (1 + np.exp(-logits.astype(np.float64))) for logits in maps]
    np.testing.assert_allclose(sigmoid, _flat(expected), atol=1e-6)
    for values, stride, anchors in zip(expected, STRIDES, ANCHORS, strict=True):
        rows, columns = values.shape[2:4]
        cells = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1)
        values[..., 0:2] = (values[..., 0:2] * 2 - 0.5 + cells) * stride
        values[..., 2:4] = (values[..., 2:4] * 2) ** 2 * np.reshape(anchors, (3, 1, 1, 2))
    np.testing.assert_allclose(decoded, _flat(expected), rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize(
    "style",
    [
        Style(names="legacy"),
        Style(form="exported"),
        Style(names="legacy", form="exported"),
        Style(bn="keep"),
        Style(bn="keep", names="legacy", form="exported"),
        Style(branches="kept"),
    ],
    ids=lambda style: "-".join((style.names, style.form, style.bn, style.branches)),
)
@pytest.mark.parametrize("system", SYSTEMS)
def test_styles_are_one_function(zoo: Zoo, system: str, style: Style) -> None:
    assert worst(_outputs(zoo, system), _outputs(zoo, system, style)) <= 1e-5


@pytest.mark.parametrize(("seed", "channels"), [(0, 1.0), (1, 0.25)])
@pytest.mark.parametrize("system", SYSTEMS)
def test_activations_neither_die_nor_explode(
    zoo: Zoo, system: str, seed: int, channels: float
) -> None:
    model = zoo.build(system, seed=seed, channels=channels, height=320, width=320).model
    smooth = noise(10, 10, 2).repeat(32, axis=2).repeat(32, axis=3)
    pictures = [noise(320, 320), smooth, smooth * 0.2 + 0.1]

    results = [zoo.run(model, picture) for picture in pictures]

    for outputs in results:
        for logits in outputs:
            assert np.isfinite(logits).all()
            assert np.abs(logits).max() < 30
            scores = np.delete(logits, 4, axis=-1)  # objectness has its own bias
            assert 0.3 < scores.std(axis=(2, 3)).mean() < 3, "constant channels, or chaos"
    assert worst(results[0], results[1]) > 0.2, "the picture does not matter"


@pytest.mark.parametrize("system", ["pplcnet-yolo", "v5lite-s"])
def test_some_candidates_pass_a_threshold(zoo: Zoo, system: str) -> None:
    (decoded,) = zoo.run(
        zoo.build(system, head="decoded", height=320, width=320).model, noise(320, 320)
    )

    share = (decoded[..., 4] > 0.25).mean()

    assert 0.0005 < share < 0.1


def test_width_and_depth_scale_the_published_model(zoo: Zoo) -> None:
    """A quarter of YOLOv5s: the sizes of the file that carries the seed's names."""
    quarter = zoo.build("yolov5s-v5", Style("legacy"), channels=0.25)
    deep = zoo.build("yolov5s-v5", Style("legacy"), depth=2.0)
    weights = {tensor.name: tuple(tensor.dims) for tensor in quarter.model.graph.initializer}

    assert weights["model.0.conv.conv.weight"] == (8, 12, 3, 3)
    assert weights["model.24.m.2.weight"] == (18, 128, 1, 1)
    assert [head.node for head in quarter.heads] == ["Conv_245", "Conv_261", "Conv_277"]
    assert quarter.cost.fused == 446_398
    assert any(tensor.name.startswith("model.2.m.1.") for tensor in deep.model.graph.initializer)


def test_same_seed_same_bytes() -> None:
    assert _bytes(seed=5) == _bytes(seed=5)
    assert _bytes(seed=5) != _bytes(seed=6)


def test_weights_do_not_depend_on_size(zoo: Zoo) -> None:
    small = zoo.build("v5lite-e", height=64, width=96).model.graph
    large = zoo.build("v5lite-e", height=640, width=640).model.graph

    assert _weights(small) == _weights(large)


def _bytes(seed: int) -> bytes:
    request = Request(SYSTEMS["v5lite-e"], seed=seed, height=320, width=320)
    return build(request).model.SerializeToString(deterministic=True)


def _weights(graph: onnx.GraphProto) -> dict[str, bytes]:
    return {t.name: t.raw_data for t in graph.initializer if t.name.startswith("model.")}


def _flat(maps: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([values.reshape(1, -1, values.shape[-1]) for values in maps], axis=1)
