"""JSON documents with a fault put into them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def put_at(document: Any, path: Sequence[str | int], value: Any) -> None:
    """Put a value where a path leads."""
    *steps, last = path
    for step in steps:
        document = document[step]
    document[last] = value
