"""The locks in this folder: what they must hold, and how they are written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import renew
from renew import Package, normal, read_lock, read_source, renewed, sources, written

FOLDER = renew.FOLDER
ROOT = FOLDER.parents[1]
NAMES = sorted(file.stem for file in FOLDER.glob("*.txt"))
LEGACY = {"mo"}  # Model Optimizer runs only with the OpenVINO that it was released with


def openvino_of_the_build() -> str:
    space = {"": "http://maven.apache.org/POM/4.0.0"}
    version = ElementTree.parse(ROOT / "pom.xml").findtext("properties/openvino.version", "", space)
    assert re.fullmatch(r"\d{4}\.\d+\.\d+", version), f"openvino.version in pom.xml: {version!r}"
    return version


def test_every_lock_has_a_source() -> None:
    assert sorted(source.name for source in sources()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_openvino_is_the_version_of_the_build(name: str) -> None:
    pins = {normal(p.name): p.version for p in read_lock(FOLDER / f"{name}.txt")}
    version = pins.get("openvino", "")
    if version and name not in LEGACY:
        assert version == openvino_of_the_build(), (
            f"{name}.txt; change it in pom.xml and in the .in files, then run renew.sh"
        )


def test_openvino_is_pinned_somewhere() -> None:
    texts = [(FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in NAMES]
    assert sum("\nopenvino==" in text for text in texts) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_agrees_with_its_source(name: str) -> None:
    source = read_source(FOLDER / f"{name}.in")
    lock = FOLDER / f"{name}.txt"
    packages = read_lock(lock)
    assert written(source, packages) == lock.read_text(encoding="utf-8")
    versions = {normal(p.name): p.version for p in packages}
    for line in source.requirements:
        wanted = Requirement(line)
        assert wanted.specifier.contains(versions[normal(wanted.name)]), line
    assert not versions.keys() & {normal(left_out) for left_out in source.without}
    for package in packages:
        assert package.hashes, package
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", digest) for digest in package.hashes)


@pytest.mark.parametrize("name", NAMES)
def test_no_file_names_an_index(name: str) -> None:
    for file in (FOLDER / f"{name}.in", FOLDER / f"{name}.txt"):
        assert "://" not in file.read_text(encoding="utf-8")


class KnownIndex(renew.Uv):
    """An index that holds two packages, of which the second has a wheel for each Python."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def resolve(self, source: renew.Source, python: str, pins: dict[str, str]) -> list[Package]:
        self.asked.append((python, dict(pins)))
        return [
            Package("typing-extensions", pins.get("typing-extensions", "5.0"), ["sha256:any"]),
            Package("numpy", pins.get("numpy", "2.9"), [f"sha256:{python}"]),
        ]


def test_renewing_keeps_versions_order_and_spelling(tmp_path: Path) -> None:
    (tmp_path / "x.in").write_text("# About.\n# Python: 3.11 3.12\n# without: six\nnumpy\n")
    old = "# Old.\ntyping_extensions==4.0 \\\n    --hash=sha256:any\nnumpy==2.4 --hash=sha256:old\n"
    (tmp_path / "x.txt").write_text(old)
    index = KnownIndex()
    source = read_source(tmp_path / "x.in")

    assert renewed(source, index, upgrade=False, folder=tmp_path).splitlines() == [
        "# About.",
        "# Python: 3.11 3.12",
        "typing_extensions==4.0 \\",
        "    --hash=sha256:any",
        "numpy==2.4 \\",
        "    --hash=sha256:3.11 \\",
        "    --hash=sha256:3.12",
    ]
    assert "numpy==2.9" in renewed(source, index, upgrade=True, folder=tmp_path)
    # What the first Python got holds for the second.
    assert index.asked[-1] == ("3.12", {"typing-extensions": "5.0", "numpy": "2.9"})


def test_a_lock_that_adds_to_another_does_not_repeat_it(tmp_path: Path) -> None:
    (tmp_path / "base.txt").write_text("numpy==2.4 --hash=sha256:old\n")
    (tmp_path / "x.in").write_text("-r base.in\ntyping-extensions\n")
    index = KnownIndex()
    text = renewed(read_source(tmp_path / "x.in"), index, upgrade=False, folder=tmp_path)
    assert text == "-r base.txt\ntyping-extensions==5.0 --hash=sha256:any\n"
    assert index.asked == [("3.11", {"numpy": "2.4"})]
