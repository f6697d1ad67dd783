"""Node names, compared with those of real exports."""

from __future__ import annotations

from collections import Counter

import onnx
import pytest

from conftest import Zoo
from zoo.graph import Style
from zoo.systems import SYSTEMS

LEGACY = Style(names="legacy")
MODERN = Style()

# The first two are in the seed's own command lines, the third is in an export of YOLOv5 v6.0.
SEED = {
    "pplcnet-yolo": ["Conv_462", "Conv_478", "Conv_494"],
    "yolov5s-v5": ["Conv_245", "Conv_261", "Conv_277"],
    "yolov5s-v6": ["Conv_198", "Conv_214", "Conv_230"],
}

DETECTION_LAYER = {
    "pplcnet-yolo": 32,
    "pplcnet-yolo-no-se": 32,
    "pplcnet-yolo-conv3x3": 32,
    "yolov5s-v5": 24,
    "yolov5s-v6": 24,
    "yolov5-nano": 24,
    "v5lite-e": 21,
    "v5lite-s": 21,
    "v5lite-g": 24,
    "repvgg-a1-yolo": 22,
}


@pytest.mark.parametrize("system", SEED)
def test_legacy_heads_are_the_seeds(zoo: Zoo, system: str) -> None:
    assert [head.node for head in zoo.build(system, LEGACY).heads] == SEED[system]


def test_legacy_tensors_are_those_of_a_fused_export(zoo: Zoo) -> None:
    assert [head.tensor for head in zoo.narrow("pplcnet-yolo", LEGACY).heads] == [
        "620",
        "635",
        "650",
    ]
    assert [head.tensor for head in zoo.narrow("yolov5s-v5", LEGACY).heads] == ["378", "393", "408"]


def test_legacy_v5lite_e_is_named_as_the_published_file(zoo: Zoo) -> None:
    """torch 1.8, sigmoid form, 80 classes: heads and the end of the shuffle's slices."""
    built = zoo.narrow("v5lite-e", LEGACY, head="sigmoid", classes=80, height=320, width=320)
    names = [node.name for node in built.model.graph.node]

    assert [head.node for head in built.heads] == ["Conv_358", "Conv_378", "Conv_398"]
    assert names[11:17] == [
        "Concat_11",
        "Reshape_13",
        "Transpose_14",
        "Reshape_16",
        "Slice_27",
        "Slice_30",
    ]
    assert names[-2:] == ["Reshape_417", "Concat_418"]
    assert len(names) == 212


@pytest.mark.parametrize("system", SYSTEMS)
def test_modern_heads_carry_their_path(zoo: Zoo, system: str) -> None:
    layer = DETECTION_LAYER[system]

    assert [head.node for head in zoo.narrow(system).heads] == [
        f"/model.{layer}/m.{index}/Conv" for index in range(3)
    ]


