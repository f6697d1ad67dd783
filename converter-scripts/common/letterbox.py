"""How ovkit fits a picture into a network's input, in Python."""

from __future__ import annotations

import cv2
import numpy as np


def letterboxed(picture: np.ndarray, width: int, height: int, resize: str, pad: int) -> np.ndarray:
    """Resizes as the IR's `resize_type` says.

    The centred letterbox rounds the size; the top-left one truncates it.
    """
    rows, columns = picture.shape[:2]
    if resize == "standard":
        return cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR)
    centred = resize == "fit_to_window_letterbox"
    ratio = min(width / columns, height / rows)
    w, h = (max(1, round(s) if centred else int(s)) for s in (columns * ratio, rows * ratio))
    left, top = (round((width - w) / 2 - 0.1), round((height - h) / 2 - 0.1)) if centred else (0, 0)
    canvas = np.full((height, width, 3), pad, np.uint8)
    resized = cv2.resize(picture, (w, h), interpolation=cv2.INTER_LINEAR)
    canvas[top : top + h, left : left + w] = resized
    return canvas
