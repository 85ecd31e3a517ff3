"""Take files of many trips, to be posted by and by, and tell what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

from service.clock import to_ms
from service.errors import Fault, Invalid, NotFound
from service.ids import is_id
from service.model.events import log_of
from service.model.imports import MOST_LINE_BYTES, MOST_LINES, Import
from service.model.partners import Caller
from service.store import imports as store_imports
from service.store import once as store_once
from service.store.imports import Piece
from service.store.listing import Page, PageOf
from service.store.once import Once
from service.usecases.context import Context

_PIECE_BYTES = 1 << 18
_SLOWEST = timedelta(hours=1)  # between two pieces: what comes slower is dropped
OnceOf = Callable[[Import], Once | None]  # to be asked again when all has come in: it knows then what was sent


async def take(
    context: Context, caller: Caller, chunks: AsyncIterator[bytes], once_of: OnceOf
) -> tuple[Import, str | None]:
    """Keep lines that are to be posted, as they come; returns the import, and the first answer to its key if seen.

    Raises Invalid, TooManyImports, KeyReused. What did not come in whole is forgotten.
    """
    now, owner = context.live.clock.now(), log_of(caller)
    taken = Import(context.live.new_id("import"), owner, caller.partner_id, "uploading", 1, now)
    key = once_of(taken)
    if key is not None and await store_once.is_known_to_partner(context.store, owner, key):
        async for _ in chunks:
            pass
        return taken, await store_once.first_answer_of_partner(context.store, owner, once_of(taken))
    await store_imports.begin(context.store, taken, to_ms(now), _until_ms(context))
    whole = False
    try:
        async for piece in cut(chunks):
            await store_imports.put_piece(context.store, taken, taken.pieces, piece, _until_ms(context))
            taken = replace(taken, pieces=taken.pieces + 1, lines=taken.lines + count_lines(piece))
        if not taken.lines:
            raise Invalid(Fault("", "has no line: send a trip a line, as JSON"))
        taken = replace(taken, status="waiting")
        first = await store_imports.end_upload(context.store, taken, once_of(taken))
        whole = True
    finally:
        if not whole:
            await store_imports.forget_upload(context.store, taken)
    return taken, first


def _until_ms(context: Context) -> int:
    return to_ms(context.live.clock.now() + _SLOWEST)


async def cut(chunks: AsyncIterator[bytes]) -> AsyncIterator[Piece]:
    """Cut what comes in into pieces of whole lines. Raises Invalid for a line too long, or too many of them."""
    first, rest = 1, bytearray()
    async for chunk in chunks:
        rest += chunk
        while len(rest) >= _PIECE_BYTES:
            end = rest.rfind(b"\n", 0, _PIECE_BYTES) + 1
            if not end:
                raise _too_long(first)
            piece = Piece(first, bytes(rest[:end]))
            del rest[:end]
            first += piece.lines.count(b"\n")
            _judge(piece, first)
            yield piece
    if rest:
        piece = Piece(first, bytes(rest))
        _judge(piece, first + piece.lines.rstrip(b"\n").count(b"\n") + 1)
        yield piece


def _judge(piece: Piece, after: int) -> None:
    if after - 1 > MOST_LINES:
        raise Invalid(Fault("", f"has more than {MOST_LINES} lines: send the rest as another import"))
    for n, line in enumerate(piece.lines.split(b"\n"), piece.first):
        if len(line) > MOST_LINE_BYTES:
            raise _too_long(n)


def _too_long(line: int) -> Invalid:
    return Invalid(Fault("", f"line {line} has more than {MOST_LINE_BYTES} bytes: a trip is a line"))


def count_lines(piece: Piece) -> int:
    """Return how many lines of a piece are not blank."""
    return sum(1 for line in piece.lines.split(b"\n") if line.strip())


async def get_import(context: Context, caller: Caller, import_id: str) -> Import:
    """Return an import of the caller's own. Raises NotFound, Damaged."""
    found = await store_imports.get(context.store, log_of(caller), import_id) if is_id(import_id, "import") else None
    if found is None:
        raise NotFound("import", import_id)
    return found


async def list_imports(context: Context, caller: Caller, page: PageOf) -> Page[Import]:
    """Return a page of the caller's own imports."""
    return await store_imports.list_imports(context.store, log_of(caller), page)


async def faults(context: Context, caller: Caller, import_id: str) -> AsyncIterator[bytes]:
    """Return what was wrong in an import so far, as lines of JSON to come. Raises NotFound, Damaged."""
    return store_imports.faults(context.store, await get_import(context, caller, import_id))
