"""The script as ovkit runs it: a process in an empty folder, in the pinned environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import onnx

from one_convolution import one_convolution

SCRIPT = Path(__file__).parents[1] / "simplify_onnx.py"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *arguments]
    environment = {"HOME": str(folder / "home"), "CI": "true"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_drops_a_node_without_effect_and_answers_with_one_object(tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(one_convolution())
    done = run(tmp_path, "--input", "tiny.onnx", "--output", "simple.onnx")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "tool": "onnxsim",
        "version": "0.8.1",
        "onnx": "simple.onnx",
        "nodes_before": 3,
        "nodes_after": 2,
    }
    operations = [node.op_type for node in onnx.load(tmp_path / "simple.onnx").graph.node]
    assert operations == ["Conv", "Relu"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["simple.onnx", "tiny.onnx"]


def test_one_line_gives_the_reason(tmp_path: Path) -> None:
    (tmp_path / "none.onnx").write_text("not a model")
    for name, message in (("none.onnx", "onnxsim: "), ("gone.onnx", "onnxsim: gone.onnx: no such")):
        done = run(tmp_path, "--input", name, "--output", "simple.onnx")
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.splitlines()[-1].startswith(message)
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["none.onnx"]