@pytest.mark.parametrize("style", [LEGACY, MODERN], ids=["legacy", "modern"])
@pytest.mark.parametrize("system", SYSTEMS)
def test_heads_are_in_the_graph_as_reported(zoo: Zoo, system: str, style: Style) -> None:
    built = zoo.narrow(system, style, classes=3)
    nodes = {node.name: node for node in built.model.graph.node}
    shapes = _shapes(built.model)

    for head, stride in zip(built.heads, (8, 16, 32), strict=True):
        assert nodes[head.node].op_type == "Conv"
        assert list(nodes[head.node].output) == [head.tensor]
        assert shapes[head.tensor] == head.shape == (1, 24, 640 // stride, 640 // stride)
        assert head.stride == stride


def test_modern_names_follow_modules(zoo: Zoo) -> None:
    names = {node.name for node in zoo.narrow("v5lite-s").model.graph.node}
    pools = [
        node.name for node in zoo.narrow("yolov5s-v6").model.graph.node if node.op_type == "MaxPool"
    ]

    assert "/model.2/model.2.1/branch2/branch2.3/Conv" in names
    assert "/model.10/m/m.0/cv2/act/Mul" in names
    assert "/model.21/Reshape_2" in names
    assert pools == ["/model.9/m/MaxPool", "/model.9/m_1/MaxPool", "/model.9/m_2/MaxPool"]


def test_hard_swish_has_the_nodes_of_each_exporter(zoo: Zoo) -> None:
    legacy = [node.op_type for node in zoo.narrow("pplcnet-yolo", LEGACY).model.graph.node]
    modern = [node.op_type for node in zoo.narrow("pplcnet-yolo", MODERN).model.graph.node]

    assert legacy[:5] == ["Conv", "Add", "Clip", "Div", "Mul"]
    assert modern[:3] == ["Conv", "HardSigmoid", "Mul"]
    assert Counter(legacy)["Clip"] == Counter(modern)["HardSigmoid"] == 38


@pytest.mark.parametrize("names", ["legacy", "modern"])
@pytest.mark.parametrize("form", ["simplified", "exported"])
@pytest.mark.parametrize("bn", ["folded", "keep"])
@pytest.mark.parametrize("system", ["pplcnet-yolo", "yolov5s-v5", "v5lite-s", "repvgg-a1-yolo"])
def test_every_style_is_valid_onnx(
    zoo: Zoo, system: str, names: str, form: str, bn: str
) -> None:
    model = zoo.narrow(system, Style(names, form, bn), head="decoded").model

    onnx.checker.check_model(model, full_check=True)
    assert _unique(node.name for node in model.graph.node)
    assert _unique(name for node in model.graph.node for name in node.output)
    assert _unique(tensor.name for tensor in model.graph.initializer)


@pytest.mark.parametrize("names", ["legacy", "modern"])
def test_simplifying_changes_no_name(zoo: Zoo, names: str) -> None:
    for system in ("pplcnet-yolo", "v5lite-e"):
        short = zoo.narrow(system, Style(names), head="decoded").model.graph.node
        long = zoo.narrow(system, Style(names, form="exported"), head="decoded").model.graph.node

        assert [node.name for node in short] == [
            node.name for node in long if node.name in {node.name for node in short}
        ]
        assert not any(node.op_type in ("Constant", "Shape", "Gather") for node in short)
        assert any(node.op_type == "Constant" for node in long)


def test_focus_is_sliced_as_by_each_exporter(zoo: Zoo) -> None:
    def slices(style: Style) -> int:
        nodes = zoo.narrow("yolov5s-v5", style).model.graph.node
        return sum(node.op_type == "Slice" for node in nodes)

    assert slices(Style("legacy", "exported")) == 8
    assert slices(Style("modern", "exported")) == 6
    assert slices(Style("legacy")) == slices(Style("modern")) == 4


def test_keeping_batch_norm_keeps_dropout_identity_and_branches(zoo: Zoo) -> None:
    def kinds(system: str, style: Style) -> Counter[str]:
        return Counter(node.op_type for node in zoo.narrow(system, style).model.graph.node)

    keep = Style(bn="keep")
    merged = kinds("repvgg-a1-yolo", Style())
    kept = kinds("repvgg-a1-yolo", keep)
    branches = kinds("repvgg-a1-yolo", Style(branches="kept"))

    assert kinds("pplcnet-yolo", keep)["Dropout"] == 1
    assert kinds("pplcnet-yolo", Style())["Dropout"] == 0
    assert kept["Identity"] == 22  # one per RepVGG block
    assert kept["Conv"] == branches["Conv"] == merged["Conv"] + 22
    assert branches["BatchNormalization"] == 17  # identity branches, which no convolution precedes
    assert merged["BatchNormalization"] == 0


def _shapes(model: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    inferred = onnx.shape_inference.infer_shapes(model)
    return {
        value.name: tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)
        for value in inferred.graph.value_info
    }


def _unique(names: object) -> bool:
    return all(count == 1 for count in Counter(names).values())  # type: ignore[call-overload]
