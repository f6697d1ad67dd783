"""Objects on films and cameras as a Python user writes it: a thread that reads each source, and one loop.

usage: plain.py MODEL.xml FPS|all THREADS SOURCE...
A source is a film or an RTSP URL; of a camera the newest frame wins. One JSON line for each frame looked at, as
`ovkit stream` has it: camera, at, age_ms, detections. Ends with the films, or when it is terminated.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import datetime, timezone

os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")

import cv2
import numpy as np
import openvino as ov
from detector import Spec, decode, frames, letterbox


class Reader(threading.Thread):
    """Decodes every frame of a camera and keeps the newest one that is due."""

    def __init__(self, name: str, source: str, fps: float) -> None:
        super().__init__(daemon=True)
        self.camera, self.source, self.period = name, source, 1 / fps
        self.newest: tuple[np.ndarray, float] | None = None

    def run(self) -> None:
        while True:
            capture = cv2.VideoCapture(self.source, cv2.CAP_FFMPEG)
            due = time.monotonic()
            while True:
                whole, frame = capture.read()
                if not whole:
                    break
                now = time.monotonic()
                if now >= due:
                    due = max(due + self.period, now - self.period)
                    self.newest = (frame, now)
            capture.release()
            time.sleep(1)


def report(camera: str, age: float, boxes: list[tuple[float, ...]]) -> None:
    at = datetime.now(timezone.utc).isoformat()
    found = [{"class_id": box[5], "score": round(box[4], 4), "box": box[:4]} for box in boxes]
    line = {"camera": camera, "at": at, "age_ms": age * 1000, "detections": found}
    print(json.dumps(line), flush=True)


def main() -> int:
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    spec = Spec(sys.argv[1])
    compiled = ov.Core().compile_model(
        sys.argv[1],
        "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": int(sys.argv[3]),
        },
    )
    request = compiled.create_infer_request()
    outputs = [compiled.output(name) for name in spec.names()]

    def detect(frame: np.ndarray) -> list[tuple[float, ...]]:
        shape = letterbox(spec, frame)
        pixels = cv2.cvtColor(shape.pixels, cv2.COLOR_BGR2RGB) if spec.rgb else shape.pixels
        request.infer([pixels.transpose(2, 0, 1)[None].astype(np.float32)])
        return decode(spec, shape, [request.get_tensor(port).data for port in outputs])

    sources = sys.argv[4:]
    if sys.argv[2] == "all":
        for i, source in enumerate(sources):
            for frame in frames(source):
                start = time.monotonic()
                boxes = detect(frame)
                report(f"cam{i}", time.monotonic() - start, boxes)
        return 0
    readers = [Reader(f"cam{i}", source, float(sys.argv[2])) for i, source in enumerate(sources)]
    for reader in readers:
        reader.start()
    while True:
        idle = True
        for reader in readers:
            newest, reader.newest = reader.newest, None
            if newest is not None:
                idle = False
                boxes = detect(newest[0])
                report(reader.camera, time.monotonic() - newest[1], boxes)
        if idle:
            time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
