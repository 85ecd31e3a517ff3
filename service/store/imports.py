"""Imports in the store: taken piece by piece, posted piece by piece, and what was wrong in each piece."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

import orjson

from service.clock import from_ms, to_ms
from service.errors import StaleLease, StoreUnavailable, TooManyImports
from service.model.imports import Import
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_all, read_sound
from service.store.fields import flat
from service.store.leases import Lease
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed

MOST_OPEN, KEPT = 4, 100  # imports of one log: unfinished ones, and all that are kept
_NUMBERS = ("version", "lines", "read", "posted", "known", "refused", "pieces", "next_piece")
_TEXTS = ("id", "owner", "partner_id", "status")
FIELDS = (*_TEXTS, *_NUMBERS, "created_ms", "finished_ms", "detail")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines of an import, the first of which has the number `first`, from 1 on."""

    first: int
    lines: bytes

    def kept(self) -> bytes:
        """Return the piece as it is kept."""
        return zlib.compress(b"%d\n" % self.first + self.lines, level=1)


def piece_from(kept: bytes) -> Piece:
    """Return a piece of what is kept of it."""
    first, _, lines = zlib.decompress(kept).partition(b"\n")
    return Piece(int(first), lines)


async def begin(store: Store, taken: Import, now_ms: int, until_ms: int) -> None:
    """Begin to take an import, which is dropped at `until_ms` if nothing more comes. Raises TooManyImports."""
    answer = await store.call("begin_import", keys.partner_tag(taken.owner), {
        "id": taken.id, "now_ms": str(now_ms), "most": MOST_OPEN, "keep": KEPT, "fields": _fields(taken, str(until_ms)),
    })  # fmt: skip
    if answer[0] == "full":
        raise TooManyImports(MOST_OPEN)


async def put_piece(store: Store, taken: Import, n: int, piece: Piece, until_ms: int) -> None:
    """Keep the piece with the number `n` of an import that is being taken. Raises StoreUnavailable where it is gone."""
    argument = {"id": taken.id, "n": str(n), "until_ms": str(until_ms)}
    _refuse_gone(await store.call("put_import_piece", keys.partner_tag(taken.owner), argument, piece.kept()))


async def end_upload(store: Store, taken: Import, once: Once | None) -> str | None:
    """Have an import that came in whole be posted; returns the first answer where its key was seen, else None.

    Raises KeyReused; StoreUnavailable where it is gone.
    """
    answer = await store.call("end_upload", keys.partner_tag(taken.owner), {
        "id": taken.id, "fields": _fields(taken, ""), **once_arguments(once),
    })  # fmt: skip
    _refuse_gone(answer)
    return replayed(answer)


def _refuse_gone(answer: Sequence[Any]) -> None:
    if answer[0] == "gone":
        raise StoreUnavailable("this import came too slowly and was dropped: send it again")


async def forget_upload(store: Store, taken: Import) -> None:
    """Forget an import that did not come in whole."""
    await store.call("forget_upload", keys.partner_tag(taken.owner), {"id": taken.id})


async def forget_all(store: Store, owner: str) -> None:
    """Forget all imports of a log; what is being posted of them ends."""
    await store.call("forget_imports", keys.partner_tag(owner), {})


async def purge(store: Store, owner: str, now: datetime) -> None:
    """Drop a log's imports whose time is over."""
    await store.call("purge_imports", keys.partner_tag(owner), {"now_ms": str(to_ms(now)), "keep": KEPT})


async def get(store: Store, owner: str, id_: str) -> Import | None:
    """Read an import, None where there is none. Raises Damaged."""
    return read_all("import", [id_], await _rows(store, [(owner, id_)]), import_of)[0]


async def list_imports(store: Store, owner: str, page: PageOf) -> Page[Import]:
    """Read a page of a log's imports; those that can not be read are left out."""

    async def load(found: Sequence[Found]) -> list[Import | None]:
        return read_sound("import", [id_ for _, id_ in found], await _rows(store, found), import_of)[0]

    return await read_page(store, {owner: keys.IMPORTS(keys.partner_tag(owner))}, page, "import", load)


