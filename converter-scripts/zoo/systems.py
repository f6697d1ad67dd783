"""The systems of the zoo: published lists of layers, with published figures.

The facts (order, widths, kernel sizes, connections) come from the configuration files and papers
named with each system; the notation and the code that reads it are our own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zoo import blocks

Block = Callable[..., Any]


@dataclass(frozen=True)
class Layer:
    """A block, `n` times; its inputs are the layer before or the layers of the given numbers."""

    block: Block
    width: int | None = None  # output channels, for blocks that set them
    n: int = 1
    sources: tuple[int, ...] = (-1,)
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """A published figure of a system; parameters are spelled as published."""

    source: str
    classes: int
    parameters: str
    gflops: str = ""
    size: int = 640
    fused: bool = False  # BatchNorm folded, branches merged
    why: str = ""  # the reason for a difference from ours


@dataclass(frozen=True)
class System:
    name: str
    about: str
    layers: tuple[Layer, ...]
    heads: tuple[int, ...]  # the layers for strides 8, 16 and 32
    size: int = 640
    width: float = 1.0  # the published factor on all widths
    depth: float = 1.0  # and on all repetitions
    figures: tuple[Figure, ...] = ()


def _layer(
    block: Block,
    width: int | None = None,
    *,
    n: int = 1,
    sources: tuple[int, ...] = (-1,),
    **options: Any,
) -> Layer:
    return Layer(block, width, n, sources, options)


def _up_and_join(other: int) -> tuple[Layer, Layer]:
    return (_layer(blocks.upsample), _join(other))


def _join(other: int) -> Layer:
    return _layer(blocks.concat, sources=(-1, other))


def _conv(width: int, **options: Any) -> Layer:
    return _layer(blocks.conv, width, **options)


def _c3(width: int, n: int = 1, *, shortcut: bool = False) -> Layer:
    return _layer(blocks.c3, width, n=n, shortcut=shortcut)


def _lc(width: int, size: int, stride: int = 1, *, se: bool = False) -> Layer:
    return _layer(blocks.lc_block, width, size=size, stride=stride, se=se)


def _shuffle(width: int, n: int) -> tuple[Layer, Layer]:
    return (_layer(blocks.shuffle_block, width, stride=2), _layer(blocks.shuffle_block, width, n=n))


def _rep(width: int, stride: int = 1, n: int = 1) -> Layer:
    return _layer(blocks.rep_vgg, width, n=n, stride=stride)


# PPLcnet-yolo: PP-LCNet's backbone, with more layers and more gates, under YOLOv5s's neck.

_PPLCNET = (
    _layer(blocks.cbh, 32, size=3, stride=2),
    _lc(64, 3, 2),
    _lc(64, 3),
    _lc(128, 3, 2),
    _lc(128, 3),
    _lc(128, 3),
    _lc(128, 3),  # 6, stride 8
    _lc(256, 3, 2),
    *[_lc(256, 5) for _ in range(5)],  # 12, stride 16
    _lc(512, 5, 2, se=True),
    *[_lc(512, 5, se=True) for _ in range(3)],
    _layer(blocks.dense, 512),  # 17, stride 32
)


def _pplcnet_neck(down: Callable[[int], Layer]) -> tuple[Layer, ...]:
    return (
        _conv(256),  # 18
        *_up_and_join(12),
        _c3(256),
        _conv(128),  # 22
        *_up_and_join(6),
        _c3(128),  # 25
        down(128),
        _join(22),
        _c3(256),  # 28
        down(256),
        _join(18),
        _c3(512),  # 31
    )


# YOLOv5s; v6.0 replaced its Focus by a convolution and its SPP by a cheaper one.


def _yolov5_neck(p3: int, p4: int, widths: tuple[int, int, int], n: int) -> tuple[Layer, ...]:
    small, medium, large = widths
    return (
        _conv(medium),  # 10
        *_up_and_join(p4),
        _c3(medium, n),
        _conv(small),  # 14
        *_up_and_join(p3),
        _c3(small, n),  # 17
        _conv(small, size=3, stride=2),
        _join(14),
        _c3(medium, n),  # 20
        _conv(medium, size=3, stride=2),
        _join(10),
        _c3(large, n),  # 23
    )


def _yolov5_body(n_stride8: int) -> tuple[Layer, ...]:
    return (
        _conv(128, size=3, stride=2),
        _c3(128, 3, shortcut=True),
        _conv(256, size=3, stride=2),
        _c3(256, n_stride8, shortcut=True),  # 4, stride 8
        _conv(512, size=3, stride=2),
        _c3(512, 9, shortcut=True),  # 6, stride 16
        _conv(1024, size=3, stride=2),
    )


_YOLOV5_V5 = (
    _layer(blocks.focus, 64),
    *_yolov5_body(9),
    _layer(blocks.spp, 1024),
    _c3(1024, 3),
    *_yolov5_neck(4, 6, (256, 512, 1024), 3),
)

_YOLOV5_V6 = (
    _conv(64, size=6, stride=2, pad=2),
    *_yolov5_body(6),
    _c3(1024, 3, shortcut=True),
    _layer(blocks.sppf, 1024),
    *_yolov5_neck(4, 6, (256, 512, 1024), 3),
)

# v5Lite-e and -s: ShuffleNetV2 under a very light and under a light neck.


def _shufflenet(last: int) -> tuple[Layer, ...]:
    return (
        _layer(blocks.shuffle_stem, 32),
        *_shuffle(116, 3),  # 2, stride 8
        *_shuffle(232, 7),  # 4, stride 16
        *_shuffle(464, last),  # 6, stride 32
    )


def _separable(stride: int = 1) -> Layer:
    return _layer(blocks.separable, 96, stride=stride)


_V5LITE_E = (
    *_shufflenet(1),
    _conv(96),  # 7
    *_up_and_join(4),
    _separable(),
    _conv(96),  # 11
    *_up_and_join(2),
    _separable(),  # 14
    _separable(2),
    _layer(blocks.add, sources=(-1, 11)),
    _separable(),  # 17
    _separable(2),
    _layer(blocks.add, sources=(-1, 7)),
    _separable(),  # 20
)

_V5LITE_S = (
    *_shufflenet(3),
    _conv(128),  # 7
    *_up_and_join(4),
    _c3(128),
    _conv(64),  # 11
    *_up_and_join(2),
    _c3(64),  # 14
    _conv(64, size=3, stride=2),
    _join(11),
    _c3(128),  # 17
    _conv(128, size=3, stride=2),
    _join(7),
    _c3(256),  # 20
)

# RepVGG: -g changes resolution in every RepVGG block, so none of them has an identity branch;
# the A1 variant has seventeen that do.

_V5LITE_G = (
    _layer(blocks.focus, 32),
    _rep(64, 2),
    _c3(64, shortcut=True),
    _rep(128, 2),
    _c3(128, 3, shortcut=True),  # 4, stride 8
    _rep(256, 2),
    _c3(256, 3, shortcut=True),  # 6, stride 16
    _rep(512, 2),
    _layer(blocks.spp, 512),
    _c3(512),
    *_yolov5_neck(4, 6, (128, 128, 128), 3),
)

_REPVGG_A1 = (
    _rep(64, 2),
    _rep(64, 2),
    _rep(64),
    _rep(128, 2),
    _rep(128, n=3),  # 4, stride 8
    _rep(256, 2),
    _rep(256, n=13),  # 6, stride 16
    _rep(512, 2),  # 7, stride 32
    _conv(256),
    *_up_and_join(6),
    _c3(256),
    _conv(128),  # 12
    *_up_and_join(4),
    _c3(128),  # 15
    _conv(128, size=3, stride=2),
    _join(12),
    _c3(256),  # 18
    _conv(256, size=3, stride=2),
    _join(8),
    _c3(512),  # 21
)

_SEED = "the seed"
_LITE = "YOLOv5-Lite, README"
_YAML = "YOLOv5-Lite 9d649a6, its own count"
_V5 = "YOLOv5 v5.0"
_V6 = "YOLOv5 v6.0"

_NO_SE = "impossible: see below"

_ALL = (
    System(
        "pplcnet-yolo",
        "v5Lite-c: PP-LCNet, depthwise separable with gates, H-swish; YOLOv5 neck with LC_Blocks",
        (*_PPLCNET, *_pplcnet_neck(lambda width: _lc(width, 5, 2, se=True))),
        (25, 28, 31),
        figures=(
            Figure(_SEED, 1, "4,378,838", "8.6"),
            Figure(_LITE, 80, "4.57M", "5.92", 512, True, "cut, not rounded"),
        ),
    ),
    System(
        "pplcnet-yolo-no-se",
        "pplcnet-yolo whose two LC_Blocks in the neck have no SE gate",
        (*_PPLCNET, *_pplcnet_neck(lambda width: _lc(width, 5, 2))),
        (25, 28, 31),
        figures=(Figure(_SEED, 1, "4,376,531", "8.6", why=_NO_SE),),
    ),
    System(
        "pplcnet-yolo-conv3x3",
        "pplcnet-yolo with 3x3 stride-2 convolutions, not LC_Blocks, in the neck, as in YOLOv5s",
        (*_PPLCNET, *_pplcnet_neck(lambda width: _conv(width, size=3, stride=2))),
        (25, 28, 31),
        figures=(Figure(_SEED, 1, "4,982,390", "9.4"),),
    ),
    System(
        "yolov5s-v5",
        "YOLOv5s v5.0: Focus, SPP; the seed's comparison",
        _YOLOV5_V5,
        (17, 20, 23),
        width=0.5,
        depth=0.33,
        figures=(
            Figure(f"{_V5}, its own count", 1, "7,063,542"),
            Figure(f"{_V5}, README", 80, "7.3M", "17.0", why="the convolutions alone"),
        ),
    ),
    System(
        "yolov5s-v6",
        "YOLOv5s v6.0: 6x6 stem, SPPF",
        _YOLOV5_V6,
        (17, 20, 23),
        width=0.5,
        depth=0.33,
        figures=(
            Figure(f"{_V6}, its own count", 1, "7,022,326"),
            Figure(f"{_V6}, README", 80, "7.2M", "16.5"),
        ),
    ),
    System(
        "yolov5-nano",
        "YOLOv5n v6.0, the seed's comparison row: yolov5s-v6 at half its width",
        _YOLOV5_V6,
        (17, 20, 23),
        width=0.25,
        depth=0.33,
        figures=(
            Figure(f"{_V6}, its own count", 1, "1,765,270"),
            Figure(f"{_V6}, README", 80, "1.9M", "4.5"),
        ),
    ),
    System(
        "v5lite-e",
        "ShuffleNetV2 under a neck of depthwise separable convolutions, Relu",
        _V5LITE_E,
        (14, 17, 20),
        size=320,
        figures=(
            Figure(_YAML, 80, "787,085", size=320),
            Figure(_LITE, 80, "0.78M", "0.73", 320, True),
        ),
    ),
    System(
        "v5lite-s",
        "ShuffleNetV2 under a narrow YOLOv5 neck",
        _V5LITE_S,
        (14, 17, 20),
        figures=(
            Figure(_YAML, 80, "1,649,853"),
            Figure(_LITE, 80, "1.64M", "1.66", 416, True),
        ),
    ),
    System(
        "v5lite-g",
        "Focus, RepVGG blocks of two branches (3x3, 1x1), SPP, a neck of 128 channels",
        _V5LITE_G,
        (17, 20, 23),
        figures=(
            Figure(_YAML, 80, "5,574,845"),
            Figure(_LITE, 80, "5.39M", "15.6", 640, True, "the merged convolutions alone"),
        ),
    ),
    System(
        "repvgg-a1-yolo",
        "RepVGG-A1, with blocks of two and of three branches (3x3, 1x1, identity)",
        _REPVGG_A1,
        (15, 18, 21),
    ),
)

SYSTEMS = {system.name: system for system in _ALL}
