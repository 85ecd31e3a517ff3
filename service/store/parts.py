"""Many things in parts of a few: a call blocks the server while it runs, and a round trip holds what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def in_parts(things: Sequence[Thing], most: int) -> list[Sequence[Thing]]:
    """Return the things in their order, in parts of so many at most."""
    return [things[start : start + most] for start in range(0, len(things), most)]
