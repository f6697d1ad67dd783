"""The demo's pictures as a network reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from zoo.families.export import Preprocessing

FILES = sorted((Path(__file__).parents[3] / "ir-models" / "pictures").glob("*.jpg"))


def opened(file: Path) -> Image.Image:
    return Image.open(file).convert("RGB")


def prepared(picture: Image.Image, p: Preprocessing) -> NDArray:
    """One picture, resized and normalised."""
    whole = fitted(picture, p)
    pixels = np.asarray(whole.convert("L") if p.channels == 1 else whole, dtype=np.float32)
    pixels = pixels.reshape(p.height, p.width, p.channels)
    if p.colour == "BGR":
        pixels = pixels[..., ::-1]
    values = (pixels - np.float32(p.mean)) / np.float32(p.std)
    if p.order == "NCHW":
        values = values.transpose(2, 0, 1)
    kind = {"f32": np.float32, "f16": np.float16, "u8": np.uint8}[p.type]
    return np.ascontiguousarray(values[None]).astype(kind)


def fitted(picture: Image.Image, p: Preprocessing) -> Image.Image:
    """One picture in the input's size; one that has it stays as it is."""
    size = (p.width, p.height)
    if p.resize == "stretch":
        return picture.resize(size, Image.Resampling.BILINEAR)
    ratios = (p.width / picture.width, p.height / picture.height)
    ratio = max(ratios) if p.resize == "centre-crop" else min(ratios)
    scaled = picture.resize(
        (round(picture.width * ratio), round(picture.height * ratio)), Image.Resampling.BILINEAR
    )
    left, top = (p.width - scaled.width) // 2, (p.height - scaled.height) // 2
    canvas = Image.new("RGB", size, (p.pad,) * 3)
    canvas.paste(scaled, (0, 0) if p.resize == "letterbox-top-left" else (left, top))
    return canvas
