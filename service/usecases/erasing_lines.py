"""Take a person out of imports that have yet to be posted: their lines are blotted out, and told of as refused.

A process that has read a piece before finds, with the next line that it would post, that it has to read it again,
however long it stood still. What it has posted by then are trips like all others.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from service.errors import Busy
from service.model.events import log_of
from service.model.imports import ERASED_LINE
from service.model.partners import Caller
from service.store import erasures
from service.store import imports as store_imports
from service.usecases.context import Context

_TRIES = 10


async def erase_lines(context: Context, caller: Caller, markets: Sequence[str], commuter_id: str) -> None:
    """Blot out a commuter's lines in all imports of the caller's that are not posted yet. Raises Busy."""
    owner = log_of(caller)
    for id_ in (await store_imports.open_ids(context.store, [owner])).get(owner, []):
        for n in await store_imports.piece_numbers(context.store, owner, id_):
            await _erase_in_piece(context, owner, id_, n, commuter_id)
    await erasures.count(context.store, markets, caller.partner_id)


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
