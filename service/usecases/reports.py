"""A person reports another whom they were to ride with: their partners are told, the other is not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import orjson

from service.clock import rfc3339
from service.errors import Fault, Invalid
from service.model.events import log_of, log_owner
from service.model.partners import Caller
from service.model.reports import Report, ReportKind
from service.store import logs
from service.store import reports as store_reports
from service.store.once import Once
from service.usecases.blocks import block, seen_by
from service.usecases.context import Context
from service.usecases.matches import find_match

EVENT = "commuter.reported"


async def report(  # noqa: PLR0913 - what is said
    context: Context, caller: Caller, commuter_id: str, match_id: str, about_trip_id: str, kind: ReportKind, text: str,
    once: Callable[[Report], Once | None], *, blocks: bool,
) -> tuple[Report, str | None]:  # fmt: skip
    """Keep a report and tell partners; returns it and, where the idempotency key was seen, the first answer.

    `blocks`: the two never ride together again either. Raises NotFound, Invalid, KeyReused, and what `block` raises.
    """
    market, match = await find_match(context, caller, match_id)
    own, now = (caller.partner_id, commuter_id), context.clock.now()
    people = {party.trip_id: party.person for party in seen_by(match, own)}
    if own not in people.values():
        raise Invalid(Fault("/match_id", "is not a match that this commuter is or was in"))
    if people.get(about_trip_id, own) == own:
        raise Invalid(Fault("/about_trip_id", "is not another person's trip in this match"))
    made = Report(context.new_id("report"), commuter_id, match_id, about_trip_id, kind, text, rfc3339(now))
    kept = once(made)
    event = {
        "type": EVENT, "at": made.created_at, "seq": "1", "subject": made.id, "market": market.name,
        "data": orjson.dumps(made.document()).decode(),
    }  # fmt: skip
    first = await store_reports.put_report(context.store, log_of(caller), made, event, now, kept)
    told = made if first is None else Report(**{**made.document(), **orjson.loads(first)})
    other_log = log_owner(market.name, people[about_trip_id][0])
    if other_log != log_of(caller):
        about = event | {"subject": told.id, "at": told.created_at, "data": orjson.dumps(told.about()).decode()}
        named = hashlib.sha256(told.id.encode()).hexdigest()  # once, however often this is repeated
        await logs.tell(context.store, other_log, about, now, Once(named, named, told.id))
    if blocks:
        await block(context, caller, commuter_id, about_trip_id)
    return made, first
