"""A store too large to be read at once: its keys, and what they hold, some at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from service.store.client import Store
from service.store.failures import translated

_KEYS, _MEMBERS = 1000, 500
_SCANS = {"hash": "h", "set": "s", "zset": "z"}


async def all_keys(store: Store) -> AsyncIterator[list[str]]:
    """Yield all keys of the store, some at a time; one that is there throughout comes at least once."""
    async for server in store.each_server():
        cursor = 0
        while True:
            with translated():
                cursor, found = await server.scan(cursor, count=_KEYS)
            yield found
            if int(cursor) == 0:
                break


async def windows(
    store: Store, names: Sequence[str], type_: str, cursor: int = 0
) -> list[tuple[list[Any], int] | None]:
    """Return some of the members of each key and the cursor to go on from (0: that was all); None for a wrong type.

    Of a hash these are (field, value), of a sorted set (member, score).
    """

    def fill(pipe: Any) -> None:
        for name in names:
            if type_ == "string":
                pipe.get(name)
            else:
                getattr(pipe, f"{_SCANS[type_]}scan")(name, cursor, count=_MEMBERS)

    answers = await store.pipeline(fill, each=True) if names else []
    return [None if isinstance(answer, Exception) else _window(answer, type_) for answer in answers]


def _window(answer: Any, type_: str) -> tuple[list[Any], int]:
    if type_ == "string":
        return ([answer] if answer is not None else []), 0
    cursor, found = answer
    return list(found.items()) if isinstance(found, dict) else list(found), int(cursor)


async def members(store: Store, name: str, type_: str) -> AsyncIterator[list[Any]]:
    """Yield the members of a key, some at a time, none of a key of another type."""
    cursor = 0
    while True:
        ((rows, cursor),) = [window or ([], 0) for window in await windows(store, [name], type_, cursor)]
        yield rows
        if not cursor:
            return
