"""What a command is given as files or words; what can not be read is one line and exit 2."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer

from service.cli.output import say


class Refused(typer.Exit):
    """Ends the command with exit 2, for what it was given."""

    def __init__(self, line: str) -> None:
        say(f"carpool: {line}")
        super().__init__(2)


def read_json(path: Path) -> Any:
    """Return the JSON document of a file, or of standard input for ``-``."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
        return json.loads(text)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path}: /: is not JSON: {error}") from None


def named_text(word: str) -> tuple[str, str]:
    """Return the name and the text of ``NAME=TEXT``."""
    name, sign, text = word.partition("=")
    if not sign:
        raise Refused(f"{word}: say NAME=TEXT, such as phone=+31201234567")
    return name, text
