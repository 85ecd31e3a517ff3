"""How this package compiles its number crunching: cached on disk, and free of the interpreter's lock."""

from __future__ import annotations

from typing import Any

from numba import njit


def kernel(function: Any) -> Any:
    """Compile a function on its first call; the machine code is kept beside the source for the next process."""
    return njit(cache=True, nogil=True, boundscheck=False, _nrt=False)(function)


def inlined(function: Any) -> Any:
    """Compile a small function into each of its callers: a call would count references to every array it is handed."""
    return njit(inline="always", boundscheck=False)(function)
