"""Asks a running `ovkit serve` with Triton's clients and compares the answers with `ovkit infer`.

    python triton.py HOST:PORT GRPC-HOST:PORT MODEL INFER.json PICTURE ...

INFER.json is what `ovkit infer --json` prints for the same model and pictures: boxes and scores have to be equal to the
last bit. Health, metadata, inference (JSON, binary, pixels, several pictures, chosen outputs) and errors are asked for,
by HTTP and by gRPC, the latter at both ports. Prints one line. Exit codes: 0 done, 1 something differs, 2 wrong usage.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tritonclient.grpc as grpc
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException


def check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"triton: {what}")


def images(pictures: list[bytes], binary: bool) -> triton.InferInput:
    given = triton.InferInput("images", [len(pictures)], "BYTES")
    elements = pictures if binary else [base64.b64encode(one) for one in pictures]
    given.set_data_from_numpy(np.array(elements, dtype=np.object_), binary_data=binary)
    return given


def compare(found: triton.InferResult | grpc.InferResult, expected: list[dict[str, Any]], what: str) -> None:
    rows = [(i, one) for i, picture in enumerate(expected) for one in picture["detections"]]
    check(len(rows) > 0, f"{what}: infer found nothing to compare with")
    boxes = [[one["box"][key] for key in ("x", "y", "width", "height")] for _, one in rows]
    check(np.array_equal(found.as_numpy("boxes"), np.array(boxes, np.float32)), f"{what}: boxes")
    scores = np.array([one["score"] for _, one in rows], np.float32)
    check(np.array_equal(found.as_numpy("scores"), scores), f"{what}: scores")
    labels = [one.decode() if isinstance(one, bytes) else one for one in found.as_numpy("labels")]
    check(labels == [one["label"] for _, one in rows], f"{what}: labels")
    check(found.as_numpy("class_ids").tolist() == [one["class_id"] for _, one in rows], f"{what}: class_ids")
    check(found.as_numpy("image_index").tolist() == [i for i, _ in rows], f"{what}: image_index")


def refused(ask: Callable[[], Any], status: str, message: str) -> None:
    try:
        ask()
    except InferenceServerException as error:
        check(status in (error.status() or "") and message in error.message(), f"expected {message!r}, not {error}")
        return
    check(False, f"not refused, expected {message!r}")


def refused_by_http(url: str, ask: Callable[[triton.InferenceServerClient], Any], status: str, message: str) -> None:
    # On a connection of its own: a server may close one whose body it did not read.
    with triton.InferenceServerClient(url) as client:
        refused(lambda: ask(client), status, message)


def ask_by_http(url: str, model: str, expected: list[dict[str, Any]], pictures: list[bytes]) -> None:
    client = triton.InferenceServerClient(url)

    check(client.is_server_live(), "not live")
    check(client.is_server_ready(), "not ready")
    check(client.is_model_ready(model) and client.is_model_ready(model, "1"), "the model is not ready")
    check(not client.is_model_ready("nothing"), "a model that is not there is ready")
    check(client.get_server_metadata()["extensions"] == ["binary_tensor_data"], "extensions")
    metadata = client.get_model_metadata(model)
    check([one["name"] for one in metadata["inputs"]] == ["images", "pixels"], "inputs")

    for binary in (True, False):
        for i, picture in enumerate(pictures):
            found = client.infer(model, [images([picture], binary)], request_id="7")
            check(found.get_response()["id"] == "7", "id")
            compare(found, expected[i : i + 1], f"picture {i}, binary {binary}")
        compare(client.infer(model, [images(pictures, binary)], "1"), expected, f"all pictures, binary {binary}")
    wanted = [triton.InferRequestedOutput("scores", binary_data=False), triton.InferRequestedOutput("labels")]
    found = client.infer(model, [images(pictures[:1], True)], outputs=wanted, parameters={"max_det": 1})
    check(found.as_numpy("boxes") is None and found.as_numpy("scores").shape == (1,), "chosen outputs")

    pixels = np.random.default_rng(1).integers(0, 256, (2, 48, 64, 3), np.uint8)
    given = triton.InferInput("pixels", list(pixels.shape), "UINT8")
    answers = []
    for binary in (True, False):
        given.set_data_from_numpy(pixels, binary_data=binary)
        answers.append(client.infer(model, [given], parameters={"conf": 0.001, "max_det": 5}))
    for name in ("boxes", "scores", "image_index"):
        check(np.array_equal(answers[0].as_numpy(name), answers[1].as_numpy(name)), f"pixels: {name}")
    check(len(answers[0].as_numpy("scores")) > 0, "pixels: nothing found")

    refused_by_http(url, lambda one: one.infer("nothing", [images(pictures, True)]), "404", "no model of this name")
    refused_by_http(url, lambda one: one.infer(model, [images([b"no picture"], True)]), "400", "picture 0")
    refused_by_http(url, lambda one: one.infer(model, [given], parameters={"confidence": 1}), "400", "unknown parameter")
    refused_by_http(url, lambda one: one.get_model_metadata(model, "9"), "404", "no such version")
    other = triton.InferInput("x", [1], "FP32")
    other.set_data_from_numpy(np.zeros(1, np.float32))
    refused_by_http(url, lambda one: one.infer(model, [other]), "400", "datatype")


def ask_by_grpc(url: str, model: str, expected: list[dict[str, Any]], pictures: list[bytes]) -> None:
    def images_of(given: list[bytes]) -> list[grpc.InferInput]:
        tensor = grpc.InferInput("images", [len(given)], "BYTES")
        tensor.set_data_from_numpy(np.array(given, dtype=np.object_))
        return [tensor]

    with grpc.InferenceServerClient(url) as client:
        check(client.is_server_live() and client.is_server_ready(), "gRPC: not live, or not ready")
        check(client.is_model_ready(model) and client.is_model_ready(model, "1"), "gRPC: the model is not ready")
        check(list(client.get_server_metadata().extensions) == ["binary_tensor_data"], "gRPC: extensions")
        metadata = client.get_model_metadata(model)
        check([one.name for one in metadata.inputs] == ["images", "pixels"], "gRPC: inputs")
        check(list(metadata.inputs[1].shape) == [-1, -1, -1, 3], "gRPC: shape")

        for i, picture in enumerate(pictures):
            found = client.infer(model, images_of([picture]), request_id="7", client_timeout=60)
            check(found.get_response().id == "7", "gRPC: id")
            compare(found, expected[i : i + 1], f"gRPC: picture {i}")
        compare(client.infer(model, images_of(pictures), "1"), expected, "gRPC: all pictures")
        wanted = [grpc.InferRequestedOutput("scores"), grpc.InferRequestedOutput("labels")]
        found = client.infer(model, images_of(pictures[:1]), outputs=wanted, parameters={"max_det": 1, "conf": 0.3})
        check(found.as_numpy("boxes") is None and found.as_numpy("scores").shape == (1,), "gRPC: chosen outputs")

        pixels = np.random.default_rng(1).integers(0, 256, (2, 48, 64, 3), np.uint8)
        given = grpc.InferInput("pixels", list(pixels.shape), "UINT8")
        given.set_data_from_numpy(pixels)
        found = client.infer(model, [given], parameters={"conf": 0.001, "max_det": 5})
        check(len(found.as_numpy("scores")) > 0, "gRPC: nothing found on pixels")

        refused(lambda: client.infer("nothing", images_of(pictures)), "NOT_FOUND", "no model of this name")
        refused(lambda: client.is_model_ready("nothing"), "NOT_FOUND", "no model of this name")
        refused(lambda: client.infer(model, images_of([b"no picture"])), "INVALID_ARGUMENT", "picture 0")
        refused(lambda: client.infer(model, [given], priority=1), "INVALID_ARGUMENT", "unknown parameter")
        refused(lambda: client.infer(model, [given], timeout=1), "DEADLINE_EXCEEDED", "the server is busy")
        refused(lambda: client.get_model_metadata(model, "9"), "NOT_FOUND", "no such version")
        refused(client.get_model_repository_index, "UNIMPLEMENTED", "there is no such call")


def main(arguments: list[str]) -> int:
    if len(arguments) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    url, grpc_url, model, infer, *names = arguments
    expected = json.loads(Path(infer).read_text(encoding="utf-8"))["pictures"]
    pictures = [Path(name).read_bytes() for name in names]
    ask_by_http(url, model, expected, pictures)
    ask_by_grpc(url, model, expected, pictures)
    ask_by_grpc(grpc_url, model, expected, pictures)
    print(f"triton: {len(pictures)} pictures, {sum(len(one['detections']) for one in expected)} objects: as infer")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
