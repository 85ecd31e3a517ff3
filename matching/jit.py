"""How this package compiles its number crunching: cached on disk, and free of the interpreter's lock."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
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
    compiled = njit(**_OPTIONS)(function)
    # The library itself looks at one file's date and size alone: it would run a caller's old code after a change of
    # what it calls, and after an upgrade, because wheels date all files alike.
    compiled._cache._cache_file._source_stamp = _stamp()  # noqa: SLF001 - there is no public way
    return compiled


@cache
def _stamp() -> str:
    """Return a hash of this package's source: kernels of other sources are compiled anew."""
    digest = hashlib.sha256()
    for source in _sources(files("matching")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _sources(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _sources(entry)
        elif entry.name.endswith(".py"):
            found.append(entry)
    return found
