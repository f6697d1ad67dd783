"""Letterbox, NMS, average precision and counts, each against a case worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from detect import (
    GREY,
    Letterbox,
    detections,
    exact_counts,
    letterbox,
    mean_average_precision,
    pair_iou,
)


def rows(*values: tuple[float, ...]) -> np.ndarray:
    return np.asarray(values, np.float32)


def test_letterbox_halves_a_720p_picture_and_puts_grey_bars_above_and_below() -> None:
    picture = np.full((720, 1280, 3), 7, np.uint8)
    canvas, fit = letterbox(picture, 640, 384)
    assert canvas.shape == (384, 640, 3)
    assert fit == Letterbox(0.5, 0, 12)
    assert (canvas[:12] == GREY).all() and (canvas[372:] == GREY).all()
    assert (canvas[12:372] == 7).all()


def test_iou_of_halves_is_a_third() -> None:
    a, b = rows((0, 0, 2, 2)), rows((1, 0, 3, 2), (5, 5, 6, 6))
    assert pair_iou(a, b)[0] == pytest.approx([1 / 3, 0], abs=1e-6)


def test_nms_keeps_the_best_of_a_class_and_leaves_other_classes_alone() -> None:
    found = detections(
        rows(
            (100, 62, 40, 40, 0.9, 0.9, 0.1),
            (104, 62, 40, 40, 0.9, 0.8, 0.1),
            (104, 62, 40, 40, 0.9, 0.1, 0.9),
            (300, 62, 40, 40, 0.1, 0.9, 0.1),
        ),
        Letterbox(0.5, 0, 12),
        0.25,
    )
    assert found[:, 5].tolist() == [0, 1]
    assert found[0, :5] == pytest.approx([160, 60, 240, 140, 0.81])


def test_perfect_detections_score_one_and_a_miss_costs_its_recall() -> None:
    truth = [rows((0, 0, 10, 10, 0), (20, 20, 40, 40, 0))]
    both = [rows((0, 0, 10, 10, 0.9, 0), (20, 20, 40, 40, 0.8, 0))]
    assert mean_average_precision(both, truth, 1) == (1.0, 1.0)
    one = mean_average_precision([both[0][:1]], truth, 1)
    assert one == pytest.approx((51 / 101, 51 / 101))


def test_a_loose_box_counts_only_at_the_lower_bars() -> None:
    truth = [rows((0, 0, 10, 10, 0))]
    loose = [rows((0, 0, 10, 8.2, 0.9, 0))]  # IoU 0.82: seven of the ten bars
    assert mean_average_precision(loose, truth, 1) == pytest.approx((1.0, 0.7))


def test_a_second_detection_of_the_same_part_is_false() -> None:
    truth = [rows((0, 0, 10, 10, 0))] * 2
    found = [rows((0, 0, 10, 10, 0.9, 0), (0, 0, 10, 10, 0.8, 0)), rows((0, 0, 10, 10, 0.7, 0))]
    # Ranked right, wrong, right: precision 1 up to recall 1/2, then 2/3.
    assert mean_average_precision(found, truth, 1)[0] == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_counts_are_exact_only_if_every_class_is() -> None:
    truth = [rows((0, 0, 1, 1, 0), (2, 2, 3, 3, 1))] * 3
    right = rows((0, 0, 1, 1, 0.9, 0), (2, 2, 3, 3, 0.5, 1))
    swapped = rows((0, 0, 1, 1, 0.9, 0), (2, 2, 3, 3, 0.5, 0))
    weak = rows((0, 0, 1, 1, 0.9, 0), (2, 2, 3, 3, 0.2, 1))
    assert exact_counts([right, swapped, weak], truth, 2, 0.25) == pytest.approx(1 / 3)
