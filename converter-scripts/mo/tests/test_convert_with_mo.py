"""The script as ovkit runs it: a process in an empty folder, in the pinned environment."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from one_convolution import one_convolution

SCRIPT = Path(__file__).parents[1] / "convert_with_mo.py"


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), "--", *words]
    environment = {"HOME": str(folder / "home"), "CI": "true"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def onnx(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("model") / "tiny.onnx"
    file.write_bytes(one_convolution())
    return str(file)


def test_answers_with_one_object_and_leaves_the_ir_in_the_folder(tmp_path: Path, onnx: str) -> None:
    (tmp_path / "mo.py").write_text("raise SystemExit('not this one')")
    done = run(tmp_path, "--input_model", onnx, "-s", "255", "--reverse_input_channels")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "tool": "openvino-dev",
        "version": "2024.6",
        "xml": "tiny.xml",
        "bin": "tiny.bin",
    }
    assert ElementTree.parse(tmp_path / "tiny.xml").getroot().get("version") == "11"
    assert "SUCCESS" in done.stderr


def test_cuts_at_a_node(tmp_path: Path, onnx: str) -> None:
    done = run(tmp_path, "--input_model", onnx, "--output", "Conv_0")
    assert done.returncode == 0, done.stderr
    layers = ElementTree.parse(tmp_path / "tiny.xml").getroot().iter("layer")
    assert "ReLU" not in [layer.get("type") for layer in layers]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--output", "Conv_9"], 1, "mo: No node with name Conv_9"),
        (["--data_type", "FP16"], 2, "mo: unrecognized arguments: --data_type FP16"),
        (["-s", "2", "--scale_values", "[1,2,3]"], 1, "mo: Both --scale and --scale_values are"),
    ],
)
def test_the_last_line_gives_the_reason(
    tmp_path: Path, onnx: str, words: list[str], code: int, message: str
) -> None:
    done = run(tmp_path, "--input_model", onnx, *words)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in done.stderr


def test_without_words_it_prints_its_usage(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: convert_with_mo.py")
