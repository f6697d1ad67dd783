"""The frame of a script: options in, one JSON object on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage. The last line on stderr gives the reason.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any


class WrongUsage(BaseException):
    """Options that only the tool itself could refuse.

    Not an Exception: some tools catch every Exception and would turn it into a failure.
    """


def parser(doc: str | None, example: str) -> argparse.ArgumentParser:
    """A parser that describes itself by the first paragraph of the script's documentation."""
    return argparse.ArgumentParser(
        prog=example.split()[0],
        description=(doc or "").split("\n\n")[0],
        epilog=f"example: {example}",
    )


def xml(text: str) -> Path:
    """An option's value that names an IR."""
    if not text.endswith(".xml"):
        raise argparse.ArgumentTypeError(f"{text}: expected a name that ends in .xml")
    return Path(text)


def existing(path: Path) -> Path:
    """The path, if it is a file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    return path


def answer(tool: str, job: Callable[[], Mapping[str, Any]]) -> int:
    """Runs the job, prints its answer and returns the exit code."""
    try:
        with _everything_on_stderr():
            result = job()
    except WrongUsage as error:
        return _refuse(2, tool, error)
    except Exception as error:
        return _refuse(1, tool, error)
    print(json.dumps(result))
    return 0


@contextlib.contextmanager
def _everything_on_stderr() -> Iterator[None]:
    """Libraries print what they like, C++ code included; stdout carries only the answer."""
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def _refuse(code: int, tool: str, error: BaseException) -> int:
    reason = str(error) or type(error).__name__
    print(" ".join(f"{tool}: {reason}".split()), file=sys.stderr)
    return code
