"""What rides came to, by day: of a partner's people, of one commuter or community, or of a whole market.

What has been dropped is in figures that were counted as it went (see `retention`), the rest is added up from the
matches that are kept. A commuter's own figures are of what is kept alone: nothing about a person outlives their trips.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from service.errors import Fault, Forbidden, Invalid
from service.model.matches import MatchRecord
from service.model.partners import Caller
from service.model.transitions import AGREED
from service.model.trips import Trip
from service.store import matches as store_matches
from service.store import partners as store_partners
from service.store import retention as store_retention
from service.usecases.context import Context
from service.usecases.places import market_of_worker, visible_markets
from service.usecases.retention import communities_of, day_of
from service.usecases.shares import MONEY, SAVED, person_shares

MOST_MATCHES = 20_000  # of those that are kept, the newest of each market
_AT_ONCE = 200
# What the market's figures are called that were counted as matches were dropped.
_OF_MARKET = {f"matches_{status}": "drives" for status in AGREED} | {"riders": "rides"}
Days = dict[str, Counter[str]]


@dataclass(frozen=True, slots=True)
class Which:
    """Whose figures: those of one commuter or community of the caller's, and from which day to which, both counted."""

    commuter: str | None = None
    community: str | None = None
    first: date | None = None
    last: date | None = None
    market: str | None = None

    def has(self, day: str) -> bool:
        """Tell whether a day is among them."""
        return (self.first is None or self.first.isoformat() <= day) and (
            self.last is None or day <= self.last.isoformat()
        )


async def own_figures(context: Context, caller: Caller, which: Which) -> dict[str, Any]:
    """Return the figures of the caller's people. Raises Forbidden without the scope `matches:read`, Invalid."""
    if "matches:read" not in caller.scopes:
        raise Forbidden("the scope matches:read")
    days: Days = {}
    complete = True
    for name in await _names(context, caller, which):
        market = await market_of_worker(context, name)
        if which.commuter is None:
            _add_dropped(days, which, await store_retention.partner_statistics(context.store, name, caller.partner_id))
        ids = await store_matches.agreed_ids(context.store, name, [caller.partner_id], commuter=which.commuter)
        complete = complete and len(ids) <= MOST_MATCHES
        async for match, people in _kept(context, name, ids, which):
            for party, counts in person_shares(match):
                if party.partner_id != caller.partner_id or which.commuter not in (None, party.commuter_id):
                    continue
                if which.community is None or which.community in communities_of(people, party):
                    _add(days, which, day_of(market, match.stops[0].at), counts)
    return _document(days, complete=complete)


async def market_figures(context: Context, caller: Caller, which: Which) -> dict[str, Any]:
    """Return the figures of all people of markets. Raises Forbidden without the scope `operator`, Invalid."""
    if "operator" not in caller.scopes:
        raise Forbidden("the scope operator")
    if which.commuter or which.community:
        raise Invalid(Fault("?of", "commuters and communities are a partner's own: leave them out, or `of`"))
    days: Days = {}
    complete = True
    partner_ids = await store_partners.partner_ids(context.store)
    for name in await _names(context, caller, which):
        market = await market_of_worker(context, name)
        _add_dropped_of_market(days, which, await store_retention.read_statistics(context.store, name))
        ids = await store_matches.agreed_ids(context.store, name, partner_ids)
        complete = complete and len(ids) <= MOST_MATCHES
        async for match, _ in _kept(context, name, ids, which):
            for _, counts in person_shares(match):
                _add(days, which, day_of(market, match.stops[0].at), counts)
    return _document(days, complete=complete)


async def _names(context: Context, caller: Caller, which: Which) -> list[str]:
    names = await visible_markets(context, caller)
    if which.market is None or caller.world:
        return names
    if which.market not in names:
        raise Invalid(Fault("?market", "is no market: GET /v1/markets shows them"))
    return [which.market]


async def _kept(
    context: Context, market: str, ids: Sequence[str], which: Which
) -> AsyncIterator[tuple[MatchRecord, dict[str, Trip]]]:
    """Yield the agreed matches among these, with their trips where a community is asked for."""
    newest = ids[-MOST_MATCHES:]
    for start in range(0, len(newest), _AT_ONCE):
        read, _ = await store_matches.read_each(context.store, market, newest[start : start + _AT_ONCE])
        agreed = [match for match in read if match.status in AGREED]
        people: list[dict[str, Trip]] = [{} for _ in agreed]
        if which.community is not None:
            people = await store_matches.read_people(context.store, market, agreed)
        for pair in zip(agreed, people, strict=True):
            yield pair


def _add(days: Days, which: Which, day: str, counts: Mapping[str, int]) -> None:
    if which.has(day):
        days.setdefault(day, Counter()).update(counts)


def _add_dropped(days: Days, which: Which, dropped: Mapping[str, int]) -> None:
    for key, number in dropped.items():
        day, name, *community = key.split(" ")
        if community == ([] if which.community is None else [which.community]):
            _add(days, which, day, {name: number})


def _add_dropped_of_market(days: Days, which: Which, dropped: Mapping[str, int]) -> None:
    for key, number in dropped.items():
        day, name = key.split(" ")
        named = _OF_MARKET.get(name, name)
        if named in ("drives", "rides", *SAVED) or named.startswith(MONEY):
            _add(days, which, day, {named: number})


def _document(days: Days, *, complete: bool) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    for counts in days.values():
        totals.update(counts)
    return {
        "items": [{"day": day, **_figures(counts)} for day, counts in sorted(days.items())],
        "totals": _figures(totals), "complete": complete,
    }  # fmt: skip


def _figures(counts: Mapping[str, int]) -> dict[str, Any]:
    currencies = sorted({name.partition("_")[2] for name in counts if name.startswith(MONEY)})
    return {
        **{name: counts.get(name, 0) for name in ("drives", "rides", *SAVED)},
        "costs": [
            {
                "currency": currency,
                **{what: _amount(counts.get(f"{what}_{currency}", 0)) for what in ("paid", "received")},
            } for currency in currencies
        ],
    }  # fmt: skip


def _amount(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}"
