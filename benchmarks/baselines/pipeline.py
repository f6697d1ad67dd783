"""JPEG to boxes as a Python user writes it: OpenCV, OpenVINO, numpy.

usage: pipeline.py MODEL.xml PICTURES THREADS
The IR takes BGR 0..255 and has three raw YOLOv5 heads. Prints "ready" once warm, then for each line "N" on
stdin the nanoseconds of N pictures, in turn; for a line "kernels", those of all layers.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import openvino as ov

STRIDES = (8, 16, 32)
CONFIDENCE, IOU = 0.25, 0.45


def letterbox(picture: np.ndarray, width: int, height: int) -> tuple[np.ndarray, float, int, int]:
    h, w = picture.shape[:2]
    ratio = min(width / w, height / h)
    new_w, new_h = round(w * ratio), round(h * ratio)
    left, top = round((width - new_w) / 2 - 0.1), round((height - new_h) / 2 - 0.1)
    resized = cv2.resize(picture, (new_w, new_h), interpolation=cv2.INTER_LINEAR)
    canvas = cv2.copyMakeBorder(
        resized,
        top,
        height - new_h - top,
        left,
        width - new_w - left,
        cv2.BORDER_CONSTANT,
        value=(114, 114, 114),
    )
    return canvas, ratio, left, top


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def decode(heads: list[np.ndarray], anchors: list[np.ndarray]) -> np.ndarray:
    rows = []
    for y, stride, anchor in zip(heads, STRIDES, anchors):
        _, channels, h, w = y.shape
        y = sigmoid(y.reshape(3, channels // 3, h, w).transpose(0, 2, 3, 1))
        grid = np.stack(np.meshgrid(np.arange(w), np.arange(h)), 2)[None]
        y[..., :2] = (y[..., :2] * 2 - 0.5 + grid) * stride
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * anchor[:, None, None]
        rows.append(y.reshape(-1, channels // 3))
    return np.concatenate(rows)


def boxes(rows: np.ndarray, ratio: float, left: int, top: int) -> list[tuple[float, ...]]:
    rows = rows[rows[:, 4] >= CONFIDENCE]
    label = rows[:, 5:].argmax(1)
    score = rows[:, 4] * rows[np.arange(len(rows)), 5 + label]
    keep = score >= CONFIDENCE
    rows, label, score = rows[keep], label[keep], score[keep]
    if not len(rows):
        return []
    size = rows[:, 2:4] / ratio
    corner = (rows[:, :2] - [left, top]) / ratio - size / 2
    chosen = cv2.dnn.NMSBoxesBatched(
        np.concatenate((corner, size), 1).tolist(), score.tolist(), label.tolist(), CONFIDENCE, IOU
    )
    return [(*corner[i], *size[i], score[i], label[i]) for i in np.asarray(chosen).reshape(-1)]


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    cv2.setNumThreads(int(sys.argv[3]))
    core = ov.Core()
    compiled = core.compile_model(
        sys.argv[1],
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": int(sys.argv[3]),
            "NUM_STREAMS": 1,
        },
    )
    _, _, height, width = compiled.input(0).shape
    usual = ((10, 13, 16, 30, 33, 23), (30, 61, 62, 45, 59, 119), (116, 90, 156, 198, 373, 326))
    anchors = [np.asarray(a, np.float32).reshape(3, 2) for a in usual]
    outputs = sorted(compiled.outputs, key=lambda port: -port.shape[2])
    request = compiled.create_infer_request()
    pictures = sorted(Path(sys.argv[2]).glob("*.jpg"))

    def one(path: Path) -> int:
        start = time.perf_counter_ns()
        canvas, ratio, left, top = letterbox(cv2.imread(str(path)), width, height)
        request.infer([canvas.transpose(2, 0, 1)[None].astype(np.float32)])
        heads = [request.get_tensor(port).data for port in outputs]
        boxes(decode(heads, anchors), ratio, left, top)
        return time.perf_counter_ns() - start

    for path in pictures[:5]:
        one(path)
    print("ready", flush=True)
    turn = 0
    for line in sys.stdin:
        if line.strip() == "kernels":
            infos = [layer.get_rt_info() for layer in compiled.get_runtime_model().get_ops()]
            names = [str(info["primitiveType"].value) for info in infos if "primitiveType" in info]
            print(",".join(names), flush=True)
            continue
        times = []
        for _ in range(int(line)):
            times.append(one(pictures[turn % len(pictures)]))
            turn += 1
        print(",".join(map(str, times)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
