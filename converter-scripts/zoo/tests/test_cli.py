"""The command, called as users and the Java tests call it."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import onnx
import pytest

from zoo.families import FAMILIES
from zoo.systems import SYSTEMS

SCRIPTS = Path(__file__).parents[2]


def _zoo(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zoo", *map(str, arguments)],
        cwd=SCRIPTS,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_model_is_written_and_described(tmp_path: Path) -> None:
    out = tmp_path / "new" / "model.onnx"

    done = _zoo("--system", "v5lite-e", "--size", "64x96", "--classes", "2", "--out", out)

    assert done.returncode == 0, done.stderr
    (model,) = json.loads(done.stdout)["models"]
    data = out.read_bytes()
    onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
    assert model["file"] == str(out)
    assert model["bytes"] == len(data)
    assert model["sha256"] == hashlib.sha256(data).hexdigest()
    assert model["size"] == [64, 96]
    assert model["outputs"][2] == {"name": "output2", "shape": [1, 3, 2, 3, 7]}
    assert model["heads"][0] == {
        "node": "/model.21/m.0/Conv",
        "tensor": "/model.21/m.0/Conv_output_0",
        "shape": [1, 21, 8, 12],
        "stride": 8,
        "anchors": [[10, 13], [16, 30], [33, 23]],
    }
    assert [path.name for path in out.parent.iterdir()] == ["model.onnx"]


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.onnx", "b.onnx"):
        assert _zoo("--system", "v5lite-e", "--out", tmp_path / name).returncode == 0

    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def test_all_writes_every_system(tmp_path: Path) -> None:
    done = _zoo("--system", "all", "--width", "0.125", "--size", "64", "--out", tmp_path)

    assert done.returncode == 0, done.stderr
    models = json.loads(done.stdout)["models"]
    assert [model["system"] for model in models] == list(SYSTEMS)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{name}.onnx" for name in SYSTEMS
    )


def test_list_names_every_system_and_its_sources() -> None:
    done = _zoo("--list")

    systems = json.loads(done.stdout)["systems"]
    assert [system["name"] for system in systems] == list(SYSTEMS)
    assert systems[0]["published"][0]["parameters"] == "4,378,838"
    assert [family["name"] for family in json.loads(done.stdout)["families"]] == list(FAMILIES)


def test_a_family_is_written_and_described(tmp_path: Path) -> None:
    done = _zoo("--family", "rtdetr", "--out", tmp_path)

    assert done.returncode == 0, done.stderr
    (model,) = json.loads(done.stdout)["models"]
    data = (tmp_path / "rtdetr.onnx").read_bytes()
    onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
    assert model["file"] == str(tmp_path / "rtdetr.onnx")
    assert model["sha256"] == hashlib.sha256(data).hexdigest()
    assert (model["family"], model["task"], model["classes"]) == ("rtdetr", "detect", 4)
    assert model["preprocessing"]["resize"] == "stretch"
    assert model["inputs"][1] == {"name": "orig_target_sizes", "type": "INT64", "shape": [1, 2]}
    assert model["outputs"][0] == {"name": "labels", "type": "INT64", "shape": [1, 50]}


def test_all_writes_every_family(tmp_path: Path) -> None:
    done = _zoo("--family", "all", "--out", tmp_path)

    assert done.returncode == 0, done.stderr
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(FAMILIES)


KNOWN = ", ".join(SYSTEMS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "--system v5lite-s --size 650 --out x.onnx",
            "--size: the height 650 is not a multiple of 32, the largest stride of v5lite-s;"
            " give 640 or 672",
        ),
        (
            "--system v5lite-s --size 640x20 --out x.onnx",
            "--size: the width 20 is not a multiple of 32, the largest stride of v5lite-s;"
            " give 32 or 64",
        ),
        (
            "--system v5lite-s --size big --out x.onnx",
            "--size big: give one number or HEIGHTxWIDTH, such as 640 or 384x640",
        ),
        (
            "--system v5lite-s --classes 0 --out x.onnx",
            "--classes 0: a detector needs at least one class; give 1 or more",
        ),
        (
            "--system yolov9 --out x.onnx",
            f"--system yolov9: unknown; the zoo has {KNOWN} (or all)",
        ),
        ("--out x.onnx", f"--system missing; the zoo has {KNOWN} (or all)"),
        (
            "--system v5lite-s",
            "--out is missing; give the ONNX file to write, or a folder with all",
        ),
        (
            "--system v5lite-s --width 0 --out x.onnx",
            "--width 0: give a factor above 0, at most 8",
        ),
        ("--system v5lite-s --seed -1 --out x.onnx", "--seed -1: give 0 or more"),
        ("--family yolo26 --seed -1 --out x.onnx", "--seed -1: give 0 or more"),
        ("--family yolo26 --classes 3 --out x.onnx", "--classes does not apply to --family"),
        (
            "--family yolov9 --out x.onnx",
            f"--family yolov9: unknown; the zoo has {', '.join(FAMILIES)} (or all)",
        ),
    ],
)
def test_bad_input_gets_one_clear_line(tmp_path: Path, arguments: str, message: str) -> None:
    done = _zoo(*[str(tmp_path / a) if a == "x.onnx" else a for a in arguments.split()])

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"zoo: {message}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_target_is_one_clear_line(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder", encoding="utf-8")

    done = _zoo("--system", "v5lite-e", "--out", blocker / "x.onnx")

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"zoo: cannot write {blocker}: File exists\n"
