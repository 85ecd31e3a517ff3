"""What commands print."""

from __future__ import annotations

import json
import sys
from typing import Any


def say(line: str) -> None:
    """Tell of progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def show(document: Any, *, as_json: bool, text: str) -> None:
    """Print a result: as one JSON document, or as text."""
    print(json.dumps(document) if as_json else text)
