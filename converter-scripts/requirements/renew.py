"""Writes each lock in this folder from the .in file beside it; renew.sh runs it with the pinned uv.

    python renew.py --uv uv [--upgrade] [NAME ...]

An .in file holds requirements in pip's form. Its comments become the head of the lock, except
these, which tell renew.py what to write:

    # Python: 3.11 3.12     in the lock too: one wheel for each of these, by default for 3.11
    # wheels: all           hashes of the wheels for every platform, not only Linux on x86-64
    # without: NAME ...     packages that are left out although others depend on them
    -r OTHER.in             the lock adds to OTHER.txt, by a line -r OTHER.txt

Prints one JSON object: {"locks", "changed"}. uv's messages go to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from answer import answer, parser

FOLDER = Path(__file__).resolve().parent
_PLATFORM = "x86_64-manylinux_2_28"


@dataclass(frozen=True)
class Source:
    """An .in file."""

    name: str
    head: list[str]
    requirements: list[str]
    pythons: list[str]
    every_platform: bool
    without: list[str]
    base: str | None  # the name of the lock that this one adds to


@dataclass
class Package:
    """One package in a lock."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)


def normal(name: str) -> str:
    """A package's name in the form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_source(file: Path) -> Source:
    head: list[str] = []
    requirements: list[str] = []
    settings: dict[str, list[str]] = {}
    base = None
    for line in file.read_text(encoding="utf-8").splitlines():
        setting = re.fullmatch(r"# (Python|wheels|without): (.+)", line)
        if setting:
            settings[setting[1]] = setting[2].split()
        if line.startswith("-r "):
            base = line.removeprefix("-r ").removesuffix(".in")
        elif line.startswith("#"):
            if setting is None or setting[1] == "Python":
                head.append(line)
        elif line:
            requirements.append(line)
    return Source(
        file.stem,
        head,
        requirements,
        settings.get("Python", ["3.11"]),
        settings.get("wheels") == ["all"],
        settings.get("without", []),
        base,
    )


def read_lock(file: Path) -> list[Package]:
    """The packages of a lock, without those of the lock that it adds to."""
    packages: list[Package] = []
    if not file.exists():
        return packages
    for line in file.read_text(encoding="utf-8").splitlines():
        pin = re.match(r"([\w.-]+)==([^\s\\]+)", line)
        if pin:
            packages.append(Package(pin[1], pin[2]))
        if not line.startswith("#"):
            packages[-1:] = [_with(p, re.findall(r"--hash=(\S+)", line)) for p in packages[-1:]]
    return packages


def _with(package: Package, hashes: list[str]) -> Package:
    return Package(package.name, package.version, package.hashes + hashes)


def written(source: Source, packages: Sequence[Package]) -> str:
    """A lock's text: a line for each package, or for each hash if there may be several."""
    several = len(source.pythons) > 1 or source.every_platform
    joint = " \\\n    " if several else " "
    lines = [*source.head, *([f"-r {source.base}.txt"] if source.base else [])]
    for package in packages:
        hashes = (f"--hash={digest}" for digest in package.hashes)
        lines.append(joint.join([f"{package.name}=={package.version}", *hashes]))
    return "\n".join(lines) + "\n"


