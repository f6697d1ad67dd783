"""The script as ovkit runs it: a process in an empty folder, in the pinned environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from one_convolution import one_convolution

SCRIPT = Path(__file__).parents[1] / "convert_with_ovc.py"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), *arguments]
    environment = {"HOME": str(folder / "home"), "CI": "true"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_writes_an_uncompressed_ir_and_answers_with_one_object(tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(one_convolution())
    done = run(tmp_path, "--input", "tiny.onnx", "--output", "tiny.xml")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "tool": "ovc",
        "version": "2026.4.1",
        "xml": "tiny.xml",
        "bin": "tiny.bin",
    }
    assert (tmp_path / "tiny.bin").stat().st_size >= 6 * 4
    assert not (tmp_path / "home").exists()


def test_one_line_gives_the_reason(tmp_path: Path) -> None:
    (tmp_path / "none.onnx").write_text("not a model")
    for name, message in (("none.onnx", "ovc: "), ("gone.onnx", "ovc: gone.onnx: no such file")):
        done = run(tmp_path, "--input", name, "--output", "out.xml")
        assert done.returncode == 1
        assert done.stdout == ""
        assert done.stderr.splitlines()[-1].startswith(message)
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.xml").exists()


def test_refuses_a_name_with_another_ending(tmp_path: Path) -> None:
    done = run(tmp_path, "--input", "tiny.onnx", "--output", "tiny.bin")
    assert done.returncode == 2
    assert "expected a name that ends in .xml" in done.stderr
