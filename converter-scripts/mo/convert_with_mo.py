"""Runs Model Optimizer's own command line, which writes the IR into the (empty) working directory.

    python convert_with_mo.py -- --input_model PPLcnet-yolo.onnx -s 255

Prints one JSON object: {"tool", "version", "xml", "bin"}. What mo says goes to stderr.
Exit codes: 0 done, 1 failed (the last line on stderr says why), 2 wrong usage (likewise).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn


def _words(argv: Sequence[str]) -> list[str]:
    parser = argparse.ArgumentParser(
        prog="convert_with_mo.py",
        description=(__doc__ or "").split("\n\n")[0],
        epilog="example: convert_with_mo.py -- --input_model PPLcnet-yolo.onnx -s 255",
    )
    parser.add_argument("words", nargs="+", metavar="WORD", help="as mo takes them, after a --")
    return list(parser.parse_args(argv).words)


def _fail(code: int, message: str) -> NoReturn:
    print(" ".join(message.split()), file=sys.stderr)
    raise SystemExit(code)


class _Errors:
    """Keeps what mo logs as an error: it returns nothing but 1, and replaces log handlers."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self._make = logging.getLogRecordFactory()
        logging.setLogRecordFactory(self._record)

    def _record(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        if record.levelno >= logging.ERROR:
            self.messages.append(record.getMessage())
        return record


def _convert(words: list[str]) -> dict[str, str]:
    from openvino.tools.mo.main import main
    from openvino.tools.mo.utils.cli_parser import get_all_cli_parser
    from openvino.tools.mo.utils.version import VersionChecker

    parser = get_all_cli_parser()
    # mo's own parser prints its whole usage, which buries what is wrong.
    parser.error = lambda message: _fail(2, f"mo: {message}")  # type: ignore[assignment]
    sys.argv = ["mo", *words]
    errors = _Errors()
    code = main(parser, None)
    written = sorted(Path().glob("*.xml"))
    if code != 0 or len(written) != 1:
        # The first that is no rule of dashes is the cause; what follows is advice on reporting it.
        causes = [message for message in errors.messages if any(map(str.isalpha, message))]
        _fail(1, f"mo: {causes[0] if causes else f'it ended with {code}'}")
    xml = written[0]
    return {
        "tool": "openvino-dev",
        "version": str(VersionChecker().get_mo_simplified_version()),
        "xml": xml.name,
        "bin": xml.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> None:
    words = _words(argv)
    # Libraries print as they like, C++ included; stdout is for the answer alone.
    answer = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            result = _convert(words)
    except Exception as error:
        _fail(1, f"mo: {type(error).__name__}: {error}")
    os.dup2(answer, 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