class Uv:
    """Resolves requirements with uv."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder

    def resolve(self, source: Source, python: str, pins: dict[str, str]) -> list[Package]:
        """The packages for one Python version; `pins` are versions to keep, by package name."""
        files = {
            "requirements.in": source.requirements,
            "constraints.txt": [f"{name}=={version}" for name, version in pins.items()],
            "excludes.txt": source.without,
        }
        for name, lines in files.items():
            (self._folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        target = self._folder / ("all.txt" if source.every_platform else "pylock.toml")
        target.unlink(missing_ok=True)
        command = [self._program, "pip", "compile", "--quiet", "--only-binary", ":all:"]
        command += ["--constraints", "constraints.txt", "--excludes", "excludes.txt"]
        command += ["--python-version", python, "--no-python-downloads", "-o", target.name]
        if source.every_platform:
            command += ["--universal", "--generate-hashes", "--no-header", "--no-annotate"]
        else:
            command += ["--python-platform", _PLATFORM, "--format", "pylock.toml"]
        command.append("requirements.in")
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(
                f"{source.name}.in: uv cannot resolve it for Python {python}:"
                f" {done.stderr.strip()}; --upgrade ignores the versions of the old lock"
            )
        if source.every_platform:
            return read_lock(target)
        data = tomllib.loads(target.read_text(encoding="utf-8"))
        return [
            Package(p["name"], p["version"], [_best_wheel(p["name"], p["wheels"])])
            for p in data["packages"]
        ]


def _best_wheel(name: str, wheels: Sequence[dict[str, Any]]) -> str:
    """The hash of the wheel that pip prefers: for this platform, for the newest C library."""

    def rank(wheel: dict[str, Any]) -> tuple[int, int]:
        file = wheel["url"].rpartition("/")[2]
        newest = max((int(minor) for minor in re.findall(r"manylinux_2_(\d+)_", file)), default=0)
        return (0 if file.endswith("-any.whl") else 1, newest)

    if not wheels:
        raise RuntimeError(f"{name}: no wheel for {_PLATFORM}")
    return f"sha256:{max(wheels, key=rank)['hashes']['sha256']}"


def renewed(source: Source, uv: Uv, upgrade: bool, folder: Path = FOLDER) -> str:
    """The text of a lock, in the order and spelling of the old one."""
    old = read_lock(folder / f"{source.name}.txt")
    base = read_lock(folder / f"{source.base}.txt") if source.base else []
    exact = {normal(line.partition("==")[0]) for line in source.requirements if "==" in line}
    kept = [] if upgrade else [p for p in old if normal(p.name) not in exact]
    pins = {normal(p.name): p.version for p in [*kept, *base]}
    found: dict[str, Package] = {}
    for python in source.pythons:
        for package in uv.resolve(source, python, pins):
            name = normal(package.name)
            same = found.setdefault(name, Package(package.name, package.version))
            same.hashes += [h for h in package.hashes if h not in same.hashes]
            pins[name] = package.version  # one version for every Python
    for package in base:
        found.pop(normal(package.name), None)
    spelling = {normal(p.name): p.name for p in old}
    order = [name for name in spelling if name in found]
    order += sorted(found.keys() - spelling.keys())
    packages = [
        Package(spelling.get(name, found[name].name), found[name].version, found[name].hashes)
        for name in order
    ]
    return written(source, packages)


def sources(folder: Path = FOLDER) -> list[Source]:
    """All .in files; one that adds to another comes after it."""
    found = [read_source(file) for file in sorted(folder.glob("*.in"))]
    return sorted(found, key=lambda source: source.base is not None)


def _renew(names: Sequence[str], uv: str, upgrade: bool) -> dict[str, list[str]]:
    known = sources()
    unknown = set(names) - {source.name for source in known}
    if unknown:
        raise ValueError(
            f"{', '.join(sorted(unknown))}: no such lock; known: {', '.join(s.name for s in known)}"
        )
    chosen = [source for source in known if not names or source.name in names]
    changed = []
    with tempfile.TemporaryDirectory() as folder:
        for source in chosen:
            lock = FOLDER / f"{source.name}.txt"
            text = renewed(source, Uv(uv, Path(folder)), upgrade)
            if not lock.exists() or text != lock.read_text(encoding="utf-8"):
                lock.write_text(text, encoding="utf-8")
                changed.append(lock.name)
    return {"locks": [f"{source.name}.txt" for source in chosen], "changed": changed}


def main(argv: Sequence[str]) -> int:
    options = parser(__doc__, "renew.py --uv uv zoo ovc")
    options.add_argument("names", nargs="*", metavar="NAME", help="locks to renew (all)")
    options.add_argument("--uv", default="uv", metavar="PROGRAM", help="the uv to run (uv)")
    options.add_argument("--upgrade", action="store_true", help="take the newest versions")
    given = options.parse_args(argv)
    return answer("renew.py", lambda: _renew(given.names, given.uv, given.upgrade))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
