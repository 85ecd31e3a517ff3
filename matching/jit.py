"""How this package compiles its number crunching: cached on disk, and free of the interpreter's lock."""

from __future__ import annotations

from typing import Any

from numba import njit

_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "boundscheck": False,
    # No counting of references, which costs more than the work; so kernels allocate nothing.
    "_nrt": False,
}


def kernel(function: Any) -> Any:
    """Compile a function on its first call; the machine code is kept beside the source for the next process."""
    return njit(**_OPTIONS)(function)
