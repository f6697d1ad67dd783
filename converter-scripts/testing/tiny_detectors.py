"""Writes the smallest detectors of each kind as ONNX, with random weights.

    python tiny_detectors.py --out DIR

Eight files of a few kilobytes, one a form of output, for tests that need an IR of every layout and
have no room for a real network. Input `[1,3,64,96]`, strides 8, 16 and 32, three classes. Needs
the packages of `requirements/zoo.txt`. The same numpy gives the same bytes. Prints the names of
the files as one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

HEIGHT, WIDTH = 64, 96
CLASSES = 3
STRIDES = (8, 16, 32)
CHANNELS = 8
# Width and height in pixels, so that boxes fit the small input; no public model has these.
ANCHORS = (
    ((8, 10), (14, 9), (12, 20)),
    ((22, 18), (30, 40), (44, 24)),
    ((50, 60), (80, 40), (90, 62)),
)
# What an exporter notes: with a comma, a percent sign, a plus, an apostrophe, and three scripts.
NAMES = "{0: 'Schraube, groß', 1: '100 % Ω+1', 2: \"d'écrou 螺母\"}"


class Net:
    """A graph under construction."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list = []
        self.constants: list = []

    def constant(self, values: object, dtype: object = np.float32) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def op(self, kind: str, *inputs: str, name: str = "", **attributes: object) -> str:
        output = name or f"t{len(self.nodes)}"
        title = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], title, **attributes))
        return output

    def conv(self, x: str, channels: tuple[int, int], stride: int = 1, kernel: int = 3,
             gain: float = 1.0, bias: float | np.ndarray | None = None) -> str:
        """Weights of each output sum to zero, so that a bright picture is like a dark one."""
        into, out = channels
        weights = self.random.normal(size=(out, into, kernel, kernel))
        weights -= weights.mean(axis=(1, 2, 3), keepdims=True)
        weights *= gain / np.sqrt(into * kernel * kernel)
        constants = [self.constant(weights)]
        if bias is not None:
            constants.append(self.constant(np.broadcast_to(bias, out)))
        pads = [kernel // 2] * 4
        return self.op("Conv", x, *constants,
                       kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads)

    def swish(self, x: str) -> str:
        """H-swish as torch >= 1.13 exports it, which a rewrite looks for."""
        return self.op("Mul", x, self.op("HardSigmoid", x, alpha=1 / 6, beta=0.5))

    def model(self, outputs: dict[str, tuple[int, ...]], metadata: dict[str, str]) -> bytes:
        tensor = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes, "tiny",
            [tensor("images", TensorProto.FLOAT, (1, 3, HEIGHT, WIDTH))],
            [tensor(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            self.constants)
        model = helper.make_model(
            graph, producer_name="ovkit", ir_version=8,
            opset_imports=[helper.make_opsetid("", 13)])
        helper.set_model_props(model, metadata)
        checker.check_model(model, full_check=True)
        return model.SerializeToString(deterministic=True)

    def backbone(self, span: float) -> list[str]:
        """Feature maps of strides 8, 16 and 32 of a picture whose numbers reach up to span."""
        x = self.swish(self.conv("images", (3, CHANNELS), 2, gain=16 / span, bias=0.3))
        x = self.op("Relu", self.conv(x, (CHANNELS, CHANNELS), 2, gain=2.5))
        maps = []
        for _ in STRIDES:
            x = self.op("Relu", self.conv(x, (CHANNELS, CHANNELS), 2, gain=2.5))
            maps.append(x)
        return maps


def cells(stride: int) -> tuple[int, int]:
    return HEIGHT // stride, WIDTH // stride


def grid(stride: int) -> np.ndarray:
    rows, columns = cells(stride)
    return np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=2)


def yolov5(form: str) -> bytes:
    """maps: three outputs; rows: decoded; sigmoid: one output before grid and anchors."""
    net, values, parts, shapes = Net(5), 5 + CLASSES, [], {}
    bias = np.tile(np.array([0, 0, 0, 0, -2.0] + [0] * CLASSES), 3)
    for index, (x, stride) in enumerate(zip(net.backbone(1), STRIDES, strict=True)):
        rows, columns = cells(stride)
        x = net.conv(x, (CHANNELS, 3 * values), kernel=1, gain=2.5, bias=bias)
        x = net.op("Reshape", x, net.constant((1, 3, values, rows, columns), np.int64))
        shape = (1, 3, rows, columns, values)
        name = f"output{index}" if form == "maps" else ""
        x = net.op("Transpose", x, perm=[0, 1, 3, 4, 2], name=name)
        if form == "maps":
            shapes[name] = shape
            continue
        x = net.op("Sigmoid", x)
        if form == "rows":
            xy, wh, rest = (part(net, x, *ends) for ends in ((0, 2), (2, 4), (4, values)))
            xy = net.op("Mul", xy, net.constant(2))
            xy = net.op("Add", xy, net.constant(grid(stride)[None, None] - 0.5))
            xy = net.op("Mul", xy, net.constant(stride))
            wh = net.op("Pow", net.op("Mul", wh, net.constant(2)), net.constant(2))
            anchors = np.reshape(ANCHORS[index], (1, 3, 1, 1, 2))
            wh = net.op("Mul", wh, net.constant(np.broadcast_to(anchors, (*shape[:-1], 2))))
            x = net.op("Concat", xy, wh, rest, axis=-1)
        parts.append(net.op("Reshape", x, net.constant((1, -1, values), np.int64)))
    if form != "maps":
        net.op("Concat", *parts, axis=1, name="output")
        candidates = sum(3 * rows * columns for rows, columns in map(cells, STRIDES))
        shapes["output"] = (1, candidates, values)
    return net.model(shapes, {"names": NAMES, "stride": "32"})


def part(net: Net, x: str, start: int, end: int) -> str:
    limits = (net.constant([v], np.int64) for v in (start, end, 4))
    return net.op("Slice", x, *limits)


def yolox(form: str) -> bytes:
    """raw: sigmoids, boxes in cells; logits: without the sigmoids; decoded: boxes in pixels."""
    net, parts = Net(10), []
    for x, _ in zip(net.backbone(255), STRIDES, strict=True):
        box = net.conv(x, (CHANNELS, 4), kernel=1, gain=0.7, bias=0.0)
        objectness = net.conv(x, (CHANNELS, 1), kernel=1, gain=3)
        classes = net.conv(x, (CHANNELS, CLASSES), kernel=1, gain=3)
        if form != "logits":
            objectness, classes = net.op("Sigmoid", objectness), net.op("Sigmoid", classes)
        x = net.op("Concat", box, objectness, classes, axis=1)
        parts.append(net.op("Reshape", x, net.constant((1, 5 + CLASSES, -1), np.int64)))
    count = sum(rows * columns for rows, columns in map(cells, STRIDES))
    joined = net.op("Concat", *parts, axis=2)
    name = "" if form == "decoded" else "output"
    x = net.op("Transpose", joined, perm=[0, 2, 1], name=name)
    if form == "decoded":
        strides = np.concatenate([np.full((np.prod(cells(s)), 1), s) for s in STRIDES])[None]
        cell = np.concatenate([grid(s).reshape(-1, 2) for s in STRIDES])[None]
        xy, wh, rest = (part3(net, x, *ends) for ends in ((0, 2), (2, 4), (4, 5 + CLASSES)))
        xy = net.op("Mul", net.op("Add", xy, net.constant(cell)), net.constant(strides))
        wh = net.op("Mul", net.op("Exp", wh), net.constant(strides))
        net.op("Concat", xy, wh, rest, axis=-1, name="output")
    return net.model({"output": (1, count, 5 + CLASSES)}, {})


def part3(net: Net, x: str, start: int, end: int) -> str:
    limits = (net.constant([v], np.int64) for v in (start, end, 2))
    return net.op("Slice", x, *limits)


def yolov8() -> bytes:
    """Distances to the four sides, in cells, and class scores; one column a candidate."""
    net, boxes, scores = Net(8), [], []
    for x, _ in zip(net.backbone(1), STRIDES, strict=True):
        flat = net.constant((1, 4, -1), np.int64)
        box = net.op("Relu", net.conv(x, (CHANNELS, 4), kernel=1, gain=1.5, bias=1.0))
        boxes.append(net.op("Reshape", box, flat))
        score = net.conv(x, (CHANNELS, CLASSES), kernel=1, gain=4, bias=-2.0)
        scores.append(net.op("Reshape", score, net.constant((1, CLASSES, -1), np.int64)))
    count = sum(rows * columns for rows, columns in map(cells, STRIDES))
    box, score = net.op("Concat", *boxes, axis=2), net.op("Concat", *scores, axis=2)
    centres = np.concatenate([grid(s).reshape(-1, 2).T + 0.5 for s in STRIDES], axis=1)[None]
    strides = np.concatenate([np.full(np.prod(cells(s)), s) for s in STRIDES])[None, None]
    limits = [net.constant([v], np.int64) for v in (0, 2, 4, 1)]
    before = net.op("Slice", box, limits[0], limits[1], limits[3])
    after = net.op("Slice", box, limits[1], limits[2], limits[3])
    low = net.op("Sub", net.constant(centres), before)
    high = net.op("Add", net.constant(centres), after)
    xy = net.op("Div", net.op("Add", low, high), net.constant(2))
    wh = net.op("Sub", high, low)
    box = net.op("Mul", net.op("Concat", xy, wh, axis=1), net.constant(strides))
    net.op("Concat", box, net.op("Sigmoid", score), axis=1, name="output0")
    return net.model({"output0": (1, 4 + CLASSES, count)}, {"names": NAMES, "task": "detect"})


def classifier() -> bytes:
    """No detector at all: class scores of the whole picture."""
    net = Net(1)
    x = net.op("GlobalAveragePool", net.backbone(1)[-1])
    x = net.op("Flatten", net.conv(x, (CHANNELS, CLASSES), kernel=1, gain=4))
    net.op("Softmax", x, axis=1, name="scores")
    return net.model({"scores": (1, CLASSES)}, {})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where they go")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    models = {
        "yolov5-maps": yolov5("maps"),
        "yolov5-rows": yolov5("rows"),
        "yolov5-sigmoid": yolov5("sigmoid"),
        "yolox-raw": yolox("raw"),
        "yolox-logits": yolox("logits"),
        "yolox-decoded": yolox("decoded"),
        "yolov8": yolov8(),
        "classifier": classifier(),
    }
    for name, data in models.items():
        (out / f"{name}.onnx").write_bytes(data)
    json.dump({"files": [f"{name}.onnx" for name in models]}, sys.stdout)
    print()


if __name__ == "__main__":
    main()
