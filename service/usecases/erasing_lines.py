"""Take a person out of imports that have yet to be posted: their lines are blotted out, and told of as refused.

A piece that a process reads just now is waited for: what it has posted by then are trips like all others.
"""

from __future__ import annotations

import asyncio

import orjson

from service.errors import Busy
from service.model.events import log_of
from service.model.imports import ERASED_LINE
from service.model.partners import Caller
from service.store import imports as store_imports
from service.store import leases
from service.usecases.context import Context
from service.usecases.importing import LEASE

_TRIES = 10
_LOOK_S, _LONGEST_S = 0.05, 40.0  # longer than the lease of a process that died with a piece


async def erase_lines(context: Context, caller: Caller, commuter_id: str) -> None:
    """Blot out a commuter's lines in all imports of the caller's that are not posted yet. Raises Busy."""
    owner = log_of(caller)
    ids = (await store_imports.open_ids(context.store, [owner])).get(owner, [])
    for id_ in ids:
        for n in await store_imports.piece_numbers(context.store, owner, id_):
            await _erase_in_piece(context, owner, id_, n, commuter_id)
    if ids:
        await _piece_under_way(context, owner, ids)


async def _erase_in_piece(context: Context, owner: str, id_: str, n: str, commuter_id: str) -> None:
    for _ in range(_TRIES):
        kept = await store_imports.kept_piece(context.store, owner, id_, n)
        if kept is None:
            return
        was = store_imports.piece_from(kept)
        lines = [ERASED_LINE if _is_of(line, commuter_id) else line for line in was.lines.split(b"\n")]
        left = store_imports.Piece(was.first, b"\n".join(lines))
        if left == was or await store_imports.rewrite_piece(context.store, owner, id_, n, kept, left):
            return
    raise Busy(id_)


def _is_of(line: bytes, commuter_id: str) -> bool:
    """Tell whether a line is a commuter's; of one that can not be read, whether it names them."""
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError:
        return orjson.dumps(commuter_id) in line
    return isinstance(read, dict) and read.get("commuter_id") == commuter_id


async def _piece_under_way(context: Context, owner: str, ids: list[str]) -> None:
    """Wait until no process can be posting a piece as it was before. Raises Busy."""
    begun = await _progress(context, owner, ids)
    me = leases.new_owner()
    for _ in range(round(_LONGEST_S / _LOOK_S)):
        lease = await leases.take_of_log(context.store, owner, LEASE, me, context.live.clock.now(), 1.0)
        if lease is not None:
            await leases.drop_of_log(context.store, owner, lease)
            return
        if await _progress(context, owner, ids) != begun:
            return
        await asyncio.sleep(_LOOK_S)
    raise Busy(ids[0])


async def _progress(context: Context, owner: str, ids: list[str]) -> list[int | None]:
    found = [await store_imports.get(context.store, owner, id_) for id_ in ids]
    return [None if one is None else one.next_piece for one in found]