async def open_ids(store: Store, owners: Sequence[str]) -> dict[str, list[str]]:
    """Return, by log, its imports that are not finished, the oldest first; logs without any are left out."""
    names = [keys.IMPORTS_OPEN(keys.partner_tag(owner)) for owner in owners]
    found = await store.pipeline(lambda pipe: [pipe.zrange(name, 0, -1) for name in names]) if names else []
    return {owner: ids for owner, ids in zip(owners, found, strict=True) if ids}


async def piece_of(store: Store, running: Import) -> Piece | None:
    """Read the piece of an import that is to be posted next, None where it is gone."""
    kept = await store.read_bytes(_key(keys.IMPORT_PIECES, running), str(running.next_piece))
    return None if kept is None else piece_from(kept)


async def piece_numbers(store: Store, owner: str, id_: str) -> list[str]:
    """Return which pieces of an import have yet to be posted."""
    found: list[str] = await store.read(lambda redis: redis.hkeys(keys.IMPORT_PIECES(keys.partner_tag(owner), id_)))
    return found


async def kept_piece(store: Store, owner: str, id_: str, n: str) -> bytes | None:
    """Read a piece as it is kept, None where it is gone."""
    return await store.read_bytes(keys.IMPORT_PIECES(keys.partner_tag(owner), id_), n)


async def rewrite_piece(store: Store, owner: str, id_: str, n: str, was: bytes, piece: Piece) -> bool:
    """Have a piece hold other lines; False where it is not as it was read."""
    answer = await store.call("erase_import_lines", keys.partner_tag(owner), {"id": id_, "n": n}, was, piece.kept())
    return bool(answer[0] == "ok")


async def advance(
    store: Store, lease: Lease, was: Import, running: Import, faults: Sequence[dict[str, Any]], until_ms: int
) -> None:
    """Write what an import is after its next piece, with what was wrong in that. Raises StaleLease.

    `until_ms`: when it is dropped, if it is finished.
    """
    done = running.finished_at is not None
    answer = await store.call("advance_import", keys.partner_tag(was.owner), {
        "lease": lease.name, "token": lease.token, "id": was.id, "piece": str(was.next_piece), "done": done,
        "fields": _fields(running, str(until_ms) if done else ""),
    }, *([zlib.compress(b"".join(orjson.dumps(fault) + b"\n" for fault in faults))] if faults else []))  # fmt: skip
    if answer[0] == "moved":
        raise StaleLease("another process goes on with this import by now")


async def faults(store: Store, of: Import) -> AsyncIterator[bytes]:
    """Yield what was wrong in an import so far, some lines of JSON at a time, in the order of its lines."""
    for n in range(of.next_piece):
        kept = await store.read_bytes(_key(keys.IMPORT_FAULTS, of), str(n))
        if kept is not None:
            yield zlib.decompress(kept)


def _key(kind: keys.Kind, of: Import) -> str:
    return kind(keys.partner_tag(of.owner), of.id)


async def _rows(store: Store, found: Sequence[Found]) -> list[list[str | None]]:
    def fill(pipe: Any) -> None:
        for owner, id_ in found:
            pipe.hmget(keys.IMPORT(keys.partner_tag(owner), id_), FIELDS)

    return await store.pipeline(fill, each=True) if found else []


def _fields(kept: Import, until_ms: str) -> list[str]:
    plain = {field.name: str(getattr(kept, field.name)) for field in fields(kept) if field.name in FIELDS}
    finished_ms = "" if kept.finished_at is None else str(to_ms(kept.finished_at))
    return flat(plain | {
        "created_ms": str(to_ms(kept.created_at)), "finished_ms": finished_ms, "detail": kept.detail or "",
        "until_ms": until_ms,
    })  # fmt: skip


def import_of(row: Sequence[str | None]) -> Import | None:
    """Return the import of its record's `FIELDS`, None where there is none. Raises `damaged.DAMAGE`."""
    if row[0] is None:
        return None
    kept: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
    return Import(
        **{name: kept[name] for name in _TEXTS}, **{name: cast("Any", int(kept[name])) for name in _NUMBERS},
        created_at=from_ms(int(kept["created_ms"])),
        finished_at=from_ms(int(kept["finished_ms"])) if kept["finished_ms"] else None, detail=kept["detail"] or None,
    )  # fmt: skip
