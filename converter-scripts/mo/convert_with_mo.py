"""Runs Model Optimizer's own command line, which writes the IR into the (empty) working directory.

    python convert_with_mo.py -- --input_model PPLcnet-yolo.onnx -s 255

Prints one JSON object: {"tool", "version", "xml", "bin"}. mo's own messages go to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage; the last line on stderr gives the reason.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "common"))
from answer import WrongUsage, answer, parser


def _words(argv: Sequence[str]) -> list[str]:
    options = parser(__doc__, "convert_with_mo.py -- --input_model PPLcnet-yolo.onnx -s 255")
    options.add_argument("words", nargs="+", metavar="WORD", help="mo's options, after a --")
    return list(options.parse_args(argv).words)


def _refuse(message: str) -> NoReturn:
    raise WrongUsage(message)


class _Errors:
    """Keeps the errors that mo logs: mo itself returns only 1, and it replaces log handlers."""

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

    mo = get_all_cli_parser()
    # mo's own parser prints its whole usage, which hides the reason.
    mo.error = _refuse  # type: ignore[assignment]
    sys.argv = ["mo", *words]
    errors = _Errors()
    code = main(mo, None)
    written = sorted(Path().glob("*.xml"))
    if code != 0 or len(written) != 1:
        # The cause is the first message with a letter in it: rules of dashes come before it, advice
        # on how to report it after it.
        causes = [message for message in errors.messages if any(map(str.isalpha, message))]
        raise RuntimeError(causes[0] if causes else f"it ended with {code}")
    xml = written[0]
    return {
        "tool": "openvino-dev",
        "version": str(VersionChecker().get_mo_simplified_version()),
        "xml": xml.name,
        "bin": xml.with_suffix(".bin").name,
    }


def main(argv: Sequence[str]) -> int:
    words = _words(argv)
    return answer("mo", lambda: _convert(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
