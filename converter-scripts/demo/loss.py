"""The loss: which cells are responsible for a part, and how wrong they are.

On every level, a part is assigned to each anchor whose sides differ from its own by less than a
factor of four. There it is assigned to the cell of its centre and to the nearest neighbour in each
direction. Boxes are scored with complete IoU, objectness against the IoU reached, classes with
binary cross-entropy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from net import STRIDES

FITS = 4.0
"""A part and its anchor differ by less than this factor in each side."""

_LEVEL_WEIGHT = (4.0, 1.0, 0.4)  # finer maps have more cells, so each counts less in a mean
_BOX, _OBJECT, _CLASS = 0.15, 1.0, 0.3


@dataclass(frozen=True)
class Assigned:
    """The cells that are responsible for parts on one level, and their targets."""

    image: Tensor
    anchor: Tensor
    row: Tensor
    col: Tensor
    box: Tensor  # cx, cy relative to the cell, then w, h; in cells
    label: Tensor


def assign(parts: Tensor, anchors: Tensor, stride: int, rows: int, cols: int) -> Assigned:
    """Assigns parts (image, label, cx, cy, w, h in pixels) to the cells of one level."""
    box = parts[:, 2:6] / stride
    ratio = box[:, None, 2:4] / (anchors / stride)[None]
    which, anchor = torch.where(torch.max(ratio, 1 / ratio).amax(2) < FITS)
    centre = box[which, :2]
    cell = centre.floor()
    # The neighbour on the side that is nearer to the centre.
    step = torch.where(centre - cell < 0.5, -1.0, 1.0)
    beside = cell + torch.stack((step[:, 0], torch.zeros_like(step[:, 0])), 1)
    above = cell + torch.stack((torch.zeros_like(step[:, 1]), step[:, 1]), 1)
    cells = torch.cat((cell, beside, above))
    which, anchor = which.repeat(3), anchor.repeat(3)
    inside = (cells >= 0).all(1) & (cells[:, 0] < cols) & (cells[:, 1] < rows)
    cells, which, anchor = cells[inside], which[inside], anchor[inside]
    target = torch.cat((box[which, :2] - cells, box[which, 2:4]), 1)
    return Assigned(
        parts[which, 0].long(),
        anchor,
        cells[:, 1].long(),
        cells[:, 0].long(),
        target,
        parts[which, 1].long(),
    )


def complete_iou(a: Tensor, b: Tensor) -> Tensor:
    """IoU less the penalties for distant centres and differing aspect; boxes are cx, cy, w, h."""
    a_low, a_high = a[:, :2] - a[:, 2:] / 2, a[:, :2] + a[:, 2:] / 2
    b_low, b_high = b[:, :2] - b[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
    both = (torch.min(a_high, b_high) - torch.max(a_low, b_low)).clamp(min=0).prod(1)
    iou = both / (a[:, 2:].prod(1) + b[:, 2:].prod(1) - both + 1e-9)
    hull = torch.max(a_high, b_high) - torch.min(a_low, b_low)
    far = (a[:, :2] - b[:, :2]).pow(2).sum(1) / (hull.pow(2).sum(1) + 1e-9)
    turn = torch.atan(a[:, 2] / (a[:, 3] + 1e-9)) - torch.atan(b[:, 2] / (b[:, 3] + 1e-9))
    aspect = 4 / math.pi**2 * turn.pow(2)
    with torch.no_grad():
        weight = aspect / (1 - iou + aspect + 1e-9)
    return iou - far - weight * aspect


def detection_loss(raw: list[Tensor], parts: Tensor, anchors: Tensor) -> Tensor:
    """Loss of the raw maps `[n, 3, h, w, 5 + classes]` against the parts of the batch."""
    box_loss = object_loss = class_loss = raw[0].new_zeros(())
    for level, y in enumerate(raw):
        n, na, rows, cols, _ = y.shape
        hit = assign(parts, anchors[level], STRIDES[level], rows, cols)
        wanted = y.new_zeros(n * na * rows * cols)
        if len(hit.label):
            said = y[hit.image, hit.anchor, hit.row, hit.col]
            xy = said[:, :2].sigmoid() * 2 - 0.5
            wh = (said[:, 2:4].sigmoid() * 2) ** 2 * (anchors[level] / STRIDES[level])[hit.anchor]
            score = complete_iou(torch.cat((xy, wh), 1), hit.box)
            box_loss = box_loss + (1 - score).mean()
            labels = torch.zeros_like(said[:, 5:])
            labels[torch.arange(len(labels)), hit.label] = 1
            class_loss = class_loss + binary_cross_entropy_with_logits(said[:, 5:], labels)
            # Where two parts meet in one cell, the better of the two boxes counts.
            place = ((hit.image * na + hit.anchor) * rows + hit.row) * cols + hit.col
            wanted.scatter_reduce_(0, place, score.detach().clamp(min=0), "amax")
        object_loss = object_loss + _LEVEL_WEIGHT[level] * binary_cross_entropy_with_logits(
            y[..., 4].reshape(-1), wanted
        )
    return _BOX * box_loss + _OBJECT * object_loss + _CLASS * class_loss
