"""Work that threads may share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from typing import TypeVar

Part = TypeVar("Part")
Result = TypeVar("Result")


def map_parts(executor: Executor | None, work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return what the work on each part gives, in their order; the threads of an executor, if any, share it."""
    return list(executor.map(work, parts) if executor else map(work, parts))
