"""The same as plain.py as an expert tunes it.

usage: tuned.py MODEL.xml FPS|all THREADS SOURCE...

What profiling asked for: frames that are not due are grabbed and never converted to BGR; one FFmpeg thread a camera;
u8 NHWC goes into the model, which converts it; several infer requests run at once (throughput hint, AsyncInferQueue);
letterboxing writes into memory that is kept; cells below the threshold leave before any sigmoid or softmax; OpenCV's
own threads are off, since the cameras fill the processors anyway.
"""

from __future__ import annotations

import os
import sys
import threading
import time

os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|threads;1")

import cv2
import numpy as np
import openvino as ov
from detector import CONFIDENCE, Letterboxed, Spec, distributions, frames, sigmoid, suppress
from openvino.preprocess import PrePostProcessor
from plain import report

LOGIT = float(np.log(CONFIDENCE / (1 - CONFIDENCE)))


def compiled(spec: Spec, ir: str, threads: int) -> ov.CompiledModel:
    model = ov.Core().read_model(ir)
    steps = PrePostProcessor(model)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().model().set_layout(ov.Layout("NCHW"))
    if spec.rgb:
        steps.input().tensor().set_color_format(ov.preprocess.ColorFormat.BGR)
        steps.input().preprocess().convert_color(ov.preprocess.ColorFormat.RGB)
    return ov.Core().compile_model(
        steps.build(),
        "CPU",
        {
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads,
        },
    )


class Input:
    """A canvas of the network's size that is written again and again."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.canvas = np.full((1, spec.height, spec.width, 3), spec.pad, np.uint8)
        self.size: tuple[int, int] | None = None

    def write(self, frame: np.ndarray) -> Letterboxed:
        spec, canvas = self.spec, self.canvas[0]
        h, w = frame.shape[:2]
        if spec.resize == "stretch":
            cv2.resize(frame, (spec.width, spec.height), dst=canvas, interpolation=spec.interpolation)
            return Letterboxed(canvas, spec.width / w, spec.height / h, 0, 0)
        ratio = min(spec.width / w, spec.height / h)
        new_w, new_h = round(w * ratio), round(h * ratio)
        if self.size != (w, h):
            canvas[:] = spec.pad
            self.size = (w, h)
        centred = spec.resize == "centre"
        left = round((spec.width - new_w) / 2 - 0.1) if centred else 0
        top = round((spec.height - new_h) / 2 - 0.1) if centred else 0
        canvas[top : top + new_h, left : left + new_w] = cv2.resize(
            frame, (new_w, new_h), interpolation=spec.interpolation
        )
        return Letterboxed(canvas, ratio, ratio, left, top)


def passing(spec: Spec, heads: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """As detector.raw_heads, for the cells alone whose objectness passes."""
    boxes, scores, labels = [], [], []
    for y, stride, anchors in zip(heads, spec.strides, spec.anchors):
        if y.ndim == 4:
            _, channels, h, w = y.shape
            y = y.reshape(len(anchors), channels // len(anchors), h, w)
            a, row, column = np.nonzero(y[:, 4] >= LOGIT)
            cells = sigmoid(y[a, :, row, column])
        else:
            a, row, column = np.nonzero(y[0, ..., 4] >= LOGIT)
            cells = sigmoid(y[0][a, row, column])
        label = cells[:, 5:].argmax(1)
        score = cells[:, 4] * cells[np.arange(len(cells)), 5 + label]
        keep = score >= CONFIDENCE
        cells, label, score = cells[keep], label[keep], score[keep]
        centre = (cells[:, :2] * 2 - 0.5 + np.stack((column, row), 1)[keep]) * stride
        size = (cells[:, 2:4] * 2) ** 2 * anchors[a[keep]]
        boxes.append(np.concatenate((centre, size), 1))
        scores.append(score)
        labels.append(label)
    return np.concatenate(boxes), np.concatenate(scores), np.concatenate(labels)


class Detector:
    """Several requests at once; results are printed by the thread that has them."""

    def __init__(self, spec: Spec, ir: str, threads: int) -> None:
        self.spec = spec
        self.model = compiled(spec, ir, threads)
        self.queue = ov.AsyncInferQueue(self.model)
        self.inputs = [Input(spec) for _ in range(len(self.queue))]
        self.outputs = [self.model.output(name) for name in spec.names()]
        self.queue.set_callback(self.finished)
        self.printing = threading.Lock()

    def finished(self, request: ov.InferRequest, user: tuple[str, float, Letterboxed]) -> None:
        camera, taken, shape = user
        tensors = [request.get_tensor(port).data for port in self.outputs]
        found = (passing if self.spec.layout == "raw-heads" else distributions)(self.spec, tensors)
        boxes = suppress(shape, *found)
        with self.printing:
            report(camera, time.monotonic() - taken, boxes)

    def start(self, camera: str, frame: np.ndarray, taken: float) -> None:
        i = self.queue.get_idle_request_id()
        shape = self.inputs[i].write(frame)
        self.queue.start_async([self.inputs[i].canvas], (camera, taken, shape), share_inputs=True)


class Reader(threading.Thread):
    """Grabs every frame of a camera, and converts those alone that are due."""

    def __init__(self, name: str, source: str, fps: float, ready: threading.Condition) -> None:
        super().__init__(daemon=True)
        self.camera, self.source, self.period, self.ready = name, source, 1 / fps, ready
        self.newest: tuple[np.ndarray, float] | None = None

    def run(self) -> None:
        while True:
            capture = cv2.VideoCapture(self.source, cv2.CAP_FFMPEG)
            due = time.monotonic()
            while capture.grab():
                now = time.monotonic()
                if now < due:
                    continue
                due = max(due + self.period, now - self.period)
                whole, frame = capture.retrieve()
                if whole:
                    with self.ready:
                        self.newest = (frame, now)
                        self.ready.notify()
            capture.release()
            time.sleep(1)


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    cv2.setNumThreads(1)
    spec = Spec(sys.argv[1])
    detector = Detector(spec, sys.argv[1], int(sys.argv[3]))
    sources = sys.argv[4:]
    if sys.argv[2] == "all":
        for i, source in enumerate(sources):
            for frame in frames(source):
                detector.start(f"cam{i}", frame, time.monotonic())
        detector.queue.wait_all()
        return 0
    ready = threading.Condition()
    readers = [Reader(f"cam{i}", s, float(sys.argv[2]), ready) for i, s in enumerate(sources)]
    for reader in readers:
        reader.start()
    turn = 0
    while True:
        with ready:
            waiting = [r for r in readers[turn:] + readers[:turn] if r.newest is not None]
            if not waiting:
                ready.wait()
                continue
            reader = waiting[0]
            newest, reader.newest = reader.newest, None
        turn = (readers.index(reader) + 1) % len(readers)
        detector.start(reader.camera, *newest)


if __name__ == "__main__":
    sys.exit(main())
