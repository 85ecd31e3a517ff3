"""Post an import piece by piece. A piece that is posted again, after a crash, makes nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from service.clock import to_ms
from service.errors import Busy, CarpoolError, Fault, Invalid, StaleLease, StoreUnavailable
from service.model.events import sandbox_of_log
from service.model.imports import Import, read_line
from service.model.partners import Caller
from service.model.trips import Draft, Kind
from service.store import imports as store_imports
from service.store import trips as store_trips
from service.store.erasures import ErasedSince, Fence, read_fence
from service.store.imports import Piece
from service.store.leases import Lease
from service.store.once import Once
from service.store.worlds import read_world
from service.usecases.bulk import AT_ONCE, in_turns, post_one
from service.usecases.context import Context
from service.usecases.idempotency import first_answer
from service.usecases.places import visible_markets

LEASE = "import"
_MOST_FAULTS = 20  # of a line
_TRIES, _READINGS = 5, 100
_GONE = "a part of it is missing: send it again; lines with an external_id are not posted twice"
OUR_FAULT = "it could not be posted for a fault on our side: tell the operator its id"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an import, from 1 on, and its trip, or why it has none."""

    n: int
    read: tuple[Kind, Draft] | Invalid

    @property
    def known_by(self) -> tuple[Kind, str] | None:
        """What it is the same trip by in another import."""
        if isinstance(self.read, Invalid) or not self.read[1].external_id:
            return None
        return self.read[0], self.read[1].external_id


@dataclass(slots=True)
class Tally:
    """What became of a piece's lines, up to the line `through`."""

    through: int = 0
    posted: int = 0
    known: int = 0
    refused: int = 0
    faults: list[dict[str, Any]] | None = None

    def refuse(self, n: int, error: CarpoolError) -> None:
        """Note a line that was not posted, and why."""
        faults = error.faults[:_MOST_FAULTS] if isinstance(error, Invalid) else [Fault("", str(error))]
        self.refused += 1
        self.faults = (self.faults or []) + [{"line": n, "pointer": f.pointer, "detail": f.detail} for f in faults]


async def post_next_piece(context: Context, lease: Lease, running: Import) -> Import:
    """Post the next piece of an import and write what came of it; returns the import as it is then.

    `context` has the machine's time. Raises StaleLease, StoreUnavailable, from which it goes on where it was.
    """
    tally = await _post(context, running)
    if tally is None:
        return await fail(context, lease, running, _GONE)
    read = tally.posted + tally.known + tally.refused
    after = replace(
        running, status="running", version=running.version + 1, next_piece=running.next_piece + 1,
        read=running.read + read, posted=running.posted + tally.posted, known=running.known + tally.known,
        refused=running.refused + tally.refused,
    )  # fmt: skip
    if after.next_piece == after.pieces:
        after = replace(after, status="completed", finished_at=context.clock.now())
    return await _advance(context, lease, running, after, tally.faults or [])


async def fail(context: Context, lease: Lease, running: Import, detail: str) -> Import:
    """End an import that can not be posted further. Raises StaleLease."""
    ended = replace(
        running, status="failed", version=running.version + 1, finished_at=context.clock.now(), detail=detail
    )
    return await _advance(context, lease, running, ended, [])


async def _advance(
    context: Context, lease: Lease, was: Import, after: Import, faults: Sequence[dict[str, Any]]
) -> Import:
    until = context.clock.now() + timedelta(days=context.settings.retention_days)
    await store_imports.advance(context.store, lease, was, after, faults, to_ms(until))
    return after


async def _post(context: Context, running: Import) -> Tally | None:
    """Post the lines of a piece, which is read again as often as somebody is erased meanwhile; None where it is gone.

    Raises StaleLease where that is too often: what was posted is known the next time.
    """
    sandbox = sandbox_of_log(running.owner)
    caller = Caller(running.partner_id, "", frozenset(), sandbox=sandbox is not None)
    tally = Tally()
    for _ in range(_READINGS):
        fence = await read_fence(context.store, await visible_markets(context, caller), caller.partner_id)
        piece = await store_imports.piece_of(context.store, running)
        if piece is None:
            return None
        with suppress(ErasedSince):
            for some in _in_groups(_lines(piece, tally.through)):
                if sandbox is not None:
                    context = await _entered(context, sandbox)
                await _post_group(context, caller, running, some, fence, tally)
            return tally
    raise StaleLease("people are being erased, one after the other")


async def _entered(context: Context, sandbox: str) -> Context:
    """Return the context of a sandbox, which is emptied of imports, too. Raises StaleLease while it is."""
    world = await read_world(context.store, sandbox)
    if not world.is_open:
        raise StaleLease("this sandbox is being emptied")
    return context.ahead(world.ahead_ms)


def _lines(piece: Piece, through: int) -> Iterator[Line]:
    """Yield the lines of a piece that come after a line."""
    for n, line in enumerate(piece.lines.split(b"\n"), piece.first):
        if line.strip() and n > through:
            try:
                yield Line(n, read_line(line))
            except Invalid as error:
                yield Line(n, error)


def _in_groups(lines: Iterator[Line]) -> Iterator[list[Line]]:
    """Yield lines, as many as go to the store together; none knows of another that is the same trip."""
    group: list[Line] = []
    named: set[tuple[Kind, str]] = set()
    for line in lines:
        if len(group) == AT_ONCE or line.known_by in named:
            yield group
            group, named = [], set()
        group.append(line)
        if line.known_by:
            named.add(line.known_by)
    if group:
        yield group


async def _post_group(
    context: Context, caller: Caller, running: Import, group: Sequence[Line], fence: Fence, tally: Tally
) -> None:  # fmt: skip
    """Post lines together and count them. Raises ErasedSince, after which each of them may be posted or not."""
    named = {line.known_by for line in group if line.known_by}
    markets = await visible_markets(context, caller) if named else []
    there = await store_trips.external_ids_there(context.store, markets, caller.partner_id, sorted(named))

    async def post(_: int, line: Line) -> str | CarpoolError | ErasedSince | None:
        once = _once(running, line)
        try:
            if line.known_by in there:
                return await first_answer(context, caller, once(""))  # its own, of before a crash
            return await _post_one(context, caller, line, once, fence)
        except StoreUnavailable:
            raise
        except (CarpoolError, ErasedSince) as error:
            return error

    outcomes = await in_turns(post, group)
    if any(isinstance(outcome, ErasedSince) for outcome in outcomes):
        raise ErasedSince
    for line, outcome in zip(group, outcomes, strict=True):
        if isinstance(outcome, CarpoolError):
            tally.refuse(line.n, outcome)
        elif outcome is None:
            tally.known += 1
        else:
            tally.posted += 1
    tally.through = group[-1].n


async def _post_one(context: Context, caller: Caller, line: Line, once: Any, fence: Fence) -> str:
    if isinstance(line.read, Invalid):
        raise line.read
    for _ in range(_TRIES - 1):
        try:
            return await post_one(context, caller, *line.read, once, fence)
        except Busy:
            continue
    return await post_one(context, caller, *line.read, once, fence)


def _once(running: Import, line: Line) -> Any:
    key_hash = hashlib.sha256(f"{running.id} {line.n}".encode()).hexdigest()
    return lambda id_: Once(key_hash, key_hash, id_)
