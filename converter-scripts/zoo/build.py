"""Builds a system in a given style as an ONNX model."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import onnx

from zoo import blocks
from zoo.graph import Cost, Graph, Style, Tensor
from zoo.head import FORMS, STRIDES, Head, detect
from zoo.systems import Layer, System

_REPEATS_ITSELF = (blocks.c3,)  # blocks that repeat a part of themselves


class BadRequest(ValueError):
    """A request for an impossible model; the message says what to request instead."""


@dataclass(frozen=True)
class Request:
    """What to build; `channels` and `depth` are factors of the published model's."""

    system: System
    classes: int = 1
    height: int = 640
    width: int = 640
    channels: float = 1.0
    depth: float = 1.0
    seed: int = 0
    head: str = "maps"
    style: Style = field(default_factory=Style)

    def __post_init__(self) -> None:
        if self.classes < 1:
            raise BadRequest(
                f"--classes {self.classes}: a detector needs at least one class; give 1 or more"
            )
        largest = STRIDES[-1]
        for name, side in (("height", self.height), ("width", self.width)):
            if side < largest or side % largest:
                below = max(side // largest, 1) * largest
                raise BadRequest(
                    f"--size: the {name} {side} is not a multiple of {largest}, the largest stride"
                    f" of {self.system.name}; give {below} or {below + largest}"
                )
        for name, factor in (("--width", self.channels), ("--depth", self.depth)):
            if not 0 < factor <= 8:
                raise BadRequest(f"{name} {factor:g}: give a factor above 0, at most 8")
        if self.seed < 0:
            raise BadRequest(f"--seed {self.seed}: give 0 or more")
        if self.head not in FORMS:
            raise BadRequest(f"--head {self.head}: give one of {', '.join(FORMS)}")


@dataclass(frozen=True)
class Built:
    model: onnx.ModelProto
    heads: list[Head]
    outputs: list[Tensor]
    cost: Cost


def build(request: Request) -> Built:
    """Builds the model and reports its heads, outputs and cost."""
    g = Graph(request.style, request.seed)
    image = g.input(request.height, request.width)
    done: list[Tensor] = []
    system = request.system
    for index, layer in enumerate(system.layers):
        sources = [
            (done[-1] if done else image) if source == -1 else done[source]
            for source in layer.sources
        ]
        with g.scope(f"model.{index}"):
            done.append(_apply(g, layer, sources, request, f"model.{index}"))
    with g.scope(f"model.{len(system.layers)}"):
        maps = [done[source] for source in system.heads]
        heads, outputs = detect(g, maps, request.classes, request.head)
    doc = f"{system.name}, random weights from seed {request.seed}"
    model = g.model(image, outputs, doc)
    return Built(model, heads, outputs, g.cost)


def _apply(g: Graph, layer: Layer, sources: list[Tensor], request: Request, name: str) -> Tensor:
    if layer.width is None:
        return layer.block(g, sources if len(sources) > 1 else sources[0])
    width = _channels(layer.width * request.system.width * request.channels)
    n = layer.n
    if n > 1:
        n = max(round(n * request.system.depth * request.depth), 1)
    x = sources[0]
    if layer.block in _REPEATS_ITSELF:
        return layer.block(g, x, width, n=n, **layer.options)
    for repeat in range(n):
        with g.scope(*([f"{name}.{repeat}"] if n > 1 else [])):
            x = layer.block(g, x, width, **layer.options)
    return x


def _channels(width: float) -> int:
    """Rounded up to a multiple of eight, as YOLOv5 does."""
    return math.ceil(width / 8) * 8
