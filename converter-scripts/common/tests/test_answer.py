"""A script's frame, run as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMMON = Path(__file__).parents[1]


def run(job: str) -> subprocess.CompletedProcess[str]:
    lines = [
        "import os, sys",
        f"sys.path.insert(0, {str(COMMON)!r})",
        "from answer import WrongUsage, answer",
        "def job():",
        *(f"    {line}" for line in job.splitlines()),
        "sys.exit(answer('tool', job))",
    ]
    command = [sys.executable, "-I", "-c", "\n".join(lines)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_stdout_carries_only_the_answer() -> None:
    done = run("print('from Python')\nos.write(1, b'from C++\\n')\nreturn {'boxes': 3}")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"boxes": 3})
    assert sorted(done.stderr.splitlines()) == ["from C++", "from Python"]


def test_a_failure_is_one_line() -> None:
    done = run("os.write(1, b'noise\\n')\nraise ValueError('m.onnx:\\n  no model')")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "noise\ntool: m.onnx: no model\n"
    assert run("raise KeyError()").stderr == "tool: KeyError\n"


def test_wrong_usage_passes_a_library_that_catches_exceptions() -> None:
    done = run("try:\n    raise WrongUsage('--size x')\nexcept Exception:\n    return {}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "tool: --size x\n")
