"""Shared by the zoo's tests: builds each model once, runs it on ONNX Runtime."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from zoo.build import Built, Request, build
from zoo.graph import Style
from zoo.systems import SYSTEMS

Outputs = list[NDArray[np.float32]]


@functools.cache
def _built(system: str, style: Style, options: tuple[tuple[str, Any], ...]) -> Built:
    settings = {"height": 640, "width": 640, **dict(options)}
    return build(Request(SYSTEMS[system], style=style, **settings))


class Zoo:
    """Builds and runs models by name."""

    def build(self, system: str, style: Style | None = None, **options: Any) -> Built:
        return _built(system, style or Style(), tuple(sorted(options.items())))

    def narrow(self, system: str, style: Style | None = None, **options: Any) -> Built:
        """A quarter of the channels: fast, for tests that do not depend on the width."""
        return self.build(system, style, **{"channels": 0.25, **options})

    def run(self, model: onnx.ModelProto, image: NDArray[np.float32]) -> Outputs:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        return session.run(None, {"images": image})


@pytest.fixture(scope="session")
def zoo() -> Zoo:
    return Zoo()


def noise(height: int, width: int, seed: int = 1) -> NDArray[np.float32]:
    """A picture of white noise, the hardest for a random network."""
    generator = np.random.default_rng(seed)
    return generator.random((1, 3, height, width), dtype=np.float32)


def worst(a: Outputs, b: Outputs) -> float:
    """The largest difference, relative to the largest value of its output."""
    return max(float(np.abs(x - y).max() / np.abs(x).max()) for x, y in zip(a, b, strict=True))
