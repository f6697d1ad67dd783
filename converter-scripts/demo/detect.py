"""Everything between a picture and its score: letterbox, NMS, average precision, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

GREY = 114
"""Colour of the letterbox bars."""

NMS_IOU = 0.45


@dataclass(frozen=True)
class Letterbox:
    """How a picture was fitted into the network's input: scaled, then centred between bars."""

    scale: float
    left: int
    top: int


def letterbox(
    picture: npt.NDArray[np.uint8], width: int, height: int
) -> tuple[npt.NDArray[np.uint8], Letterbox]:
    """Fits a picture into width x height: aspect kept, bilinear, bars on both sides."""
    h, w = picture.shape[:2]
    scale = min(width / w, height / h)
    new_w, new_h = round(w * scale), round(h * scale)
    if (new_w, new_h) != (w, h):
        picture = cv2.resize(picture, (new_w, new_h), interpolation=cv2.INTER_LINEAR)
    left, top = (width - new_w) // 2, (height - new_h) // 2
    canvas = np.full((height, width, 3), GREY, np.uint8)
    canvas[top : top + new_h, left : left + new_w] = picture
    return canvas, Letterbox(scale, left, top)


def pair_iou(a: Floats, b: Floats) -> Floats:
    """IoU of every box of a with every box of b; boxes are x0, y0, x1, y1."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(2)
    area_a, area_b = (a[:, 2:] - a[:, :2]).prod(1), (b[:, 2:] - b[:, :2]).prod(1)
    return both / (area_a[:, None] + area_b[None] - both + 1e-9)


def detections(rows: Floats, box: Letterbox, least: float, nms_iou: float = NMS_IOU) -> Floats:
    """One picture's decoded rows as `x0, y0, x1, y1, score, label` in its pixels, best first.

    Score is objectness times the best class. NMS works within a class.
    """
    label = rows[:, 5:].argmax(1)
    score = rows[:, 4] * rows[np.arange(len(rows)), 5 + label]
    keep = np.flatnonzero(score >= least)
    keep = keep[np.argsort(-score[keep], kind="stable")][:3000]
    rows, label, score = rows[keep], label[keep], score[keep]
    corners = np.concatenate((rows[:, :2] - rows[:, 2:4] / 2, rows[:, :2] + rows[:, 2:4] / 2), 1)
    apart = corners + label[:, None].astype(np.float32) * 8192
    chosen: list[int] = []
    alive = np.ones(len(keep), bool)
    for i in range(len(keep)):
        if alive[i]:
            chosen.append(i)
            alive[i + 1 :] &= pair_iou(apart[i : i + 1], apart[i + 1 :])[0] <= nms_iou
    offset = np.asarray([box.left, box.top, box.left, box.top], np.float32)
    pixels = (corners[chosen] - offset) / np.float32(box.scale)
    return np.concatenate(
        (pixels, score[chosen, None], label[chosen, None].astype(np.float32)), 1
    ).astype(np.float32)


def _average_precision(hit: npt.NDArray[np.bool_], truths: int) -> float:
    """Mean of the precision envelope at 101 recalls, as COCO defines it."""
    true = np.cumsum(hit)
    recall = true / truths
    precision = true / np.arange(1, len(hit) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101), side="left")
    return float(np.append(envelope, 0.0)[at].mean())


def mean_average_precision(
    found: Sequence[Floats], truth: Sequence[Floats], classes: int
) -> tuple[float, float]:
    """mAP at IoU 0.5 and averaged over 0.5 to 0.95. Truth rows are `x0, y0, x1, y1, label`."""
    bars = np.arange(0.5, 0.96, 0.05)
    table = []
    for label in range(classes):
        scores, hits, truths = [], [], 0
        for f, t in zip(found, truth, strict=True):
            f = f[f[:, 5] == label]
            t = t[t[:, 4] == label]
            truths += len(t)
            overlap = pair_iou(f[:, :4], t[:, :4])
            hit = np.zeros((len(f), len(bars)), bool)
            for b, bar in enumerate(bars):
                free = np.ones(len(t), bool)
                for i in range(len(f)):
                    candidates = np.where(free, overlap[i], 0)
                    if len(t) and candidates.max() >= bar:
                        free[candidates.argmax()] = False
                        hit[i, b] = True
            scores.append(f[:, 4])
            hits.append(hit)
        order = np.argsort(-np.concatenate(scores), kind="stable")
        stacked = np.concatenate(hits)[order]
        if truths:
            table.append([_average_precision(stacked[:, b], truths) for b in range(len(bars))])
    values = np.asarray(table)
    return float(values[:, 0].mean()), float(values.mean())


def exact_counts(
    found: Sequence[Floats], truth: Sequence[Floats], classes: int, threshold: float
) -> float:
    """Share of pictures in which every class is found exactly as often as it occurs."""
    right = 0
    for f, t in zip(found, truth, strict=True):
        kept = f[f[:, 4] >= threshold, 5].astype(int)
        there = t[:, 4].astype(int)
        right += np.array_equal(
            np.bincount(kept, minlength=classes), np.bincount(there, minlength=classes)
        )
    return right / len(truth)
