"""Parameters and operations, compared with published figures."""

from __future__ import annotations

import math

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from conftest import Zoo
from zoo import table
from zoo.graph import Style
from zoo.systems import SYSTEMS

# (system, classes): as trained, fused. Sources in the README's table; those of repvgg-a1-yolo are
# what YOLOv5-Lite 9d649a6 counts for its models/hub/yolov5-repvgg_A1.yaml.
PARAMETERS = {
    ("pplcnet-yolo", 1): (4_378_838, 4_366_230),
    ("pplcnet-yolo", 80): (4_591_901, 4_579_293),
    ("pplcnet-yolo-no-se", 1): (4_337_398, 4_324_790),
    ("pplcnet-yolo-conv3x3", 1): (4_982_390, 4_970_166),
    ("yolov5s-v5", 1): (7_063_542, 7_053_910),
    ("yolov5s-v6", 1): (7_022_326, 7_012_822),
    ("yolov5-nano", 1): (1_765_270, 1_760_518),
    ("yolov5-nano", 80): (1_872_157, 1_867_405),
    ("v5lite-e", 80): (787_085, 779_669),
    ("v5lite-s", 80): (1_649_853, 1_640_629),
    ("v5lite-g", 80): (5_574_845, 5_390_365),
    ("repvgg-a1-yolo", 80): (13_906_045, 12_798_333),
}

GFLOPS = {
    ("pplcnet-yolo", 1): 8.14,
    ("pplcnet-yolo", 80): 8.82,
    ("yolov5s-v5", 80): 16.96,
    ("v5lite-g", 80): 15.62,
}


@pytest.mark.parametrize(("system", "classes"), PARAMETERS)
def test_counts_are_the_published_ones(system: str, classes: int) -> None:
    cost = table.cost(system, classes, SYSTEMS[system].size)

    assert (cost.parameters, cost.fused) == PARAMETERS[system, classes]


def test_every_system_is_counted() -> None:
    assert {system for system, _ in PARAMETERS} == set(SYSTEMS)


@pytest.mark.parametrize(("system", "classes"), GFLOPS)
def test_operations_are_the_published_ones(system: str, classes: int) -> None:
    cost = table.cost(system, classes, SYSTEMS[system].size)

    assert round(2 * cost.macs / 1e9, 2) == GFLOPS[system, classes]


@pytest.mark.parametrize(
    ("system", "printed"),
    [("pplcnet-yolo", 8.6), ("pplcnet-yolo-no-se", 8.6), ("pplcnet-yolo-conv3x3", 9.4)],
)
def test_the_seeds_profiler_is_understood(system: str, printed: float) -> None:
    assert round(table.profiled(table.cost(system, 1, 640), 640), 1) == printed


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_file_holds_what_is_counted(zoo: Zoo, system: str) -> None:
    fused = zoo.narrow(system)
    trained = zoo.narrow(system, Style(bn="keep"))

    assert _convolution_parameters(fused.model) == fused.cost.fused
    assert _trained_parameters(trained.model) == fused.cost.parameters


def test_no_se_has_gates_in_the_backbone_only(zoo: Zoo) -> None:
    def gates(system: str) -> int:
        nodes = zoo.narrow(system).model.graph.node
        return sum(node.op_type == "GlobalAveragePool" for node in nodes)

    assert (gates("pplcnet-yolo"), gates("pplcnet-yolo-no-se")) == (6, 4)


def test_an_odd_count_is_impossible(zoo: Zoo) -> None:
    """The seed prints 4,376,531 for LC_Block without SE, but every array has an even size."""
    sizes = [
        math.prod(tensor.dims)
        for tensor in zoo.build("pplcnet-yolo-no-se", Style(bn="keep")).model.graph.initializer
        if tensor.name.startswith("model.")
    ]

    assert sizes
    assert all(size % 2 == 0 for size in sizes)


def test_the_readme_has_the_current_table() -> None:
    text = table.README.read_text(encoding="utf-8")

    assert table.updated(text) == text


def _arrays(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def _convolution_parameters(model: onnx.ModelProto) -> int:
    arrays = _arrays(model)
    convolutions = (node for node in model.graph.node if node.op_type == "Conv")
    return sum(arrays[name].size for node in convolutions for name in node.input[1:])


def _trained_parameters(model: onnx.ModelProto) -> int:
    arrays = _arrays(model)
    norms = (node for node in model.graph.node if node.op_type == "BatchNormalization")
    scales = sum(arrays[name].size for node in norms for name in node.input[1:3])
    return _convolution_parameters(model) + scales
